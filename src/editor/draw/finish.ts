// The last step of a frame: to the written size along the source's own edges, and the source's own pixels put back
// where nothing was to be changed.

import type { Program, Recorder, Tensor } from '../../gpu/index.ts';
import { affine } from '../../kernels/affine.ts';
import { blur121 } from '../../kernels/blur121.ts';
import { boxMean } from '../../kernels/box_mean.ts';
import { composite } from '../../kernels/composite.ts';
import { guidedApply, guidedCoefficients } from '../../kernels/guided_filter.ts';
import { resize } from '../../kernels/resize.ts';
import { rgbToYuv } from '../../kernels/rgb_to_yuv.ts';
import type { Size } from '../ask/geometry.ts';
import type { ResolvedOptions } from '../ask/options.ts';
import type { Mask } from '../mask/shapes.ts';
import type { BufferTensor, Engine } from '../model/engine.ts';
import { ingest } from '../source/ingest.ts';
import type { SourceFrame } from '../source/source.ts';

/** How frames are finished beyond a plain resize. */
export interface Finishing {
  /** Scales up along the source's edges. */
  readonly guided: boolean;
  /** Puts the source back outside the mask: the seam's width in written pixels, and whether it follows edges. */
  readonly paste: { readonly feather: number; readonly follows: boolean } | undefined;
}

/** What finishing a frame needs of the source: the frame, and its mask at the working size where it is pasted back. */
export interface FinishInput {
  readonly frame: SourceFrame;
  readonly mask: Mask | undefined;
}

/** Window and variance of luma of the guided filter. */
const GUIDED = { radius: 2, epsilon: 4e-4 };
/** As {@link GUIDED}, for the mask's edge. */
const EDGE = { radius: 4, epsilon: 1e-4 };
const EDGE_CONTRAST = 4;

/** What `options` ask for at these sizes; undefined where a plain resize is all, which needs no look at the source. */
export function finishing(
  { mask, upscale }: Partial<Pick<ResolvedOptions, 'mask' | 'upscale'>>,
  { working, output }: { readonly working: Size; readonly output: Size },
): Finishing | undefined {
  const larger = output.width > working.width && output.height > working.height;
  const guided = upscale === 'guided' && larger;
  const feather = mask?.feather ?? output.height / 50;
  const paste = mask?.pasteBack ? { feather, follows: !('box' in mask.region) } : undefined;
  return guided || paste ? { guided, paste } : undefined;
}

/** The source's frame at the written size, `[1, h, w, 3]`. */
function sourceTensor(engine: Engine, { width, height }: Size): BufferTensor {
  return engine.once(`source frame ${width}x${height}`, () =>
    engine.tensor([1, height, width, 3], engine.gpu.precision, 'source frame'),
  );
}

/**
 * One picture to I420 at the written size: inputs `rgb` `[1, h, w, 3]` in 0..1 and, to paste back, `mask` `[1, h, w, 1]`; it reads
 * the source's frame from memory of its own. Output `yuv` as u32 words.
 */
export function finishProgram(engine: Engine, working: Size, output: Size, finish: Finishing): Program {
  const { guided, paste } = finish;
  const sizes = `${working.width}x${working.height} ${output.width}x${output.height}`;
  const name = `finish ${sizes} ${guided ? 'guided' : 'lanczos'} ${paste ? `${paste.feather} ${paste.follows}` : ''}`;
  return engine.program(name, (rec) => {
    const source = sourceTensor(engine, output);
    const size: [number, number] = [working.height, working.width];
    const rgb = rec.input('rgb', [1, ...size, 3], rec.precision);
    const small = resize(rec, source, size, { mode: 'pillow-bilinear' });
    let picture = guided
      ? guidedUpscale(rec, rgb, small, source)
      : resize(rec, rgb, [output.height, output.width], { mode: 'lanczos' });
    if (paste) {
      const mask = rec.input('mask', [1, ...size, 1], 'f32');
      picture = composite(rec, picture, source, seam(rec, mask, small, source, paste));
    }
    rec.output('yuv', rgbToYuv(rec, picture));
  });
}

/** `x` at the size of `full`, along the edges of `full`; `small` is `full` at the size of `x`. */
export function guidedUpscale(rec: Recorder, x: Tensor, small: Tensor, full: Tensor): Tensor {
  return guidedApply(rec, blur121(rec, guidedCoefficients(rec, x, small, GUIDED)), full);
}

/** The mask at the written size: 0 and 1 but for a ramp of the feather's width, on the source's edge where it follows edges. */
function seam(
  rec: Recorder,
  mask: Tensor,
  small: Tensor,
  full: Tensor,
  { feather, follows }: NonNullable<Finishing['paste']>,
): Tensor {
  const [, height = 0, width = 0] = full.shape;
  const large = follows
    ? guidedApply(rec, blur121(rec, guidedCoefficients(rec, mask, small, EDGE)), full)
    : resize(rec, mask, [height, width], { mode: 'bilinear' });
  const shift = 0.5 - 0.5 * EDGE_CONTRAST;
  const sharp = affine(rec, large, { scale: EDGE_CONTRAST, shift, min: 0, max: 1, dtype: 'f32' });
  // Twice a box of 2r + 1 pixels is a ramp of 4r + 1.
  const radius = Math.max(0, Math.round((feather - 1) / 4));
  return boxMean(rec, boxMean(rec, sharp, radius), radius);
}

/** Brings the source's frame to the written size, where {@link finishProgram} reads it. */
export async function showSource(engine: Engine, { pixels }: SourceFrame, output: Size): Promise<void> {
  const program = await ingest(engine, pixels, output);
  program.copyOut('rgb', sourceTensor(engine, output));
}
