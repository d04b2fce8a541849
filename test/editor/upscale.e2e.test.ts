// What the guided upsampling is worth where the truth is known: frames of a clip, made as small as an edit works, brought
// back to their size; and what it costs where the result has nothing in common with the source.
import type { JSHandle } from 'puppeteer-core';
import { expect, test } from 'vitest';
import type * as engineModule from '../../src/editor/model/engine.ts';
import type * as finishModule from '../../src/editor/draw/finish.ts';
import type * as framesModule from '../../src/editor/draw/frames.ts';
import type * as geometryModule from '../../src/editor/ask/geometry.ts';
import type * as ingestModule from '../../src/editor/source/ingest.ts';
import type * as modelModule from '../../src/editor/model/model.ts';
import type * as sourceModule from '../../src/editor/model/model_source.ts';
import type * as readModule from '../../src/editor/source/source.ts';
import type * as gpuModule from '../../src/gpu/index.ts';
import { withPage } from '../browser.ts';

/** Luma against the truth's. */
interface Score {
  /** PSNR in dB. */
  readonly psnr: number;
  /** Mean error of the gradient's magnitude, as a share of the truth's mean. */
  readonly gradient: number;
}

/** Both ways. */
type Pair = Readonly<Record<'lanczos' | 'guided', Score>>;

/** The first frame of each sample along its own edges, and that of the next sample along the same. */
async function scores(clips: readonly string[]) {
  return withPage(async (page, { load, origin }) => {
    const modules = (await page.evaluateHandle(
      (...all) => Object.assign({}, ...all) as object,
      ...(await Promise.all(
        [
          ...[
            'ask/geometry',
            'draw/finish',
            'draw/frames',
            'model/engine',
            'model/model',
            'model/model_source',
          ],
          ...['source/ingest', 'source/source'],
        ]
          .map((name) => `src/editor/${name}.ts`)
          .concat('src/gpu/index.ts')
          .map((path) => load(path)),
      )),
    )) as JSHandle<
      typeof engineModule &
        typeof finishModule &
        typeof framesModule &
        typeof geometryModule &
        typeof ingestModule &
        typeof modelModule &
        typeof sourceModule &
        typeof readModule &
        typeof gpuModule
    >;
    return page.evaluate(
      async (refilm, urls) => {
        const gpu = await refilm.Gpu.create();
        const files = await refilm.readModelFiles(await refilm.folderOf('nano'));
        const engine = await refilm.Engine.create(gpu, files);
        const { size: side } = files.defaults;
        const luma = (rgb: ArrayLike<number>) =>
          Float32Array.from(
            { length: rgb.length / 3 },
            (_, i) => 0.2126 * rgb[3 * i]! + 0.7152 * rgb[3 * i + 1]! + 0.0722 * rgb[3 * i + 2]!,
          );
        const score = (got: Float32Array, want: Float32Array, width: number): Score => {
          const slope = (y: Float32Array, i: number) => Math.hypot(y[i + 1]! - y[i]!, y[i + width]! - y[i]!);
          let [square, error, mean] = [0, 0, 0];
          for (let i = 0; i < want.length; i++) {
            square += (got[i]! - want[i]!) ** 2 / want.length;
            if (i % width === width - 1 || i >= want.length - width) continue;
            error += Math.abs(slope(got, i) - slope(want, i));
            mean += slope(want, i);
          }
          return { psnr: -10 * Math.log10(square), gradient: error / mean };
        };
        const first = async (url: string) => {
          const file = await (await fetch(url)).blob();
          const source = await refilm.fileSource(file, { start: 0, duration: undefined, fps: 'source' });
          for await (const frame of source.read([0])) return { display: source.display, frame };
          throw new Error(`${url} has no frame.`);
        };
        const stills = await Promise.all(urls.map(first));
        const found: Record<'own' | 'foreign', Pair[]> = { own: [], foreign: [] };
        for (const [i, { display, frame: guide }] of stills.entries()) {
          const output = refilm.outputSize(display);
          const working = refilm.workingSize(display, side * side);
          const next = stills[(i + 1) % stills.length]!.frame;
          await refilm.showSource(engine, guide, output);
          for (const [kind, { pixels }] of [
            ['own', guide],
            ['foreign', next],
          ] as const) {
            const want = luma(await (await refilm.ingest(engine, pixels, output)).read('rgb'));
            const small = await (await refilm.ingest(engine, pixels, working)).read('rgb');
            const way = async (program: gpuModule.Program) => {
              program.write('rgb', small);
              await program.run();
              const words = (await program.read('yuv')) as Uint32Array;
              const bytes = new Uint8Array(words.buffer, words.byteOffset, output.width * output.height);
              return score(
                Float32Array.from(bytes, (y) => (y - 16) / 219),
                want,
                output.width,
              );
            };
            const guided = { guided: true, paste: undefined };
            found[kind].push({
              lanczos: await way(refilm.outputProgram(engine, working, output)),
              guided: await way(refilm.finishProgram(engine, working, output, guided)),
            });
          }
        }
        engine.dispose();
        return found;
      },
      modules,
      clips.map((clip) => `${origin}/samples/${clip}.mp4`),
    );
  });
}

const SAMPLES = ['books', 'dancer', 'horse', 'runner'];

test('along edges that are the picture’s own the guided way is far nearer, along those of another it is farther', async () => {
  const { own, foreign } = await scores(SAMPLES);
  expect([own.length, foreign.length]).toEqual([SAMPLES.length, SAMPLES.length]);
  for (const { lanczos, guided } of own) {
    expect(guided.psnr).toBeGreaterThan(lanczos.psnr + 4);
    expect(guided.gradient).toBeLessThan(0.7 * lanczos.gradient);
  }
  for (const { lanczos, guided } of foreign) expect(guided.psnr).toBeLessThan(lanczos.psnr);
});
