// The kernels of a product (gemm.ts): how each covers the output, what it needs of sizes and device, and which are worth
// timing for a shape.

import plainWgsl from './gemm_plain.wgsl?raw';
import registerWgsl from './gemm_register.wgsl?raw';
import subgroupWgsl from './gemm_subgroup.wgsl?raw';
import tileWgsl from './gemm_tile.wgsl?raw';
import fmaWgsl from './gemm_tile_fma.wgsl?raw';
import matrixWgsl from './gemm_tile_matrix.wgsl?raw';
import { ceilDiv, type Gpu, type MatrixConfig } from '../gpu/index.ts';

/** The sizes that decide whether a kernel does a product. */
export interface GemmWidths {
  readonly channels: number;
  readonly columns: number;
  readonly geglu?: boolean | undefined;
  /** Whether x and weights are stored in f16; default no. */
  readonly half?: boolean | undefined;
}

/** The sizes that decide which kernels are worth timing. */
export interface GemmSizes extends GemmWidths {
  readonly products?: number | undefined;
  readonly rows: number;
  readonly taps?: { readonly kernel: readonly [height: number, width: number] } | undefined;
}

/** How a kernel covers the output. */
export interface GemmKernel {
  readonly wgsl: string;
  /** Four channels and four columns a load where they come in fours; `tile` does nothing else. */
  readonly loads: 'scalars' | 'vectors' | 'only vectors';
  /** Rows and F (one or four columns) of a tile. */
  readonly rows: number;
  readonly columns: number;
  readonly tilesPerWorkgroup: number;
  /** Of its prelude, and of its `//unroll` blocks. */
  readonly constants: Readonly<Record<string, number | boolean>>;
  readonly types?: Readonly<Record<string, 'f32' | 'f16'>>;
  readonly unroll: Readonly<Record<string, number>>;
}

type Device = Pick<Gpu, 'features' | 'info' | 'matrixConfigs'>;

/** Kernels by name; undefined where the device lacks what one needs. */
const KERNELS: Readonly<Record<string, (device: Device, widths: GemmWidths) => GemmKernel | undefined>> = {
  plain: () => ({
    ...{ wgsl: plainWgsl, loads: 'scalars', rows: 1, columns: 2, tilesPerWorkgroup: 64 },
    ...{ constants: {}, unroll: {} },
  }),
  register: () => registerTiles(8),
  register4: () => registerTiles(4),
  tile: () => workgroupTile(64, 16, 4),
  tile32: () => workgroupTile(32, 8, 4),
  tile128: () => workgroupTile(128, 16, 8),
  subgroup: (device, widths) => subgroupTile(device, widths, 8),
  subgroup4: (device, widths) => subgroupTile(device, widths, 4),
  subgroup_tall: (device, widths) => subgroupTile(device, widths),
  matrix: matrixTile,
};

function registerTiles(rows: number): GemmKernel {
  const WORKGROUP = 32;
  return {
    ...{ wgsl: registerWgsl, loads: 'vectors', rows, columns: 2, tilesPerWorkgroup: WORKGROUP },
    ...{ constants: { ROWS: rows, WORKGROUP }, unroll: { r: rows } },
  };
}

/** A workgroup's tile of `rows` by `columns` F, of which an invocation has `each` rows and two columns. */
function workgroupTile(rows: number, columns: number, each: number): GemmKernel {
  const WORKGROUP = (rows / each) * (columns / 2);
  const DEPTH = 4;
  return {
    ...{ wgsl: tileWgsl + fmaWgsl, loads: 'only vectors', rows, columns, tilesPerWorkgroup: 1 },
    constants: { ROWS: each, TILE_ROWS: rows, TILE_COLUMNS: columns, DEPTH, WORKGROUP },
    unroll: { r: each, x: (rows * DEPTH) / WORKGROUP, w: (4 * DEPTH * columns) / WORKGROUP },
  };
}

