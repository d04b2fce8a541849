// What both directions of the colour conversion know: formats, matrices, ranges.

/** Pixel formats of 8 bits, by their WebCodecs names. */
export type YuvFormat = 'I420' | 'I422' | 'I444' | 'NV12';

/** Matrix coefficients; WebCodecs' `smpte170m` and `bt470bg` are both `bt601`, its `bt2020-ncl` is `bt2020`. */
export type YuvMatrix = 'bt601' | 'bt709' | 'bt2020';

/** How YUV numbers mean colours. */
export interface YuvEncoding {
  readonly matrix: YuvMatrix;
  /** False: luma 16..235, chroma 16..240. True: 0..255. */
  readonly fullRange: boolean;
}

/** Kr and Kb of Rec. ITU-T H.273, table 4. */
export const LUMA_WEIGHTS: Readonly<Record<YuvMatrix, readonly [kr: number, kb: number]>> = {
  bt601: [0.299, 0.114],
  bt709: [0.2126, 0.0722],
  bt2020: [0.2627, 0.0593],
};

/** Steps of 8 bits: luma's black, luma's white minus black, chroma's whole range (around 128). */
export function levels(fullRange: boolean): { black: number; luma: number; chroma: number } {
  return fullRange ? { black: 0, luma: 255, chroma: 255 } : { black: 16, luma: 219, chroma: 224 };
}

/** `⌈side / 2⌉`: samples of a subsampled side. */
export const halved = (side: number) => Math.ceil(side / 2);
