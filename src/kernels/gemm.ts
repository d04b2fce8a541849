// The product under every linear layer and convolution: sizes, epilogue, and the dispatches that compute it.

import { activationConstant, activationSource, type Activation } from './activation.ts';
import channels1Wgsl from './channels_1.wgsl?raw';
import channels4Wgsl from './channels_4.wgsl?raw';
import epilogueWgsl from './epilogue.wgsl?raw';
import gemmWgsl from './gemm.wgsl?raw';
import reduceWgsl from './gemm_reduce.wgsl?raw';
import { gemmCandidates, gemmVariant } from './gemm_variants.ts';
import lanes1Wgsl from './lanes_1.wgsl?raw';
import lanes4Wgsl from './lanes_4.wgsl?raw';
import { unroll } from './unroll.ts';
import { ceilDiv, elementCount, flatGrid, shapeText, type Recorder, type Tensor } from '../gpu/index.ts';

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
export interface Gemm {
  readonly label: string;
  readonly x: Tensor;
  /** `[taps * channels, columns]`. */
  readonly weight: Tensor;
  readonly bias?: Tensor | undefined;
  /** Products side by side, each with x, weights and output of its own: default 1. Only without `taps` and `rowBias`. */
  readonly products?: number | undefined;
  readonly rows: number;
  readonly channels: number;
  readonly columns: number;
  /** Absent for a linear layer: row r reads row r. */
  readonly taps?: Taps | undefined;
  /** `[B, columns]`: row r adds `floor(r * B / rows)`. */
  readonly rowBias?: Tensor | undefined;
  readonly activation?: Activation | undefined;
  /** Columns come in pairs of value and gate, see `packGeglu`; the output has half as many. */
  readonly geglu?: boolean | undefined;
  /** At most two, of the output's size; added after the activation. */
  readonly residuals?: readonly (Tensor | undefined)[];
  readonly outShape: readonly number[];
  readonly variant?: string | undefined;
}

/**
 * Records a product. Throws RangeError when a tensor does not fit the sizes or the variant does not do them, and
 * OutOfMemoryError when the output exceeds what the device binds.
 */
export function gemm(rec: Recorder, g: Gemm): Tensor {
  const { products = 1, rows, columns, channels, taps, label } = g;
  const out = rec.tensor(g.outShape, rec.precision, label);
  check(g, out);
  const name = g.variant ?? chooseVariant(rec, g);
  const variant = gemmVariant(rec.gpu, name, g);
  const { kernel, vectorK, vectorN, slices } = variant;
  const product: Pass = {
    name: `gemm_${name}`,
    wgsl: unroll(kernel.wgsl, { ...kernel.unroll, k: vectorK ? 4 : 1 }),
    ...{ constants: kernel.constants, vectorK, vectorN, slices },
    tiles: [kernel.rows, kernel.columns, kernel.tilesPerWorkgroup],
    flops: 2 * products * rows * columns * channels * (taps ? taps.kernel[0] * taps.kernel[1] : 1),
  };
  if (slices === 1) {
    dispatch(rec, g, product, out);
    return out;
  }
  const sums = rec.tensor([products * slices, rows, columns], 'f32', `${label} slices`);
  dispatch(rec, { ...g, ...NO_EPILOGUE }, product, sums);
  const reduce: Pass = {
    ...{ name: 'gemm_reduce', wgsl: reduceWgsl, constants: {}, slices: 1 },
    ...{ vectorK: vectorN, vectorN }, // it reads sums as it writes them
    tiles: [1, 2, 64],
    flops: products * rows * columns * slices,
  };
  const slicesAsChannels = vectorN ? 4 * slices : slices;
  dispatch(rec, { ...g, x: sums, channels: slicesAsChannels, taps: undefined }, reduce, out);
  return out;
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
  /** Whether channels, and whether columns, are read in fours. */
  readonly vectorK: boolean;
  readonly vectorN: boolean;
  readonly slices: number;
  /** Rows and F of a tile, tiles of a workgroup. */
  readonly tiles: readonly [rows: number, columns: number, perWorkgroup: number];
  readonly flops: number;
}