/** One full subgroup where that can be had. */
function subgroupWorkgroup({ subgroupMaxSize = 64 }: Device['info']): number {
  return Math.min(64, subgroupMaxSize);
}

/** `asked` rows of one column; or the tile of large products, whose machine code takes a CPU's driver a second. */
function subgroupTile(
  { features, info }: Device,
  { columns, geglu }: GemmWidths,
  asked?: 4 | 8,
): GemmKernel | undefined {
  if (!features.subgroups) return undefined;
  const { subgroupMinSize = 4 } = info;
  // Quads of the tall tile go in pairs, which use whole cache lines of the weights.
  const WORKGROUP = Math.max(asked === undefined ? 8 : 4, subgroupWorkgroup(info));
  // Lanes that every subgroup has share the rows.
  const wide = subgroupMinSize >= 8;
  const rows = asked ?? (wide ? 16 : 32);
  const LANES = wide && rows >= 8 ? 8 : 4;
  const COLUMNS = asked === undefined || geglu || columns % 4 !== 0 ? 2 : 1;
  return {
    ...{ wgsl: subgroupWgsl, loads: 'vectors', rows, columns: COLUMNS * WORKGROUP, tilesPerWorkgroup: 1 },
    constants: { ROWS: rows, COLUMNS, WORKGROUP, LANES, USES_SUBGROUPS: true },
    unroll: { h: rows / LANES, l: LANES, c: COLUMNS },
  };
}

function matrixTile({ matrixConfigs, info }: Device, { half = false }: GemmWidths): GemmKernel | undefined {
  const config = fittingConfig(matrixConfigs, half);
  if (!config) return undefined;
  const { M, N, K, componentType } = config;
  const { subgroupMinSize = 32, subgroupMaxSize = 32 } = info;
  const SUBGROUP = Math.max(subgroupMinSize, Math.min(32, subgroupMaxSize));
  const [rows, columns, WORKGROUP] = [64, 16, 4 * SUBGROUP];
  const DEPTH = componentType === 'f16' ? 8 : 4;
  return {
    ...{ wgsl: tileWgsl + matrixWgsl, loads: 'only vectors', rows, columns, tilesPerWorkgroup: 1 },
    constants: {
      ...{ TILE_ROWS: rows, TILE_COLUMNS: columns, DEPTH, WORKGROUP, SUBGROUP },
      ...{ MATRIX_M: M, MATRIX_N: N, MATRIX_K: K, USES_SUBGROUP_MATRIX: true },
    },
    types: { C: componentType === 'f16' ? 'f16' : 'f32' },
    unroll: {
      ...{ x: (rows * DEPTH) / WORKGROUP, w: (4 * DEPTH * columns) / WORKGROUP },
      ...{ a: 32 / M, b: 32 / N },
    },
  };
}

/** Sums are f32 everywhere, and components lose nothing: f16 only where x and weights are stored so. */
function fittingConfig(configs: readonly MatrixConfig[], half: boolean): MatrixConfig | undefined {
  for (const component of half ? ['f16', 'f32'] : ['f32']) {
    const fits = configs.find(
      ({ componentType, resultComponentType, M, N, K }) =>
        componentType === component &&
        resultComponentType === 'f32' &&
        [M, N].every((side) => side >= 8 && 32 % side === 0) &&
        16 % K === 0,
    );
    if (fits) return fits;
  }
  return undefined;
}

/** Names of the kernels of a product, the plainest first. Any but `plain` may be followed by `/n`: its sum in n slices. */
export const GEMM_VARIANTS: readonly string[] = Object.keys(KERNELS);

/** A variant for a shape: its kernel, how it loads, and in how many slices it sums. */
export interface GemmVariant {
  readonly kernel: GemmKernel;
  readonly vectorK: boolean;
  readonly vectorN: boolean;
  readonly slices: number;
}

