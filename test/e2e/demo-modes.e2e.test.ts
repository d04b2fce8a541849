// Each mode of the demo page by real clicks, from what is dropped to what is saved.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withPage } from '../browser.ts';
import {
  choose,
  demoPage,
  fill,
  MINUTE,
  open,
  pickSample,
  refilm,
  ROOT,
  saveOneFrame,
  text,
  trimToOneFrame,
  visible,
  waitForText,
} from './demo-page.ts';

const { url, folder } = demoPage();

test('storyboard: stills are laid out in time and refilmed', { timeout: 10 * MINUTE }, () =>
  withPage(async (page) => {
    await open(page, url());
    await page.click('#mode-storyboard');
    await page.click('#lay-out');
    await waitForText(page, '#storyboard-status', 'Add a still first');
    for (const [i, still] of ['runner-robot.png', 'horse-meadow.png'].entries()) {
      await choose(page, 'label:has(#still)', join(ROOT, 'samples', still));
      // The list grows and moves the button down: a click that is on its way would miss it.
      await page.waitForFunction((n) => document.querySelectorAll('#stills li').length === n, {}, i + 1);
    }
    await page.click('#lay-out');
    await waitForText(page, '#clip-name', 'storyboard', MINUTE);
    expect(await text(page, '#clip-status')).toContain('16 frames in 2.0 s');
    expect(await text(page, '#structure-value')).toBe('3');
    await saveOneFrame(page, folder(), 'storyboard-refilm.mp4');
  }),
);

test('render: a built-in scene is rendered and finished', { timeout: 10 * MINUTE }, () =>
  withPage(async (page) => {
    await open(page, url());
    await page.click('#mode-render');
    await page.click('#render-scene');
    await waitForText(page, '#render-status', 'exact depth', 5 * MINUTE);
    await page.click('#code');
    expect(await text(page, 'dialog pre')).toContain('depth: scene.depth');
    await page.keyboard.press('Escape');
    await saveOneFrame(page, folder(), 'walker-render-refilm.mp4');
  }),
);

const SECOND_TAKE = '.take:nth-child(2) .take-show';

test(
  'customize: foreign weights are refused by name, fine-tuned ones are laid over and remembered with the take',
  { timeout: 10 * MINUTE },
  () =>
    withPage(async (page) => {
      await open(page, url());
      await pickSample(page, 'books');
      await page.click('#mode-customize');
      await page.click('#run');
      expect(await text(page, '#message')).toContain('Choose the fine-tuned weights first');
      const [good, foreign] = await weightFiles();
      await choose(page, 'label:has(#unet)', foreign);
      await fill(page, { steps: '1' });
      await trimToOneFrame(page);
      await page.click('#run');
      await page.waitForSelector('#message.fault', { visible: true, timeout: 2 * MINUTE });
      expect(await text(page, '#message')).toContain('no.such.tensor');
      await choose(page, 'label:has(#unet)', good);
      await saveOneFrame(page, folder(), 'books-refilm.mp4');
      expect(await visible(page, '#message')).toBe(false);
      expect(await text(page, '#facts')).toContain('weights tuned.safetensors');

      // Another take takes them off; the first one's sliders ask its own weights for what they were not asked yet.
      await page.click('#mode-stylize');
      await refilm(page);
      await page.click(SECOND_TAKE); // the newest is first, and older tests' takes are last
      await page.locator('#mixer summary').click(); // it comes when the take is shown
      await page.focus('#mix-temporal');
      await page.keyboard.press('ArrowRight');
      await waitForText(page, '#mix-status', 'approximate', 5 * MINUTE);

      await page.reload();
      await waitForText(page, '#take-list', 'weights tuned.safetensors');
      await page.click(SECOND_TAKE);
      await page.locator('#take-bar ::-p-text(Use these settings)').click();
      await waitForText(
        page,
        '#customize-status',
        'made with tuned.safetensors, which this page has no more',
      );
      await page.click('#run');
      expect(await text(page, '#message')).toContain('Choose the fine-tuned weights first');
    }),
);

/** The first tensor of the bundled UNet as a file of its own, and the same under a name that no UNet has. */
async function weightFiles(): Promise<[good: string, foreign: string]> {
  const bytes = await readFile(join(ROOT, 'weights/nano/unet/diffusion_pytorch_model.safetensors'));
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const [name = '', tensor] = Object.entries(header).find(([key]) => key !== '__metadata__')!;
  const [from, to] = tensor.data_offsets;
  const data = bytes.subarray(8 + length + from, 8 + length + to);
  const write = async (key: string, file: string): Promise<string> => {
    const text = JSON.stringify({ [key]: { ...tensor, data_offsets: [0, to - from] } });
    const head = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(head.length));
    await writeFile(join(folder(), file), Buffer.concat([size, head, data]));
    return join(folder(), file);
  };
  return [await write(name, 'tuned.safetensors'), await write('no.such.tensor', 'foreign.safetensors')];
}

test(
  'mask: painted on one frame, carried, shown, and refilmed; the depth is shown too',
  { timeout: 10 * MINUTE },
  () =>
    withPage(async (page) => {
      await open(page, url());
      await pickSample(page, 'runner');
      await page.click('#mode-mask');
      await page.click('#run');
      expect(await text(page, '#message')).toContain('Paint over what shall change');
      const sheet = (await page.$('#mask'))!;
      await sheet.scrollIntoView();
      const box = (await sheet.boundingBox())!;
      await page.mouse.move(box.x + 0.45 * box.width, box.y + 0.3 * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + 0.45 * box.width, box.y + 0.7 * box.height, { steps: 5 });
      await page.mouse.up();
      await waitForText(page, '#mask-status', 'Painted on 1 frame');
      await trimToOneFrame(page);
      await page.click('#mask-show');
      await waitForText(page, '#mask-status', 'What is tinted changes', 5 * MINUTE);
      await page.locator('#views ::-p-text(Depth)').click();
      await page.waitForFunction(() => document.querySelector<HTMLCanvasElement>('#depth')!.width !== 300, {
        timeout: 5 * MINUTE,
      });
      await saveOneFrame(page, folder(), 'runner-refilm.mp4');

      // What was painted comes back with the take's settings, after a reload too.
      await page.reload();
      await page.locator('.take-show.done').click();
      await page.locator('#take-bar ::-p-text(Use these settings)').click();
      await waitForText(page, '#mask-status', 'Painted on 1 frame');
      await page.waitForFunction(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('#mask')!;
        const context = canvas.getContext('2d')!;
        const tinted = (x: number) =>
          context.getImageData(x * canvas.width, 0.5 * canvas.height, 1, 1).data[3]! > 0;
        return tinted(0.45) && !tinted(0.05);
      });
    }),
);
