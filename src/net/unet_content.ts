// The content's keys and values in memory of their own: computed once per run, read by every evaluation of its steps.
import { Recorder, type Gpu, type Program, type RunOptions, type Tensor } from '../gpu/index.ts';
import type { UNet } from './unet.ts';

type BufferTensor = Tensor & { readonly buffer: GPUBuffer };

/** Keys and values for a batch of contents. Evaluations recorded with `keyValues` see what `set` computed last. */
export class ContentKeys {
  private constructor(
    readonly gpu: Gpu,
    /** Number of contents. */
    readonly contents: number,
    readonly keyValues: ReadonlyMap<string, BufferTensor>,
    private readonly program: Program,
  ) {}

  /** For `contents` contents at once. Nothing stays allocated if it throws. */
  static async create(gpu: Gpu, unet: UNet, contents: number): Promise<ContentKeys> {
    const rec = new Recorder(gpu, 'content');
    const content = rec.input('content', [contents, unet.config.contentDim], rec.precision);
    const recorded = unet.recordContent(rec, content);
    for (const [name, tensor] of recorded) rec.output(name, tensor);
    const program = await rec.finish();
    const kept = new Map<string, BufferTensor>();
    try {
      for (const [name, { shape, dtype }] of recorded) {
        kept.set(name, gpu.createTensor(shape, dtype, `${name} content`));
      }
    } catch (error) {
      program.dispose();
      for (const { buffer } of kept.values()) gpu.destroyBuffer(buffer);
      throw error;
    }
    return new ContentKeys(gpu, contents, kept, program);
  }

  /** Computes them for `embeddings` `[contents, contentDim]`; a row of zeros is no content. Rejects as `Program.run`. */
  async set(embeddings: ArrayLike<number>, options: RunOptions = {}): Promise<void> {
    this.program.write('content', embeddings);
    await this.program.run(options);
    for (const [name, tensor] of this.keyValues) this.program.copyOut(name, tensor);
  }

  /** Frees the memory; programs recorded with it can't run any more. */
  dispose(): void {
    this.program.dispose();
    for (const { buffer } of this.keyValues.values()) this.gpu.destroyBuffer(buffer);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
