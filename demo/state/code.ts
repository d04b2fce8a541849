// A request as the lines of code that make it, for people who embed the engine.
import { DEFAULTS, editOptions, SCENE_FPS, type RequestFiles, type Settings } from './settings.ts';

/** A module that makes the same video by the public API. */
export function apiCode(settings: Settings, files: RequestFiles): string {
  const { scene, unet, depth: _, ...plain } = files;
  const defaults: Record<string, unknown> = { ...editOptions(DEFAULTS, {}) };
  const asked = Object.entries(editOptions(settings, plain)).filter(
    ([name, value]) => value !== defaults[name],
  );
  const lines = [
    ...asked.map(([name, value]) =>
      value instanceof Blob ? `  ${name}, // a Blob of an image` : `  ${name}: ${literal(value)},`,
    ),
    ...(scene
      ? ['  depth: scene.depth,']
      : files.depth
        ? ['  depth, // a Blob of a video, brighter is nearer']
        : []),
    '  onProgress: (event) => console.log(event.phase),',
  ];
  return [
    `import { Editor${scene ? ', renderScene' : ''} } from 'refilm';`,
    '',
    "const editor = await Editor.load('nano');",
    ...(unet ? ['await editor.customize(unet); // a Blob of safetensors'] : []),
    ...(scene ? [`const scene = renderScene({ scene: '${scene}', fps: ${SCENE_FPS} });`] : []),
    `const { video } = await editor.edit(${scene ? 'scene.frames' : 'file'}, {`,
    ...lines,
    '});',
    'element.src = URL.createObjectURL(video);',
    'editor.dispose();',
    '',
  ].join('\n');
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;
  return JSON.stringify(value, (_, inner: unknown) => (inner instanceof ImageData ? 'an ImageData' : inner));
}
