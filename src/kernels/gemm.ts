// The product under every linear layer and convolution: sizes, epilogue, and the dispatches that compute it.

import channels1Wgsl from './channels_1.wgsl?raw';
import channels4Wgsl from './channels_4.wgsl?raw';
import { bindEpilogue, epilogueSource, expectElements, type Epilogue } from './epilogue.ts';
import gemmWgsl from './gemm.wgsl?raw';
import reduceWgsl from './gemm_reduce.wgsl?raw';
import { gemmCandidates, gemmVariant, type GemmKernel, type GemmSizes } from './gemm_variants.ts';
import { unroll } from './unroll.ts';
import {
  byteLength,
  ceilDiv,
  ELEMENT_BYTES,
  flatGrid,
  type DType,
  type Recorder,
  type Tensor,
  type Traffic,
} from '../gpu/index.ts';

/** Input pixels that a convolution's taps read. Sizes in pixels; `height` and `width` after nearest upsampling. */
export interface Taps {
  readonly outHeight: number;
  readonly outWidth: number;
  readonly height: number;
  readonly width: number;
  readonly sourceHeight: number;
  readonly sourceWidth: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: readonly [y: number, x: number];
  readonly padTop: number;
  readonly padLeft: number;
}

/** One product with its epilogue (gemm.wgsl has the formula). */
export interface Gemm extends Epilogue {
  readonly label: string;
  readonly x: Tensor;
  /** `[taps * channels, columns]`. */
  readonly weight: Tensor;
  /** Products side by side, each with x, weights and output of its own: default 1. Only without `taps` and `rowBias`. */
  readonly products?: number | undefined;
  readonly rows: number;
  readonly channels: number;
  readonly columns: number;
  /** Absent for a linear layer: row r reads row r. */
  readonly taps?: Taps | undefined;
  /** Columns come in pairs of value and gate, see `packGeglu`; the output has half as many. */
  readonly geglu?: boolean | undefined;
  readonly outShape: readonly number[];
  /** Element type of the output; default the storage precision. */
  readonly outType?: 'f32' | undefined;
  readonly variant?: string | undefined;
}

/**
 * Records a product. Throws RangeError when a tensor does not fit the sizes or the variant does not do them, and
 * OutOfMemoryError when the output exceeds what the device binds.
 */
export function gemm(rec: Recorder, g: Gemm): Tensor {
  const { products = 1, rows, columns, channels, taps, label } = g;
  const out = rec.tensor(g.outShape, g.outType ?? rec.precision, label);
  check(g, out);
  const name = g.variant ?? chooseVariant(rec, g);
  const { kernel, vectorK, vectorN, slices } = gemmVariant(rec.gpu, name, sizesOf(g));
  const product: Pass = {
    name: `gemm_${name}`,
    wgsl: unrolled(kernel, vectorK ? 4 : 1),
    ...{ constants: kernel.constants, types: kernel.types, vectorK, vectorN, slices },
    tiles: [kernel.rows, kernel.columns, kernel.tilesPerWorkgroup],
    flops: 2 * products * rows * columns * channels * (taps ? taps.kernel[0] * taps.kernel[1] : 1),
    multiplies: true,
  };
  if (slices === 1) {
    dispatch(rec, g, product, out);
    return out;
  }
  const sums = rec.tensor([products * slices, rows, columns], 'f32', `${label} slices`);
  dispatch(rec, { ...g, ...NO_EPILOGUE }, product, sums);
  const reduce: Pass = {
    ...{ name: 'gemm_reduce', wgsl: reduceWgsl, constants: {}, slices: 1, multiplies: false },
    ...{ vectorK: vectorN, vectorN }, // it reads sums as it writes them
    tiles: [1, 2, 64],
    flops: products * rows * columns * slices,
  };
  const slicesAsChannels = vectorN ? 4 * slices : slices;
  dispatch(rec, { ...g, x: sums, channels: slicesAsChannels, taps: undefined }, reduce, out);
  return out;
}

