// A request as the lines of code that make it, for people who embed the engine.
import { DEFAULTS, editOptions, type RequestFiles, type Settings } from './settings.ts';

/** A module that makes the same video by the public API. */
export function apiCode(settings: Settings, files: RequestFiles): string {
  const defaults: Record<string, unknown> = { ...editOptions(DEFAULTS, {}) };
  const asked = Object.entries(editOptions(settings, files)).filter(
    ([name, value]) => value !== defaults[name],
  );
  const lines = [
    ...asked.map(([name, value]) =>
      value instanceof Blob ? `  ${name}, // a Blob of an image` : `  ${name}: ${literal(value)},`,
    ),
    '  onProgress: (event) => console.log(event.phase),',
  ];
  return [
    "import { Editor } from 'refilm';",
    '',
    "const editor = await Editor.load('nano');",
    'const { video } = await editor.edit(file, {',
    ...lines,
    '});',
    'element.src = URL.createObjectURL(video);',
    'editor.dispose();',
    '',
  ].join('\n');
}

function literal(value: unknown): string {
  return typeof value === 'string'
    ? `'${value.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`
    : JSON.stringify(value);
}
