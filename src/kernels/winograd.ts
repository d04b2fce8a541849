// 3x3 convolution with stride 1 by Winograd's F(2x2, 3x3) (Lavin and Gray 2016): 16 multiplications for 4 outputs where the
// direct form has 36. The input's patches are transformed, multiplied by transformed weights as sixteen products, and
// transformed back; both transforms only add. What lies between is f32 whatever the storage precision: rounded to f16, the
// patches, weights and sums together cost seven times the tolerance of f16 storage at 52 channels.

import { bindEpilogue, epilogueSource, type Epilogue } from './epilogue.ts';
import { gemm, type Taps } from './gemm.ts';
import { byWidth, widthOf } from './width.ts';
import inputWgsl from './winograd_input.wgsl?raw';
import outputWgsl from './winograd_output.wgsl?raw';
import { ceilDiv, ELEMENT_BYTES, flatGrid, type Gpu, type Recorder, type Tensor } from '../gpu/index.ts';

/** A convolution in Winograd's form. */
export interface Winograd extends Epilogue {
  readonly label: string;
  readonly x: Tensor;
  /** f32 `[16, channels, columns]`, see {@link transformWeights}. */
  readonly weight: Tensor;
  readonly images: number;
  readonly channels: number;
  readonly columns: number;
  /** Of a 3x3 kernel with stride 1. */
  readonly taps: Taps;
  /** Of the products. */
  readonly variant?: string | undefined;
}

const INPUT = byWidth('winograd_input', inputWgsl);
const OUTPUT = {
  1: { name: 'winograd_output', wgsl: outputWgsl + epilogueSource[1] },
  4: { name: 'winograd_output', wgsl: outputWgsl + epilogueSource[4] },
};

/**
 * Bytes of transformed patches and sums at a time. They are four times the input and the output, so large maps are done
 * tile list by tile list in the same scratch: this much stays in a GPU's L2, and still fills it with work.
 */
const SCRATCH_BYTES = 8 * 2 ** 20;
/** Lists are multiples of so many tiles, whole tiles of the products' rows. */
const LEAST_TILES = 64;

/**
 * From so many channels on, in and out, the products save more than the transforms cost. On SwiftShader 64 channels take
 * 0.7 of the direct form's time, 128 take 0.6, 32 more than all of it. On a GPU, by count: a pixel of C channels saves
 * 10 C² flops and moves 64 C bytes more (patches and sums, written and read), so that with 20 flops a byte it breaks even
 * at 128.
 */
const LEAST_CHANNELS = { software: 64, hardware: 256 };

/**
 * Whether a convolution's weights are better kept in Winograd's form on this device. It makes 16/9 of them, and they are
 * f32: where f16 is stored they would be 3.6 times as large, and small maps, which are bound by reading weights, slower.
 */
export function prefersWinograd(
  { variants, precision }: Gpu,
  conv: {
    readonly kernel: readonly [number, number];
    readonly stride: number;
    readonly inChannels: number;
    readonly outChannels: number;
  },
): boolean {
  const fits = conv.kernel[0] === 3 && conv.kernel[1] === 3 && conv.stride === 1;
  const least = Math.min(conv.inChannels, conv.outChannels);
  return fits && precision === 'f32' && least >= LEAST_CHANNELS[variants];
}

/** G g Gᵀ: the packed weights of a 3x3 kernel, `[9 * channels, columns]` (HWIO), to `[16, channels, columns]`. */
export function transformWeights(
  packed: Float32Array,
  channels: number,
  columns: number,
): Float32Array<ArrayBuffer> {
  const size = channels * columns;
  if (packed.length !== 9 * size) {
    throw new RangeError(
      `transformWeights: expected ${9 * size} values [3, 3, ${channels}, ${columns}], got ${packed.length}`,
    );
  }
  const out = new Float32Array(16 * size);
  for (let to = 0; to < 16; to++) {
    const sums = out.subarray(to * size, (to + 1) * size);
    for (let tap = 0; tap < 9; tap++) {
      const factor = G[to >> 2]![Math.floor(tap / 3)]! * G[to & 3]![tap % 3]!;
      if (factor === 0) continue;
      const values = packed.subarray(tap * size, (tap + 1) * size);
      for (let i = 0; i < size; i++) sums[i]! += factor * values[i]!;
    }
  }
  return out;
}

