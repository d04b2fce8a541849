import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { MODES } from '../../src/editor/ask/modes.ts';
import { resolveOptions, type ModelDefaults } from '../../src/editor/ask/options.ts';

test("the modes' defaults are options of the bundled model, and fill in what is not asked for", async () => {
  const index = new URL('../../weights/nano/model_index.json', import.meta.url);
  const { defaults } = JSON.parse(await readFile(index, 'utf8')) as { defaults: ModelDefaults };
  expect(Object.keys(MODES)).toEqual(['stylize', 'storyboard', 'mask', 'render', 'customize']);
  for (const { title, does, needs, inputs, defaults: own } of Object.values(MODES)) {
    const resolved = resolveOptions({ ...own, prompt: 'a' }, defaults, false);
    expect(resolved).toMatchObject(own);
    expect(inputs.length).toBeGreaterThan(0);
    for (const text of [title, does, needs]) expect(text).toMatch(/^[A-Z]/);
  }
});
