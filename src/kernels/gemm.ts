// The product under every linear layer and convolution: sizes, epilogue, variants and the choice among them.

import { activationConstant, activationSource, type Activation } from './activation.ts';
import channels1Wgsl from './channels_1.wgsl?raw';
import channels4Wgsl from './channels_4.wgsl?raw';
import epilogueWgsl from './epilogue.wgsl?raw';
import gemmWgsl from './gemm.wgsl?raw';
import plainWgsl from './gemm_plain.wgsl?raw';
import registerWgsl from './gemm_register.wgsl?raw';
import tileWgsl from './gemm_tile.wgsl?raw';
import lanes1Wgsl from './lanes_1.wgsl?raw';
import lanes4Wgsl from './lanes_4.wgsl?raw';
import {
  ceilDiv,
  elementCount,
  flatGrid,
  shapeText,
  type Gpu,
  type Recorder,
  type Tensor,
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

/** How a variant tiles the output. */
interface Variant {
  readonly wgsl: string;
  /** Four channels and four columns a load where they come in fours; `tile` does nothing else. */
  readonly loads: 'scalars' | 'vectors' | 'only vectors';
  /** Rows and F (one or four columns) of a tile. */
  readonly rows: number;
  readonly columns: number;
  readonly tilesPerWorkgroup: number;
}

const VARIANTS: Readonly<Record<string, Variant>> = {
  plain: { wgsl: plainWgsl, loads: 'scalars', rows: 1, columns: 2, tilesPerWorkgroup: 64 },
  register: { wgsl: registerWgsl, loads: 'vectors', rows: 8, columns: 2, tilesPerWorkgroup: 32 },
  register4: { wgsl: registerWgsl, loads: 'vectors', rows: 4, columns: 2, tilesPerWorkgroup: 32 },
  tile: { wgsl: tileWgsl, loads: 'only vectors', rows: 64, columns: 16, tilesPerWorkgroup: 1 },
};

/** Names of the variants of {@link gemm}, the plainest first. */
export const GEMM_VARIANTS: readonly string[] = Object.keys(VARIANTS);

/** Records a product. Throws RangeError when a tensor does not fit the sizes or the variant is unknown. */
export function gemm(rec: Recorder, g: Gemm): Tensor {
  const { rows, columns, channels, taps, geglu = false, products = 1 } = g;
  const [residual, residual2] = (g.residuals ?? []).filter((tensor) => tensor !== undefined);
  const out = rec.tensor(g.outShape, rec.precision, g.label);
  check(g, residual, residual2, out);
  const name = g.variant ?? chooseVariant(rec.gpu, g);
  const variant = VARIANTS[name];
  if (!variant) {
    throw new RangeError(
      `${g.label}: no variant '${name}', expected one of ${Object.keys(VARIANTS).join(', ')}`,
    );
  }
  const vectorK = variant.loads !== 'scalars' && channels % 4 === 0;
  const vectorN = variant.loads !== 'scalars' && columns % (geglu ? 8 : 4) === 0;
  if (variant.loads === 'only vectors' && !(vectorK && vectorN)) {
    throw new RangeError(
      `${g.label}: variant '${name}' wants channels in fours, got ${channels} to ${columns}`,
    );
  }
  const lanes = vectorN ? 4 : 1;
  const tapCount = taps ? taps.kernel[0] * taps.kernel[1] : 1;
  const tiles = ceilDiv(rows, variant.rows) * ceilDiv(columns / lanes, variant.columns);
  const terms = [g.bias, g.rowBias, residual, residual2];
  rec.dispatch({
    source: {
      name: `gemm_${name}`,
      wgsl: [
        variant.wgsl,
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
        ACTIVATION: activationConstant(g.activation),
        GEGLU: geglu,
        ROWS: variant.rows,
        WORKGROUP: variant.tilesPerWorkgroup,
        POINTWISE: taps === undefined,
        UPSAMPLE:
          taps !== undefined && (taps.sourceHeight !== taps.height || taps.sourceWidth !== taps.width),
      },
    },
    inputs: [g.x, g.weight, ...terms],
    outputs: [out],
    params: [
      rows,
      columns / lanes,
      vectorK ? channels / 4 : channels,
      g.rowBias ? rows / g.rowBias.shape[0]! : 1,
      ...tapParams(taps),
      terms.reduce((bits, term, i) => bits + (term ? 2 ** i : 0), 0),
    ],
    workgroups: [...flatGrid(ceilDiv(tiles, variant.tilesPerWorkgroup)), products],
    flops: 2 * products * rows * columns * channels * tapCount,
    label: g.label,
  });
  return out;
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

/** Below so many invocations of `register`, tiles of half the height keep more of them busy. */
const FEW_TILES = 128;

/** From so many workgroups on, a GPU is busy with tiles of 64 x 64. */
const MANY_WORKGROUPS = 32;

function chooseVariant({ variants }: Gpu, { rows, columns, channels, geglu, products = 1 }: Gemm): string {
  const inFours = channels % 4 === 0 && columns % (geglu ? 8 : 4) === 0;
  if (
    variants === 'hardware' &&
    inFours &&
    products * ceilDiv(rows, 64) * ceilDiv(columns, 64) >= MANY_WORKGROUPS
  )
    return 'tile';
  return products * ceilDiv(rows, 8) * ceilDiv(columns, 8) < FEW_TILES ? 'register4' : 'register';
}

function check(g: Gemm, residual: Tensor | undefined, residual2: Tensor | undefined, out: Tensor): void {
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
  expected('a residual', residual, products * rows * size, out.dtype);
  expected('a residual', residual2, products * rows * size, out.dtype);
  if (products > 1 && (taps || g.rowBias)) {
    throw new RangeError(`${g.label}: ${products} products have neither taps nor row biases`);
  }
  if (g.rowBias) {
    const [batch = 0] = g.rowBias.shape;
    expected(`row biases [B, ${columns}]`, g.rowBias, batch * columns, out.dtype);
    if (rows % batch !== 0) throw new RangeError(`${g.label}: ${rows} rows don't share ${batch} row biases`);
  }
}
