// How attention is computed: the kernels of attention_*.wgsl specialised for a shape, and which of them are worth a try.

import plainSource from './attention_plain.wgsl?raw';
import quadSource from './attention_quad.wgsl?raw';
import registerSource from './attention_register.wgsl?raw';
import sharedSource from './attention_shared.wgsl?raw';
import tileSource from './attention_tile.wgsl?raw';
import { ceilDiv, ELEMENT_BYTES, type Gpu, type ShaderSource } from '../gpu/index.ts';
import type { AttentionOptions, AttentionVariant } from './attention_options.ts';
import { unroll } from './unroll.ts';

/** A variant, specialised: its text, what its prelude adds, elements per vector, and its grid. */
export interface AttentionKernel {
  readonly source: ShaderSource;
  readonly constants: Readonly<Record<string, number | boolean>>;
  readonly width: 1 | 4;
  readonly workgroups: number;
  /** How often a workgroup reads its queries; once where it is left out. */
  readonly queryReads?: number;
}

/** Heads up to this size are unrolled: CPU drivers take seconds to minutes to compile longer ones. */
const UNROLLED_HEAD = 64;

/** The kernel of a variant. Throws RangeError when it does not do the shape. */
export function attentionKernel(gpu: Gpu, o: AttentionOptions, variant: AttentionVariant): AttentionKernel {
  if (variant === 'plain') {
    return {
      source: { name: 'attention_plain', wgsl: plainSource + sharedSource },
      constants: {},
      width: 1,
      workgroups: ceilDiv(o.batch * o.heads * o.queries, 64),
    };
  }
  if (!splitsIntoVectors(o)) {
    throw new RangeError(`attention ${variant}: expected headDim, offsets and strides to divide by four`);
  }
  if (variant === 'tile') return tileKernel(o);
  if (o.headDim > UNROLLED_HEAD) {
    throw new RangeError(`attention ${variant}: expected headDim ≤ ${UNROLLED_HEAD}, got ${o.headDim}`);
  }
  if (variant === 'register') return registerKernel(o, gpu.variants === 'software');
  if (!gpu.features.subgroups || hidesKeys(o)) {
    throw new RangeError('attention quad: expected a device with subgroups, and neither mask nor causal');
  }
  return quadKernel(o);
}

/** Keys that attention_tile.wgsl takes at a time. */
const KEYS_OF_TILE = 32;
/** Bytes that every device grants a workgroup. */
const WORKGROUP_BYTES = 16384;

// Workgroup memory of attention_tile.wgsl, `chunk` vectors of the head at a time.
function tileBytes(rows: number, chunk: number, elementBytes: number): number {
  const keyVectors = Math.max(32 * (chunk | 1), 36 * chunk);
  return 4 * elementBytes * (rows * chunk + keyVectors + 8 * rows) + 32 * rows;
}

function tileKernel({ q, batch, heads, queries, keys, headDim }: AttentionOptions): AttentionKernel {
  const head = headDim / 4;
  const fits = (rows: number, chunk: number) =>
    tileBytes(rows, chunk, ELEMENT_BYTES[q.tensor.dtype]) <= WORKGROUP_BYTES;
  // Twice as many rows halve the bytes read, but not where the queries would be read again and again for it.
  const rows = queries > 32 && fits(64, head) ? 64 : 32;
  let most = head;
  while (!fits(rows, most)) most--;
  const chunks = ceilDiv(head, most);
  const chunk = ceilDiv(head, chunks);
  return {
    source: {
      name: 'attention_tile',
      wgsl: unroll(tileSource, { r: 4, k: 4, p: chunks, c: ceilDiv(chunk, 2) }) + sharedSource,
    },
    constants: { ROWS: rows, CHUNK: chunk, CHUNKS: chunks },
    width: 4,
    workgroups: batch * heads * ceilDiv(queries, rows),
    queryReads: chunks > 1 ? ceilDiv(keys, KEYS_OF_TILE) : 1,
  };
}

function registerKernel(o: AttentionOptions, software: boolean): AttentionKernel {
  const head = o.headDim / 4;
  const [rows, keys] = software ? softwareTile(o) : [head <= 8 ? 2 : 1, 1];
  // A small workgroup gives a CPU's few threads even shares.
  const workgroup = software ? 16 : 64;
  return {
    source: {
      name: 'attention_register',
      wgsl: unroll(registerSource, { r: rows, k: keys, d: head }) + sharedSource,
    },
    constants: { WORKGROUP: workgroup, ROWS: rows, KEYS: keys },
    width: 4,
    workgroups: ceilDiv(o.batch * o.heads * ceilDiv(o.queries, rows), workgroup),
  };
}

/** Scores from which on tiles of four rows, and of eight, are worth compiling: SwiftShader takes 1.5 s for two, 2.6 and 5.2 for those. */
const MANY_SCORES = 2 ** 18;
const VERY_MANY_SCORES = 2 ** 20;

// Rows share the loads of keys, keys those of queries and sums: 4 x 2 takes half as long as 2 x 1 on SwiftShader, 8 x 2
// two fifths. Sequences with hidden keys are short texts: a small tile compiles sooner.
function softwareTile(o: AttentionOptions): [rows: number, keys: number] {
  return hidesKeys(o) ? [2, 1] : [softwareRows(o), 2];
}

function softwareRows({ batch, heads, queries, keys }: AttentionOptions): number {
  const scores = batch * heads * queries * keys;
  if (scores < MANY_SCORES) return 2;
  return scores < VERY_MANY_SCORES ? 4 : 8;
}

function quadKernel(o: AttentionOptions): AttentionKernel {
  const rows = softwareRows(o);
  const workgroup = 16;
  return {
    source: {
      name: 'attention_quad',
      wgsl: unroll(quadSource, { r: rows, k: 4, d: o.headDim / 4 }) + sharedSource,
    },
    constants: { USES_SUBGROUPS: true, WORKGROUP: workgroup, ROWS: rows },
    width: 4,
    workgroups: ceilDiv(o.batch * o.heads * ceilDiv(o.queries, 4 * rows), workgroup / 4),
  };
}

function hidesKeys({ causal, mask }: AttentionOptions): boolean {
  return causal === true || mask !== undefined;
}

function splitsIntoVectors({ headDim, q, k, v }: AttentionOptions): boolean {
  return [headDim, ...[q, k, v].flatMap(({ offset, stride }) => [offset, stride])].every((n) => n % 4 === 0);
}

/** Keys from which on a tile of 32 is worth its barriers; with fewer most of it is empty. */
const FEW_KEYS = 16;

/** Variants for a shape on a device, the likeliest first. */
export function attentionCandidates(
  gpu: Gpu,
  o: AttentionOptions,
): [AttentionVariant, ...AttentionVariant[]] {
  if (!splitsIntoVectors(o)) return ['plain'];
  const software = gpu.variants === 'software';
  if (o.headDim > UNROLLED_HEAD) return software ? ['plain'] : ['tile'];
  if (!software) return o.keys < FEW_KEYS ? ['register', 'tile'] : ['tile', 'register'];
  // Where a quad is a whole subgroup (SwiftShader) passing round is free; lavapipe takes minutes to compile it.
  const passes = gpu.features.subgroups && gpu.info.subgroupMaxSize === 4 && !hidesKeys(o);
  return passes ? ['quad', 'register'] : ['register', 'tile'];
}
