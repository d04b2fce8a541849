// Depth of frames, a batch at a time: what the structure of an edit is made from.

import type { Program } from '../../gpu/index.ts';
import { affine } from '../../kernels/affine.ts';
import { normaliseChannels } from '../../kernels/normalise_channels.ts';
import type { Size } from '../ask/geometry.ts';
import type { BufferTensor, Engine } from '../model/engine.ts';
import { ingest, type Pixels } from '../source/ingest.ts';

/** Frames whose depth is estimated together: enough to fill a GPU, few enough for its memory. */
export const DEPTH_BATCH = 8;

/** Estimates depth at one working size. */
export class DepthEstimator {
  private constructor(
    readonly engine: Engine,
    readonly size: Size,
    private readonly program: Program,
    private readonly frames: BufferTensor,
  ) {}

  /** Estimates batches of `batch` frames; the program is recorded once per engine and size. */
  static of(engine: Engine, size: Size, batch = DEPTH_BATCH): DepthEstimator {
    const { width, height } = size;
    const { model } = engine;
    const { mean, std } = model.files.depthProcessor;
    const name = `depth ${batch}x${width}x${height}`;
    return engine.once(`estimator ${name}`, () => {
      const frames = engine.tensor([batch, height, width, 3], engine.gpu.precision, 'frames');
      const program = engine.program(name, (rec) => {
        const depth = model.depthEstimator.record(rec, normaliseChannels(rec, frames, mean, std));
        rec.output('depth', affine(rec, depth, { dtype: 'f32' }));
      });
      return new DepthEstimator(engine, size, program, frames);
    });
  }

  /** Frames of a batch. */
  get batch(): number {
    return this.frames.shape[0]!;
  }

  /** Floating point operations of a batch. */
  get flops(): number {
    return this.program.flops;
  }

  /** Puts a decoded frame into slot `index` of the batch. */
  async put(index: number, pixels: Pixels): Promise<void> {
    const program = await ingest(this.engine, pixels, this.size);
    program.copyOut('rgb', this.frames, (index * this.frames.buffer.size) / this.batch);
  }

  /** Depth maps `[h, w]` of the first `count` slots, larger is nearer. */
  async estimate(count: number, signal?: AbortSignal): Promise<Float32Array[]> {
    await this.program.run({ signal });
    const depth = (await this.program.read('depth')) as Float32Array;
    const pixels = this.size.width * this.size.height;
    return Array.from({ length: count }, (_, i) => depth.slice(i * pixels, (i + 1) * pixels));
  }

  /** Depth of frames that are RGB floats already, `[n, h, w, 3]` in 0..1. */
  async estimateRgb(rgb: Float32Array, signal?: AbortSignal): Promise<Float32Array[]> {
    const size = this.size.width * this.size.height * 3;
    const maps: Float32Array[] = [];
    for (let start = 0; start < rgb.length / size; start += this.batch) {
      const part = rgb.slice(start * size, (start + this.batch) * size);
      this.engine.gpu.writeTensor(this.frames, part);
      maps.push(...(await this.estimate(part.length / size, signal)));
    }
    return maps;
  }
}