/** The variant of that name. Throws RangeError when there is none or it does not do these sizes on this device. */
export function gemmVariant(device: Device, name: string, sizes: GemmWidths): GemmVariant {
  const [kernelName = '', slicesText = '1'] = name.split('/');
  const make = KERNELS[kernelName];
  const slices = Number(slicesText);
  if (!make || !(Number.isInteger(slices) && slices > 0) || (slices > 1 && kernelName === 'plain')) {
    throw new RangeError(
      `no variant '${name}', expected one of ${Object.keys(KERNELS).join(', ')}, or one but plain with /2, /3 …`,
    );
  }
  const { channels, columns, geglu } = sizes;
  const kernel = make(device, sizes);
  if (!kernel) throw new RangeError(`variant '${name}' needs a feature that this device lacks`);
  const vectorK = kernel.loads !== 'scalars' && channels % 4 === 0;
  const vectorN = kernel.loads !== 'scalars' && columns % (geglu ? 8 : 4) === 0;
  if (kernel.loads === 'only vectors' && !(vectorK && vectorN)) {
    throw new RangeError(`variant '${name}' wants channels in fours, got ${channels} to ${columns}`);
  }
  return { kernel, vectorK, vectorN, slices };
}

/** Whether {@link gemmVariant} has that variant for these sizes. */
export function doesGemm(device: Device, name: string, sizes: GemmWidths): boolean {
  try {
    gemmVariant(device, name, sizes);
    return true;
  } catch {
    return false;
  }
}

/** Below so many invocations of `register`, tiles of half the height keep more of them busy. */
const FEW_TILES = 128;

/** From so many workgroups on, a GPU is busy with the large tiles, and with the small ones. */
const MANY_WORKGROUPS = 32;
const MANY_SMALL_WORKGROUPS = 256;

/** Multiplications and columns from which the tall tile repays its compilation: a second against a seventh of the time. */
const MANY_MULTIPLICATIONS = 2 ** 27;
const MANY_COLUMNS = 256;

/** Channels from which a workgroup tile, 16 deep, is mostly full; and the least that a slice of a sum should take. */
const DEEP = 16;
const SLICE = 128;
const MOST_SLICES = 16;

/** Variants worth timing for these sizes on this device, the one that is taken unmeasured first. */
export function gemmCandidates(gpu: Gpu, sizes: GemmSizes): [string, ...string[]] {
  const { rows, columns, channels, taps, products = 1 } = sizes;
  const workgroups = (height: number, width: number) =>
    products * ceilDiv(rows, height) * ceilDiv(columns, width);
  const register = workgroups(8, 8) < FEW_TILES ? 'register4' : 'register';
  const subgroup = gpu.features.subgroups ? (rows <= 4 ? 'subgroup4' : 'subgroup') : undefined;
  const depth = channels * (taps ? taps.kernel[0] * taps.kernel[1] : 1);
  if (gpu.variants === 'software') {
    // Lanes of which less than half have a column cost more than sharing the rows saves.
    if (!subgroup || 2 * columns < 4 * subgroupWorkgroup(gpu.info)) return [register];
    const many = columns >= MANY_COLUMNS && products * rows * depth * columns >= MANY_MULTIPLICATIONS;
    return many ? ['subgroup_tall', subgroup, register] : [subgroup, register];
  }
  const others: [string, ...string[]] = subgroup ? [register, subgroup] : [register];
  if (channels < DEEP || !doesGemm(gpu, 'tile', sizes)) return others;
  if (workgroups(64, 64) >= MANY_WORKGROUPS) {
    const large = workgroups(128, 64) >= 2 * MANY_WORKGROUPS ? 'tile128' : 'tile32';
    return doesGemm(gpu, 'matrix', sizes) ? ['matrix', 'tile', large, ...others] : ['tile', large, ...others];
  }
  const small = workgroups(32, 32);
  const deepest = Math.floor(depth / SLICE);
  const slices = Math.min(ceilDiv(MANY_SMALL_WORKGROUPS, small), deepest, MOST_SLICES);
  return slices > 1 ? [`tile32/${slices}`, 'tile32', ...others] : ['tile32', 'tile', ...others];
}
