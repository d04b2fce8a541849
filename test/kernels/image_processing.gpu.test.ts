// The image processors of the published models (CLIP, DPT, Depth Anything, VAE, SD2-depth) as compositions of resize,
// min_max and normalise_channels, against Pillow's and torch's own numbers: test/goldens/image-processing/README.md.

import { expect } from 'vitest';
import { Recorder, type Gpu, type Tensor } from '../../src/gpu/index.ts';
import { minMax, normaliseRange } from '../../src/kernels/min_max.ts';
import { normaliseChannels } from '../../src/kernels/normalise_channels.ts';
import { resize, type ResizeMode } from '../../src/kernels/resize.ts';
import { expectClose } from '../compare.ts';
import { gpuTest } from '../gpu.ts';
import { floats, loadTensors, type TestTensor } from '../tensors.ts';

interface Processor {
  readonly mode: ResizeMode;
  /** Shortest edge, cropped to a square; else the golden's own size. */
  readonly shortestEdge?: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

const PROCESSORS: Readonly<Record<string, Processor>> = {
  clip: {
    mode: 'pillow-bicubic',
    shortestEdge: 56,
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
  dpt: { mode: 'pillow-bicubic', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  depth_anything: { mode: 'pillow-bicubic', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  vae: { mode: 'lanczos', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  control: { mode: 'lanczos', mean: [0, 0, 0], std: [1, 1, 1] },
};

/** Runs one recording with one input and reads its one output. */
async function compute(
  gpu: Gpu,
  input: { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
  record: (rec: Recorder, x: Tensor) => Tensor,
): Promise<ArrayLike<number>> {
  const rec = new Recorder(gpu, 'image processing');
  rec.output('out', record(rec, rec.input('x', input.shape, 'f32')));
  using program = await rec.finish();
  program.write('x', input.data);
  await program.run();
  return program.read('out');
}

/** `[1, C, H, W]` as NHWC data. */
function channelsLast({ shape, data }: TestTensor): Float32Array {
  const [, channels = 0, height = 0, width = 0] = shape;
  const pixels = height * width;
  return Float32Array.from(
    { length: data.length },
    (_, i) => data[(i % channels) * pixels + Math.floor(i / channels)]!,
  );
}

for (const [name, { mode, shortestEdge, mean, std }] of Object.entries(PROCESSORS)) {
  gpuTest(`image processing: ${name} within one step of 8 bits of Pillow's`, async (gpu) => {
    const tensors = await loadTensors('image-processing/io.safetensors');
    for (const image of [0, 1]) {
      const { shape, data } = tensors[`in.image.${image}`]!;
      const want = tensors[`out.${name}.${image}`]!;
      const [height = 0, width = 0] = shape;
      const [, , outHeight = 0, outWidth = 0] = want.shape;
      const edge = (side: number) => Math.floor((shortestEdge! * side) / Math.min(height, width));
      const size = shortestEdge ? ([edge(height), edge(width)] as const) : ([outHeight, outWidth] as const);
      const x = { shape: [1, height, width, 3], data: Float32Array.from(data, (value) => value / 255) };
      const got = await compute(gpu, x, (rec, input) =>
        normaliseChannels(rec, resize(rec, input, size, { mode, round8: true }), mean, std, {
          centerCrop: [outHeight, outWidth],
        }),
      );
      const label = `${name}.${image}`;
      const expected = channelsLast(want);
      const step = 1 / 255 / Math.min(...std);
      expectClose(got, expected, { atol: 1.01 * step, rtol: 0, label });
      const difference = expected.reduce((sum, value, i) => sum + Math.abs(got[i]! - value), 0);
      expect(difference / expected.length, `${label}: mean difference`).toBeLessThan(step / 30);
    }
  });
}

gpuTest("image processing: depth resized by torch's bicubic, and SD2-depth's latent", async (gpu) => {
  const tensors = await loadTensors('image-processing/io.safetensors');
  const depth = { shape: [1, 24, 24, 1], data: floats(tensors, 'in.depth') };
  const resized = await compute(gpu, depth, (rec, x) => resize(rec, x, [90, 120], { mode: 'bicubic' }));
  expectClose(resized, floats(tensors, 'out.depth.resized'), { atol: 1e-5, rtol: 0, label: 'resized' });
  const latent = await compute(gpu, depth, (rec, x) => {
    const small = resize(rec, x, [8, 6], { mode: 'bicubic' });
    return normaliseChannels(rec, normaliseRange(rec, small, minMax(rec, small)), [0.5], [0.5]);
  });
  expectClose(latent, floats(tensors, 'out.depth.sd2_latent'), { atol: 1e-5, rtol: 0, label: 'sd2_latent' });
});
