// The device may go at any time. That it goes while denoising is in editor.e2e.test.ts.
import { expect, test } from 'vitest';
import { withEditor } from './watched_page.ts';

test('a device that is lost between two edits, or in any other phase, is replaced', async () => {
  const outcome = await withEditor((page, module) =>
    page.evaluate(async ({ Editor }) => {
      const { harness } = window;
      const editor = await Editor.load();
      const want = await harness.frames(editor);
      harness.devices.at(-1)!.destroy();
      const results = [await harness.frames(editor)];
      for (const phase of ['depth', 'content', 'decode']) {
        let lost = false;
        const frames = await harness.frames(editor, (event) => {
          if (event.phase !== phase || lost) return;
          lost = true;
          harness.devices.at(-1)!.destroy();
        });
        results.push(frames);
      }
      editor.dispose();
      return { want, results, devices: harness.devices.length };
    }, module),
  );
  for (const frames of outcome.results) expect(frames).toEqual(outcome.want);
  expect(outcome.devices).toBe(5);
});
