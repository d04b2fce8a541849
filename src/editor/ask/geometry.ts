// Sizes: the working size that the networks see and the size that is written.

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What the networks halve five times: the VAE by 16, the UNet by 2 more. */
export const WORKING_MULTIPLE = 32;

/** 720p: the largest picture written unless asked for. */
const MAX_OUTPUT: Size = { width: 1280, height: 720 };

/**
 * The size with sides that are multiples of 32 whose aspect is nearest to that of `display` and whose area is nearest
 * to `area` pixels; a stretched frame weighs twice as much as a missed area (both by their logarithms).
 */
export function workingSize(display: Size, area: number): Size {
  const aspect = display.width / display.height;
  const ideal = { width: Math.sqrt(area * aspect), height: Math.sqrt(area / aspect) };
  let best: Size | undefined;
  let least = Infinity;
  for (const width of around(ideal.width)) {
    for (const height of around(ideal.height)) {
      const stretch = Math.abs(Math.log(width / height / aspect));
      const growth = Math.abs(Math.log((width * height) / area));
      const cost = stretch + 0.5 * growth;
      if (cost < least) [best, least] = [{ width, height }, cost];
    }
  }
  return best!;
}

function around(side: number): number[] {
  const floor = Math.floor(side / WORKING_MULTIPLE) * WORKING_MULTIPLE;
  return [Math.max(WORKING_MULTIPLE, floor), floor + WORKING_MULTIPLE];
}

/** The display size scaled down to fit 720p (in either orientation), with even sides as video codecs want them. */
export function outputSize(display: Size): Size {
  const landscape = display.width >= display.height;
  const bound = landscape ? MAX_OUTPUT : { width: MAX_OUTPUT.height, height: MAX_OUTPUT.width };
  const scale = Math.min(1, bound.width / display.width, bound.height / display.height);
  return { width: even(display.width * scale), height: even(display.height * scale) };
}

/** The even number nearest to `side`, at least 2. */
export function even(side: number): number {
  return Math.max(2, 2 * Math.round(side / 2));
}