function dispatch(rec: Recorder, g: Gemm, pass: Pass, out: Tensor): void {
  const { products = 1, rows, taps } = g;
  const { vectorK, vectorN, slices } = pass;
  const channels = vectorK ? g.channels / 4 : g.channels;
  const columns = vectorN ? g.columns / 4 : g.columns;
  const terms = [g.bias, g.rowBias, ...residualsOf(g)];
  const [tileRows, tileColumns, perWorkgroup] = pass.tiles;
  const tiles = ceilDiv(rows, tileRows) * ceilDiv(columns, tileColumns);
  rec.dispatch({
    source: {
      name: pass.name,
      wgsl: [
        pass.wgsl,
        gemmWgsl,
        epilogueWgsl,
        vectorN ? lanes4Wgsl : lanes1Wgsl,
        activationSource,
        vectorK ? channels4Wgsl : channels1Wgsl,
      ].join('\n'),
    },
    prelude: {
      types: { X: g.x.dtype, W: g.weight.dtype, Y: out.dtype },
      constants: {
        ...pass.constants,
        ACTIVATION: activationConstant(g.activation),
        GEGLU: g.geglu ?? false,
        POINTWISE: taps === undefined,
        SLICES: slices,
        UPSAMPLE:
          taps !== undefined && (taps.sourceHeight !== taps.height || taps.sourceWidth !== taps.width),
      },
    },
    inputs: [g.x, g.weight, ...terms],
    outputs: [out],
    params: [
      ...[rows, columns, channels],
      g.rowBias ? rows / g.rowBias.shape[0]! : 1,
      ...tapParams(taps),
      terms.reduce((bits, term, i) => bits + (term ? 2 ** i : 0), 0),
      ceilDiv(channels * (taps ? taps.kernel[0] * taps.kernel[1] : 1), slices),
    ],
    workgroups: [...flatGrid(ceilDiv(tiles, perWorkgroup)), products * slices],
    flops: pass.flops,
    label: g.label,
  });
}

function chooseVariant(rec: Recorder, g: Gemm): string {
  const { products = 1, rows, channels, columns, taps } = g;
  const terms = [g.bias, g.rowBias, ...residualsOf(g)].map((term) => (term ? 1 : 0)).join('');
  return rec.choose({
    family: 'gemm',
    shape: [
      `${products}x${rows}x${channels}x${columns}`,
      ...(taps
        ? [`taps ${taps.kernel.join('x')}/${taps.stride.join('x')} of ${taps.height}x${taps.width}`]
        : []),
      `${g.x.dtype} ${g.weight.dtype} ${rec.precision}`,
      `terms ${terms} ${g.activation ?? 'none'}${g.geglu ? ' geglu' : ''}`,
    ].join(', '),
    candidates: gemmCandidates(rec.gpu, g),
    record(alone, variant) {
      const { x, weight, bias, rowBias } = g;
      alone.output(
        'out',
        gemm(alone, {
          ...g,
          ...{ x: alone.standIn(x), weight: alone.standIn(weight), bias: alone.standIn(bias) },
          rowBias: alone.standIn(rowBias),
          residuals: residualsOf(g).map((residual) => alone.standIn(residual)),
          variant,
        }),
      );
    },
  });
}

/** Always two. */
function residualsOf({ residuals = [] }: Gemm): [Tensor | undefined, Tensor | undefined] {
  const [first, second] = residuals.filter((tensor) => tensor !== undefined);
  return [first, second];
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
  const size = columns / (g.geglu ? 2 : 1);
  const expected = (what: string, tensor: Tensor | undefined, count: number, dtype: string | undefined) => {
    if (!tensor) return;
    if (elementCount(tensor.shape) !== count || (dtype !== undefined && tensor.dtype !== dtype)) {
      throw new RangeError(
        `${g.label}: expected ${what} of ${count} elements${dtype ? ` ${dtype}` : ''}, got ${shapeText(tensor.shape)} ${tensor.dtype}`,
      );
    }
  };
  if (!(rows > 0 && columns > 0 && channels > 0)) {
    throw new RangeError(`${g.label}: nothing to do for ${rows} rows, ${channels} to ${columns} channels`);
  }
  if (g.geglu && (columns % 2 !== 0 || (g.activation ?? 'none') !== 'none')) {
    throw new RangeError(
      `${g.label}: geglu needs an even number of columns and no activation, got ${columns}`,
    );
  }
  const tapCount = taps ? taps.kernel[0] * taps.kernel[1] : 1;
  expected('weights', g.weight, products * tapCount * channels * columns, undefined);
  expected('biases', g.bias, columns, g.weight.dtype);
  expected('an output', out, products * rows * size, undefined);
  for (const residual of residualsOf(g)) expected('a residual', residual, products * rows * size, out.dtype);
  if (products > 1 && (taps || g.rowBias)) {
    throw new RangeError(`${g.label}: ${products} products have neither taps nor row biases`);
  }
  if (g.rowBias) {
    const [batch = 0] = g.rowBias.shape;
    expected(`row biases [B, ${columns}]`, g.rowBias, batch * columns, out.dtype);
    if (rows % batch !== 0) throw new RangeError(`${g.label}: ${rows} rows don't share ${batch} row biases`);
  }
}
