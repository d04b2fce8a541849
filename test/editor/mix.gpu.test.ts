// Guidance moved after the fact: exact where nothing moved, made up where a prediction was never made, near where it moved.
import { expect } from 'vitest';
import { editFrames } from '../../src/editor/run/edit.ts';
import type { DrawnFrame, EditedFrame, EditJob } from '../../src/editor/run/edit_job.ts';
import { KeptRun } from '../../src/editor/denoise/kept.ts';
import { mixFrames } from '../../src/editor/after/mix.ts';
import { readModelFiles } from '../../src/editor/model/model.ts';
import { type EditOptions, resolveOptions } from '../../src/editor/ask/options.ts';
import { editShape } from '../../src/editor/run/plan_edit.ts';
import { Session } from '../../src/editor/model/session.ts';
import type { FrameSource } from '../../src/editor/source/source.ts';
import type { Gpu } from '../../src/gpu/index.ts';
import { WeightsError } from '../../src/net/errors.ts';
import { bytesSource } from '../../src/net/source.ts';
import { gpuTest, hasF16 } from '../gpu.ts';
import { diskFolder } from '../nano.ts';
import { soundFile } from '../net/fixtures.ts';

/** Frames of a bright square that moves over a dark ground. */
function movingSquare(count: number): FrameSource {
  const [width, height] = [64, 48];
  const frames = Array.from({ length: count }, (_, i) => ({ time: i, duration: 1 }));
  const coding = { matrix: 'bt709', fullRange: true } as const;
  return {
    display: { width, height },
    timescale: 8,
    frames,
    end: count,
    async *read(indices = frames.map((_, i) => i)) {
      for (const index of indices) {
        const data = new Uint8Array(4 * width * height);
        for (let i = 0; i < width * height; i++) {
          const inside =
            Math.abs((i % width) - 10 - 3 * index) < 8 && Math.abs(Math.floor(i / width) - 24) < 8;
          data.set(inside ? [220, 180, 60, 255] : [20, 30, 60, 255], 4 * i);
        }
        const planes = { format: 'RGBA', width, height, data, coding } as const;
        const pixels = { planes, orientation: { rotation: 0, flip: false } } as const;
        yield await Promise.resolve({ index, ...frames[index]!, pixels });
      }
    },
  };
}

/** Two windows of eight, the second of which holds four frames of the first. */
const FRAMES = 12;

async function withSession(gpu: Gpu, body: (job: (options: EditOptions) => EditJob) => Promise<void>) {
  const files = await readModelFiles(await diskFolder());
  const session = await Session.open(files, { device: gpu.device, precision: gpu.precision });
  try {
    await body((given) => {
      const source = movingSquare(FRAMES);
      const small = { size: { width: 32, height: 32 }, output: { width: 48, height: 32 }, steps: 2 };
      const options = resolveOptions(
        { prompt: 'a red ball', ...small, keepPredictions: true, ...given },
        files.defaults,
        true,
      );
      const { trainFrames } = session.engine.model.unet.config;
      return { session, source, options, shape: editShape(source.display, options, trainFrames) };
    });
  } finally {
    session.dispose();
  }
}

async function bytesOf(frames: AsyncIterable<EditedFrame>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const { data } of frames) all.push(data);
  return all;
}

/** An edit, and its frames mixed with other weights. */
async function keptEdit(job: EditJob) {
  const kept = new KeptRun();
  const drawn: DrawnFrame[] = [];
  const frames = await bytesOf(editFrames({ ...job, kept, onDrawn: (frame) => drawn.push(frame) }));
  return { kept, frames, mixed: (other: EditJob) => bytesOf(mixFrames(other, kept, drawn)) };
}

function distance(a: readonly Uint8Array[], b: readonly Uint8Array[]): number {
  let sum = 0;
  for (const [i, frame] of a.entries()) frame.forEach((value, j) => (sum += (value - b[i]![j]!) ** 2));
  return Math.sqrt(sum);
}

const withWeights = (job: EditJob, guidance: number, temporal: number): EditJob => ({
  ...job,
  options: { ...job.options, guidance, temporal },
});

