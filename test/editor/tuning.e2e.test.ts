import { expect, test } from 'vitest';
import type * as module from '../../src/editor/model/tuning_store.ts';
import { withPage } from '../browser.ts';

test("the browser's store gives back what it was given, under any name", async () => {
  const read = await withPage(async (page, { load }) =>
    page.evaluate(
      async ({ browserTuningStore }) => {
        const store = browserTuningStore()!;
        const name = '0.1.0|Google|swiftshader/?#%|f32';
        const before = await store.read(name);
        await store.write(name, '{"a":"b"}');
        await store.write(name, '{"a":"c"}');
        return [before, await browserTuningStore()!.read(name), await store.read('another')];
      },
      await load<typeof module>('src/editor/model/tuning_store.ts'),
    ),
  );
  expect(read).toEqual([undefined, '{"a":"c"}', undefined].map((text) => text ?? null));
});
