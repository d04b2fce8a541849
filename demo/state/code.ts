// A request as the lines of code that make it, for people who embed the engine.
import { editOptions, DEFAULTS, type Settings } from './settings.ts';

/** What the code has to bring along beside the clip. */
export interface CodeFiles {
  readonly picture: boolean;
}

/** A module that makes the same video by the public API. */
export function apiCode(settings: Settings, files: CodeFiles): string {
  const defaults: Record<string, unknown> = { ...editOptions(DEFAULTS) };
  const asked = Object.entries(editOptions(settings)).filter(([name, value]) => value !== defaults[name]);
  const lines = [
    ...asked.map(([name, value]) => `  ${name}: ${literal(value)},`),
    ...(files.picture ? ['  picture, // a Blob of an image'] : []),
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