gpuTest(
  'unchanged weights give the very frames; moved ones come near a full edit; what is missing is made up',
  async (gpu) => {
    await withSession(gpu, async (job) => {
      const long = { steps: 3 }; // in two steps the mix is hardly nearer than the edit that it was made from
      const edit = job({ guidance: 5, temporal: 1.25, ...long });
      const { kept, frames, mixed } = await keptEdit(edit);
      expect(frames).toHaveLength(FRAMES);
      expect(kept.windows.map(({ steps }) => steps.map(({ terms }) => terms.size))).toEqual([
        [3, 3, 3],
        [3, 3, 3],
      ]);
      // Latents 2 x 2 x 4 of 8 frames: four arrays a step, structure, and four held frames.
      const array = kept.windows[0]!.steps[0]!.latents.byteLength;
      expect(kept.bytes).toBe(2 * 3 * 4 * array + 2 * array + array / 2);

      expect(await mixed(edit)).toEqual(frames);
      const moved = await mixed(withWeights(edit, 4, 0.9));
      const exact = await bytesOf(
        editFrames(job({ guidance: 4, temporal: 0.9, ...long, keepPredictions: false })),
      );
      expect(distance(moved, exact)).toBeLessThan(0.7 * distance(frames, exact));
      expect(await mixed(edit)).toEqual(frames);
    });
  },
);

gpuTest(
  'the image model is asked once, on the kept latents, when its prediction is first needed',
  async (gpu) => {
    await withSession(gpu, async (job) => {
      const edit = job({ guidance: 5, temporal: 1 });
      const { kept, frames, mixed } = await keptEdit(edit);
      const asked: string[] = [];
      const moved = (temporal: number): EditJob => ({
        ...withWeights(edit, 5, temporal),
        onProgress: ({ phase, ...event }) => {
          if ('done' in event) asked.push(`${phase} ${event.done}/${event.total}`);
        },
      });
      const first = await mixed(moved(1.5));
      const steps = [1, 2, 3, 4].map((done) => `denoise ${done}/4`);
      expect(asked).toEqual([...steps, 'decode 8/12', 'decode 12/12']);
      asked.length = 0;
      expect(await mixed(moved(1.5))).toEqual(first);
      expect(asked).toEqual(['decode 8/12', 'decode 12/12']);
      expect(distance(first, frames)).toBeGreaterThan(0);
      expect(await mixed(moved(1))).toEqual(frames);

      // What was made up is what a run with the image model says where both begin alike: to the first step's latents.
      const full = new KeptRun();
      await bytesOf(editFrames({ ...job({ guidance: 5, temporal: 1.5 }), kept: full }));
      const image = (run: KeptRun) => [...run.windows[0]!.steps[0]!.terms.get('image-unconditional')!];
      const [got, want] = [image(kept), image(full)];
      got.forEach((value, i) => expect(Math.abs(value - want[i]!)).toBeLessThan(1e-4));
    });
  },
);

gpuTest(
  'nothing is made up by other weights than the edit had; what was kept is mixed all the same',
  async (gpu) => {
    await withSession(gpu, async (job) => {
      const edit = job({ guidance: 5, temporal: 1, steps: 1 });
      const { frames, mixed } = await keptEdit(edit);
      const bias = { dtype: 'F32', shape: [24], bytes: new Uint8Array(4 * 24) } as const;
      const tuned = bytesSource(soundFile({ 'conv_out.bias': bias }), 'tuned.safetensors');
      await edit.session.customize(tuned);
      expect(await mixed(edit)).toEqual(frames);
      const refused = mixed(withWeights(edit, 5, 1.5));
      await expect(refused).rejects.toThrow(WeightsError);
      await expect(refused).rejects.toThrow(/made with \(the model's own\).*got tuned\.safetensors: go back/);
      await edit.session.customize(undefined);
      expect(distance(await mixed(withWeights(edit, 5, 1.5)), frames)).toBeGreaterThan(0);
    });
  },
);

if (hasF16) {
  gpuTest(
    'unchanged weights give the very frames in f16 too',
    async (gpu) => {
      await withSession(gpu, async (job) => {
        const edit = job({ guidance: 5, temporal: 1.25 });
        const { frames, mixed } = await keptEdit(edit);
        expect(await mixed(edit)).toEqual(frames);
      });
    },
    'f16',
  );
}
