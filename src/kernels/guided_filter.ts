// The fast guided filter: a small picture is brought to the size of a large one along the large one's edges.

import applyWgsl from './guided_apply.wgsl?raw';
import coefficientsWgsl from './guided_coefficients.wgsl?raw';
import lumaWgsl from './luma.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Recorder,
  type ShaderSource,
  type Tensor,
} from '../gpu/index.ts';

const COEFFICIENTS: ShaderSource = { name: 'guided_coefficients', wgsl: coefficientsWgsl + lumaWgsl };
const APPLY: ShaderSource = { name: 'guided_apply', wgsl: applyWgsl + lumaWgsl };

/** Options of {@link guidedCoefficients}. */
export interface GuidedOptions {
  /** Half the side of the window, in pixels of x: whole, from 1. */
  readonly radius: number;
  /** Variance of the guide's luma (0..1) below which a window counts as flat; above 0. */
  readonly epsilon: number;
}

/**
 * How `x` `[N, h, w, C]` (C = 1..4) follows the luma of `guide` `[N, h, w, 1 or 3]` round every pixel: slopes and
 * offsets, f32 `[N, h, w, 2C]`. Edges are replicated. Throws RangeError for other shapes or options.
 */
export function guidedCoefficients(
  rec: Recorder,
  x: Tensor,
  guide: Tensor,
  { radius, epsilon }: GuidedOptions,
): Tensor {
  const [images = 0, height = 0, width = 0, channels = 0] = x.shape;
  if (!Number.isInteger(radius) || radius < 1 || !(epsilon > 0)) {
    throw new RangeError(
      `guidedCoefficients: expected a whole radius from 1 and an epsilon above 0, got ${radius} and ${epsilon}`,
    );
  }
  if (x.shape.length !== 4 || elementCount(x.shape) === 0 || channels > 4) {
    throw new RangeError(`guidedCoefficients: expected x [N, h, w, 1..4], got ${shapeText(x.shape)}`);
  }
  checkGuide('guidedCoefficients', guide, x.shape.slice(0, 3));
  const pixels = images * height * width;
  const out = rec.tensor([images, height, width, 2 * channels], 'f32', 'guided coefficients');
  rec.dispatch({
    source: COEFFICIENTS,
    prelude: {
      types: { X: x.dtype, G: guide.dtype },
      constants: { CHANNELS: channels, CHANNELS_GUIDE: guide.shape[3]! },
    },
    inputs: [x, guide],
    outputs: [out],
    params: [pixels, 0, width, height, radius, { f32: epsilon }],
    workgroups: flatGrid(ceilDiv(pixels, 64)),
    flops: 6 * (2 * radius + 1) ** 2 * elementCount(x.shape),
  });
  return out;
}

/**
 * `slope · luma + offset` at the size of `guide` `[N, H, W, 1 or 3]`, with `coefficients` `[N, h, w, 2C]` interpolated
 * bilinearly: `[N, H, W, C]` in the recorder's precision, not clamped. Throws RangeError for other shapes.
 */
export function guidedApply(rec: Recorder, coefficients: Tensor, guide: Tensor): Tensor {
  const [images = 0, height = 0, width = 0, both = 0] = coefficients.shape;
  const [, fullHeight = 0, fullWidth = 0] = guide.shape;
  if (coefficients.shape.length !== 4 || coefficients.dtype !== 'f32' || both % 2 !== 0 || both === 0) {
    throw new RangeError(
      `guidedApply: expected f32 coefficients [N, h, w, 2C], got ${coefficients.dtype} ${shapeText(coefficients.shape)}`,
    );
  }
  checkGuide('guidedApply', guide, [images, fullHeight, fullWidth]);
  const channels = both / 2;
  const out = rec.tensor([images, fullHeight, fullWidth, channels], rec.precision, 'guided');
  const pixels = images * fullHeight * fullWidth;
  rec.dispatch({
    source: APPLY,
    prelude: {
      types: { X: out.dtype, G: guide.dtype },
      constants: { CHANNELS: channels, CHANNELS_GUIDE: guide.shape[3]! },
    },
    inputs: [coefficients, guide],
    outputs: [out],
    params: [pixels, 0, width, height, fullWidth, fullHeight],
    workgroups: flatGrid(ceilDiv(pixels, 64)),
    flops: 16 * elementCount(out.shape),
  });
  return out;
}

function checkGuide(op: string, guide: Tensor, pixels: readonly number[]): void {
  const channels = guide.shape[3] ?? 0;
  const alike = shapeText(guide.shape.slice(0, 3)) === shapeText(pixels);
  if (alike && elementCount(guide.shape) > 0 && (channels === 1 || channels === 3)) return;
  throw new RangeError(
    `${op}: expected a guide ${shapeText(pixels).slice(0, -1)}, 1 or 3], got ${shapeText(guide.shape)}`,
  );
}
