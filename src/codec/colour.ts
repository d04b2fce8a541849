// Colour descriptions: from code points to WebCodecs' names, and which matrix unlabelled video was made with.
import type { YuvEncoding, YuvMatrix } from '../kernels/yuv.ts';
import type { ColourCode } from './movie.ts';

const PRIMARIES: Readonly<Record<number, string>> = {
  1: 'bt709',
  5: 'bt470bg',
  6: 'smpte170m',
  9: 'bt2020',
  12: 'smpte432',
};
const TRANSFERS: Readonly<Record<number, string>> = {
  1: 'bt709',
  6: 'smpte170m',
  8: 'linear',
  13: 'iec61966-2-1',
  16: 'pq',
  18: 'hlg',
};
const MATRICES: Readonly<Record<number, string>> = {
  0: 'rgb',
  1: 'bt709',
  5: 'bt470bg',
  6: 'smpte170m',
  9: 'bt2020-ncl',
};

/** A `colr` box in WebCodecs' terms; unknown and unspecified code points become null. */
export function colourSpaceInit(colour: ColourCode): VideoColorSpaceInit {
  return {
    primaries: PRIMARIES[colour.primaries] ?? null,
    transfer: TRANSFERS[colour.transfer] ?? null,
    matrix: MATRICES[colour.matrix] ?? null,
    fullRange: colour.fullRange,
  } as VideoColorSpaceInit; // TypeScript's DOM types still lack the names of BT.2020, PQ and HLG
}

/**
 * Coding of a frame from its colour space. Unlabelled video is BT.709 from 720 lines on and BT.601 below, and limited
 * range: what cameras and encoders of either size wrote, and what players assume.
 */
export function yuvCoding(space: VideoColorSpaceInit, codedHeight: number): YuvEncoding {
  const matrix = MATRIX_OF[space.matrix ?? ''] ?? (codedHeight >= 720 ? 'bt709' : 'bt601');
  return { matrix, fullRange: space.fullRange ?? false };
}

const MATRIX_OF: Readonly<Record<string, YuvMatrix>> = {
  bt709: 'bt709',
  bt470bg: 'bt601',
  smpte170m: 'bt601',
  'bt2020-ncl': 'bt2020',
};