const G = [
  [1, 0, 0],
  [0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0, 0, 1],
] as const;

/** Records the convolution. Throws RangeError when a tensor does not fit the sizes. */
export function winograd(rec: Recorder, c: Winograd): Tensor {
  const { label, images, channels, columns, taps } = c;
  if (!(images > 0 && channels > 0 && columns > 0)) {
    throw new RangeError(`${label}: nothing to do for ${images} images, ${channels} to ${columns} channels`);
  }
  const tilesDown = ceilDiv(taps.outHeight, 2);
  const tilesAcross = ceilDiv(taps.outWidth, 2);
  const tiles = images * tilesDown * tilesAcross;
  const out = rec.tensor([images, taps.outHeight, taps.outWidth, columns], rec.precision, label);
  const bytesPerTile = 16 * (channels + columns) * ELEMENT_BYTES.f32;
  const parts = ceilDiv(tiles, Math.max(LEAST_TILES, Math.floor(SCRATCH_BYTES / bytesPerTile)));
  const share = LEAST_TILES * ceilDiv(ceilDiv(tiles, parts), LEAST_TILES);
  for (let first = 0; first < tiles; first += share) {
    const list: TileList = { first, tiles: Math.min(share, tiles - first), tilesDown, tilesAcross };
    const patches = transformInput(rec, c, list);
    const sums = gemm(rec, {
      label: `${label} products`,
      x: patches,
      weight: c.weight,
      products: 16,
      rows: list.tiles,
      channels,
      columns,
      outShape: [16, list.tiles, columns],
      outType: 'f32',
      variant: c.variant,
    });
    transformOutput(rec, c, list, sums, out);
  }
  return out;
}

/** Tiles of all images, in their order: those that one dispatch does. */
interface TileList {
  readonly first: number;
  readonly tiles: number;
  readonly tilesDown: number;
  readonly tilesAcross: number;
}

function transformInput(rec: Recorder, { label, x, channels, taps }: Winograd, list: TileList): Tensor {
  const { first, tiles, tilesDown, tilesAcross } = list;
  const { height, width, sourceHeight, sourceWidth, padTop, padLeft } = taps;
  const lanes = widthOf(channels);
  const patches = rec.tensor([16, tiles, channels], 'f32', `${label} patches`);
  rec.dispatch({
    source: INPUT[lanes],
    prelude: {
      types: { X: x.dtype, W: patches.dtype },
      constants: { UPSAMPLE: height !== sourceHeight || width !== sourceWidth },
    },
    inputs: [x],
    outputs: [patches],
    params: [
      ...[first, tiles, channels / lanes, tilesDown, tilesAcross],
      ...[height, width, sourceHeight, sourceWidth, padTop, padLeft],
    ],
    workgroups: flatGrid(ceilDiv((tiles * channels) / lanes, 64)),
    flops: 32 * tiles * channels,
    label: `${label} input`,
  });
  return patches;
}

function transformOutput(rec: Recorder, c: Winograd, list: TileList, sums: Tensor, out: Tensor): void {
  const { first, tiles, tilesDown, tilesAcross } = list;
  const { columns, taps } = c;
  const lanes = widthOf(columns);
  const rows = c.images * taps.outHeight * taps.outWidth;
  const epilogue = bindEpilogue(c.label, c, { rows, columns, weightType: out.dtype, out });
  rec.dispatch({
    source: OUTPUT[lanes],
    prelude: {
      types: { W: out.dtype, Y: out.dtype },
      constants: epilogue.constants,
    },
    inputs: [sums, ...epilogue.inputs],
    outputs: [out],
    params: [
      ...[first, tiles, columns / lanes, tilesDown, tilesAcross, taps.outHeight, taps.outWidth],
      ...[epilogue.rowsPerBias, epilogue.terms],
    ],
    workgroups: flatGrid(ceilDiv((tiles * columns) / lanes, 64)),
    flops: 24 * tiles * columns,
    label: `${c.label} output`,
  });
}
