// The same images for several conditions of a batch.
import type { Recorder, Tensor } from '../gpu/index.ts';
import { concat } from '../kernels/copy.ts';

/** `[n, …]` as `[images, …]`: all n again and again. The tensor itself where n is `images`. */
export function repeatImages(rec: Recorder, x: Tensor, images: number): Tensor {
  const [n = images] = x.shape;
  return n === images
    ? x
    : concat(
        rec,
        Array.from({ length: images / n }, () => x),
        0,
      );
}
