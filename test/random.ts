// Repeatable pseudo-random test data (mulberry32): the same numbers on every machine.

/** A generator of uniform numbers in [0, 1). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}

/** `count` numbers in [-1, 1), the same for the same seed. */
export function randomArray(count: number, seed: number): Float32Array<ArrayBuffer> {
  const next = uniform(seed);
  return Float32Array.from({ length: count }, () => 2 * next() - 1);
}

/**
 * Weights of sums of `terms` products with numbers in [-1, 1). Beyond 512 terms they shrink with the root of the count, as
 * a network's do, so that sums stay of order one and f32 as exact as the kernels' tolerances ask.
 */
export function randomWeights(count: number, terms: number, seed: number): Float32Array<ArrayBuffer> {
  const scale = terms > 512 ? Math.sqrt(3 / terms) : 1;
  return randomArray(count, seed).map((x) => scale * x);
}