const unrolledTexts = new Map<string, string>();

/** A network records hundreds of products by a few kernels: each text is unrolled once. */
function unrolled({ wgsl, unroll: counts }: GemmKernel, k: number): string {
  const key = `${Object.entries(counts).join(' ')} ${k} ${wgsl}`;
  let text = unrolledTexts.get(key);
  if (text === undefined) unrolledTexts.set(key, (text = unroll(wgsl, { ...counts, k })));
  return text;
}

const NO_EPILOGUE: Partial<Gemm> = {
  bias: undefined,
  rowBias: undefined,
  activation: 'none',
  geglu: false,
  residuals: [],
};

/** One dispatch of a product: the multiplications, or the addition of their slices. */
interface Pass {
  readonly name: string;
  readonly wgsl: string;
  readonly constants: Readonly<Record<string, number | boolean>>;
  readonly types?: Readonly<Record<string, DType>> | undefined;
  /** Whether channels, and whether columns, are read in fours. */
  readonly vectorK: boolean;
  readonly vectorN: boolean;
  readonly slices: number;
  /** Rows and F of a tile, tiles of a workgroup. */
  readonly tiles: readonly [rows: number, columns: number, perWorkgroup: number];
  readonly flops: number;
  /** False for the addition of slices, which leaves the weights alone. */
  readonly multiplies: boolean;
}

function dispatch(rec: Recorder, g: Gemm, pass: Pass, out: Tensor): void {
  const { products = 1, rows, taps } = g;
  const { vectorK, vectorN, slices } = pass;
  const channels = vectorK ? g.channels / 4 : g.channels;
  const columns = vectorN ? g.columns / 4 : g.columns;
  const sizes = { rows, columns: g.columns, weightType: g.weight.dtype, out };
  const epilogue = bindEpilogue(g.label, g, sizes);
  const [tileRows, tileColumns, perWorkgroup] = pass.tiles;
  const tiles = ceilDiv(rows, tileRows) * ceilDiv(columns, tileColumns);
  rec.dispatch({
    source: {
      name: pass.name,
      wgsl: [
        pass.wgsl,
        gemmWgsl,
        epilogueSource[vectorN ? 4 : 1],
        vectorK ? channels4Wgsl : channels1Wgsl,
      ].join('\n'),
    },
    prelude: {
      types: { X: g.x.dtype, W: g.weight.dtype, Y: out.dtype, ...pass.types },
      constants: {
        ...pass.constants,
        ...epilogue.constants,
        GEGLU: g.geglu ?? false,
        POINTWISE: taps === undefined,
        SLICES: slices,
        UPSAMPLE:
          taps !== undefined && (taps.sourceHeight !== taps.height || taps.sourceWidth !== taps.width),
      },
    },
    inputs: [g.x, g.weight, ...epilogue.inputs],
    outputs: [out],
    params: [
      ...[rows, columns, channels],
      epilogue.rowsPerBias,
      ...tapParams(taps),
      epilogue.terms,
      ceilDiv(channels * (taps ? taps.kernel[0] * taps.kernel[1] : 1), slices),
    ],
    workgroups: [...flatGrid(ceilDiv(tiles, perWorkgroup)), products * slices],
    flops: pass.flops,
    traffic: trafficOf(g, pass, [out, ...epilogue.inputs]),
    label: g.label,
  });
}

