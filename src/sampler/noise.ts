// Gaussian noise that depends on (seed, stream, frame, element) alone: the same in every window, for every clip length,
// on CPU and GPU. Philox4x32-10 (Salmon et al. 2011) counts, Box-Muller shapes. The contract for the WGSL twin:
//
//   key     = [seed & 0xffffffff, seed >> 32]                  the seed's low and high word
//   counter = [block, frame, stream, 0]                        frame is absolute in the clip
//   r       = philox4x32_10(counter, key)                      four u32
//   element = 4 * block + i, i = 0..3: its index in one frame's latent, [height, width, channels] (NHWC)
//   i = 0, 1 come from (r[0], r[1]): radius(r[0]) * cos(angle(r[1])), radius(r[0]) * sin(angle(r[1]))
//   i = 2, 3 come from (r[2], r[3]) alike; a last block that is only partly inside drops the rest
//   radius(r) = sqrt(-2 ln u), u = ((r >> 8) + 1) * 2^-24      u in [2^-24, 1], exact in f32: never ln 0
//   angle(r)  = 2 pi v,        v = (r >> 8) * 2^-24            v in [0, 1), exact in f32
//
// WGSL promises only 2^-11 for sin and cos and 2^-21 for log near 1: too little for 1e-5. The twin takes v's top two
// bits as quadrant with polynomials on the rest, and ln u as exponent * ln 2 + a log1p polynomial on the mantissa.

/** Which noise it is; each purpose has its own stream, so that no two share numbers. */
export interface NoiseKey {
  /** Whole number, 0 to 2^64 - 1; a `number` must be a safe integer. */
  readonly seed: number | bigint;
  /** Absolute index of the frame in the clip, 0 to 2^32 - 1. */
  readonly frame: number;
  /** 0 (default): the noise a run starts from. A sampler that adds noise in step i takes stream i + 1. */
  readonly stream?: number;
}

/** The seed as Philox key [low word, high word]. Throws `RangeError` unless it is a whole number below 2^64. */
export function seedWords(seed: number | bigint): [number, number] {
  const whole = typeof seed === 'bigint' || Number.isSafeInteger(seed) ? BigInt(seed) : -1n;
  if (whole < 0n || whole >= 1n << 64n) {
    throw new RangeError(
      `seed is ${seed}, allowed: whole numbers from 0 to 2^53 - 1, or a bigint below 2^64.`,
    );
  }
  return [Number(whole & 0xffffffffn), Number(whole >> 32n)];
}

/** Fills `out` with the standard normal noise of one frame, element by element, and returns it. Throws `RangeError`. */
export function gaussianNoise<T extends Float32Array | Float64Array>(key: NoiseKey, out: T): T {
  const { frame, stream = 0 } = key;
  checkWord('frame', frame);
  checkWord('stream', stream);
  const [low, high] = seedWords(key.seed);
  for (let block = 0; 4 * block < out.length; block++) {
    const words = philox4x32([block, frame, stream, 0], [low, high]);
    for (let i = 0; i < 4 && 4 * block + i < out.length; i += 2) {
      const radius = Math.sqrt(-2 * Math.log(((words[i]! >>> 8) + 1) * 2 ** -24));
      const angle = 2 * Math.PI * (words[i + 1]! >>> 8) * 2 ** -24;
      out[4 * block + i] = radius * Math.cos(angle);
      if (4 * block + i + 1 < out.length) out[4 * block + i + 1] = radius * Math.sin(angle);
    }
  }
  return out;
}

/** Four words. */
export type Words4 = readonly [number, number, number, number];

const ROUNDS = 10;
const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;

/** Philox4x32-10 of Random123 (Salmon et al. 2011, section 3.3): a bijection of the counter for every key, as u32. */
export function philox4x32(
  counter: Words4,
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIERS[0], c0);
    const high1 = multiplyHigh(MULTIPLIERS[1], c2);
    const low0 = Math.imul(MULTIPLIERS[0], c0);
    const low1 = Math.imul(MULTIPLIERS[1], c2);
    [c0, c1, c2, c3] = [high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0];
    k0 = (k0 + WEYL[0]) | 0;
    k1 = (k1 + WEYL[1]) | 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

// Upper 32 bits of a 64-bit product of u32, from 16-bit halves: no partial sum leaves the 53 bits of a double.
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (carry >>> 16)) | 0;
}

function checkWord(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return;
  throw new RangeError(`${name} is ${value}, allowed: whole numbers from 0 to 2^32 - 1.`);
}