/** What the workgroups read and write, where each reads the rows and columns of its own tiles. */
function trafficOf(g: Gemm, pass: Pass, once: readonly (Tensor | undefined)[]): Traffic {
  const { products = 1, rows, channels, columns, taps, x, weight } = g;
  const rest = once.reduce((sum, tensor) => sum + (tensor ? byteLength(tensor.shape, tensor.dtype) : 0), 0);
  if (!pass.multiplies) {
    return {
      bytes: byteLength(x.shape, x.dtype) + rest,
      why: 'the slices of a split sum are written and read: small maps have too few workgroups without.',
    };
  }
  const [tileRows, tileColumns, perWorkgroup] = pass.tiles;
  const width = tileColumns * (pass.vectorN ? 4 : 1);
  const across = ceilDiv(columns, width);
  // Tiles of a workgroup lie side by side, then in the next rows.
  const height = tileRows * ceilDiv(perWorkgroup, across);
  const wide = width * Math.min(perWorkgroup, across);
  const depth = channels * (taps ? taps.kernel[0] * taps.kernel[1] : 1);
  const read = rows * depth * ceilDiv(columns, wide) * ELEMENT_BYTES[x.dtype];
  const weights = depth * columns * ceilDiv(rows, height) * ELEMENT_BYTES[weight.dtype];
  const again = taps ? 'x once for every tap' : 'x';
  return {
    bytes: products * (read + weights) + rest,
    why: `a workgroup computes ${height} rows of ${wide} columns: each reads its rows of ${again} and its columns of the weights for itself.`,
  };
}

function chooseVariant(rec: Recorder, g: Gemm): string {
  const { products = 1, rows, channels, columns, taps } = g;
  const { bias, rowBias, residuals = [] } = g;
  const terms = [bias, rowBias, ...residuals].map((term) => (term ? 1 : 0)).join('');
  return rec.choose({
    family: 'gemm',
    shape: [
      `${products}x${rows}x${channels}x${columns}`,
      ...(taps
        ? [`taps ${taps.kernel.join('x')}/${taps.stride.join('x')} of ${taps.height}x${taps.width}`]
        : []),
      `${g.x.dtype} ${g.weight.dtype} ${g.outType ?? rec.precision}`,
      `terms ${terms} ${g.activation ?? 'none'}${g.geglu ? ' geglu' : ''}`,
    ].join(', '),
    candidates: gemmCandidates(rec.gpu, sizesOf(g)),
    record(alone, variant) {
      const { x, weight } = g;
      alone.output(
        'out',
        gemm(alone, {
          ...g,
          ...{ x: alone.standIn(x), weight: alone.standIn(weight), bias: alone.standIn(bias) },
          rowBias: alone.standIn(rowBias),
          residuals: residuals.map((residual) => alone.standIn(residual)),
          variant,
        }),
      );
    },
  });
}

function sizesOf(g: Gemm): GemmSizes {
  return { ...g, half: g.x.dtype === 'f16' && g.weight.dtype === 'f16' };
}

function tapParams(taps: Taps | undefined): number[] {
  if (!taps) return [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0];
  return [
    taps.outHeight,
    taps.outWidth,
    taps.height,
    taps.width,
    taps.sourceHeight,
    taps.sourceWidth,
    ...taps.kernel,
    ...taps.stride,
    taps.padTop,
    taps.padLeft,
  ];
}

function check(g: Gemm, out: Tensor): void {
  const { rows, columns, channels, taps, products = 1 } = g;
  if (!(rows > 0 && columns > 0 && channels > 0)) {
    throw new RangeError(`${g.label}: nothing to do for ${rows} rows, ${channels} to ${columns} channels`);
  }
  if (g.geglu && (columns % 2 !== 0 || (g.activation ?? 'none') !== 'none')) {
    throw new RangeError(
      `${g.label}: geglu needs an even number of columns and no activation, got ${columns}`,
    );
  }
  if (products > 1 && (taps || g.rowBias)) {
    throw new RangeError(`${g.label}: ${products} products have neither taps nor row biases`);
  }
  const tapCount = taps ? taps.kernel[0] * taps.kernel[1] : 1;
  expectElements(g.label, 'weights', g.weight, products * tapCount * channels * columns);
  expectElements(g.label, 'an output', out, (products * rows * columns) / (g.geglu ? 2 : 1));
}
