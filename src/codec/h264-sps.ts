// Reads the H.264 sequence parameter set: sample aspect (for files without a pasp box), and where its VUI ends.

/** Table E-1 of ITU-T H.264: aspect_ratio_idc to width : height. */
const ASPECTS: readonly (readonly [number, number])[] = [
  [1, 1],
  [1, 1],
  [12, 11],
  [10, 11],
  [16, 11],
  [40, 33],
  [24, 11],
  [20, 11],
  [32, 11],
  [80, 33],
  [18, 11],
  [15, 11],
  [64, 33],
  [160, 99],
  [4, 3],
  [3, 2],
  [2, 1],
];
const EXTENDED_SAR = 255;
/** Profiles whose parameter set carries chroma format and scaling matrices (7.3.2.1.1). */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** The parts of a sequence parameter set (7.3.2.1.1, E.1.1) that matter here; positions are bits of `rbsp`. */
export interface H264Sps {
  /** The parameter set behind its NAL header, without emulation prevention bytes. */
  readonly rbsp: Uint8Array;
  readonly maxRefFrames: number;
  /** Width to height of a sample, where the set says it. */
  readonly aspect?: readonly [number, number];
  /** Position of vui_parameters_present_flag, and what it is. */
  readonly vuiAt: number;
  readonly hasVui: boolean;
  /** Position of bitstream_restriction_flag (only with a VUI), and what it is. */
  readonly restrictionAt: number;
  readonly hasRestriction: boolean;
}

/** The first SPS of an avcC payload as a NAL unit, or undefined where it has none. */
export function firstSps(avcC: Uint8Array): Uint8Array | undefined {
  if (((avcC[5] ?? 0) & 0x1f) === 0) return undefined;
  const length = ((avcC[6] ?? 0) << 8) | (avcC[7] ?? 0);
  return 8 + length <= avcC.length ? avcC.subarray(8, 8 + length) : undefined;
}

/** Parses an SPS NAL unit; undefined where it ends too early. */
export function parseSps(nal: Uint8Array): H264Sps | undefined {
  const rbsp = withoutEmulation(nal.subarray(1));
  const bits = new BitReader(rbsp);
  const profile = bits.read(8);
  bits.read(16);
  bits.ue();
  if (HIGH_PROFILES.has(profile)) {
    const chromaFormat = bits.ue();
    if (chromaFormat === 3) bits.read(1);
    bits.ue();
    bits.ue();
    bits.read(1);
    if (bits.read(1))
      for (let i = 0; i < (chromaFormat === 3 ? 12 : 8); i++) skipScalingList(bits, i < 6 ? 16 : 64);
  }
  bits.ue();
  const orderType = bits.ue();
  if (orderType === 0) bits.ue();
  else if (orderType === 1) {
    bits.read(1);
    bits.ue();
    bits.ue();
    const cycle = Math.min(bits.ue(), 255);
    for (let i = 0; i < cycle; i++) bits.ue();
  }
  const maxRefFrames = bits.ue();
  bits.read(1);
  bits.ue();
  bits.ue();
  if (!bits.read(1)) bits.read(1);
  bits.read(1);
  if (bits.read(1)) for (let i = 0; i < 4; i++) bits.ue();
  const vuiAt = bits.position;
  const hasVui = bits.read(1) === 1;
  const aspect = hasVui ? readAspect(bits) : undefined;
  if (hasVui) skipVui(bits);
  const restrictionAt = bits.position;
  const hasRestriction = hasVui && bits.read(1) === 1;
  if (bits.exhausted) return undefined;
  return { rbsp, maxRefFrames, vuiAt, hasVui, restrictionAt, hasRestriction, ...(aspect && { aspect }) };
}

function readAspect(bits: BitReader): readonly [number, number] | undefined {
  if (!bits.read(1)) return undefined;
  const idc = bits.read(8);
  const aspect = idc === EXTENDED_SAR ? ([bits.read(16), bits.read(16)] as const) : ASPECTS[idc];
  return aspect && aspect[0] > 0 && aspect[1] > 0 ? aspect : undefined;
}

/** From behind the aspect ratio to bitstream_restriction_flag. */
function skipVui(bits: BitReader): void {
  if (bits.read(1)) bits.read(1); // overscan
  if (bits.read(1)) {
    bits.read(4); // video format, range
    if (bits.read(1)) bits.read(24); // colour description
  }
  if (bits.read(1)) for (let i = 0; i < 2; i++) bits.ue(); // chroma location
  if (bits.read(1)) bits.read(65); // timing
  const nal = skipHrd(bits);
  const vcl = skipHrd(bits);
  if (nal || vcl) bits.read(1);
  bits.read(1); // pic_struct
}

function skipHrd(bits: BitReader): boolean {
  if (!bits.read(1)) return false;
  const count = Math.min(bits.ue() + 1, 32);
  bits.read(8);
  for (let i = 0; i < count; i++) {
    bits.ue();
    bits.ue();
    bits.read(1);
  }
  bits.read(20);
  return true;
}

function skipScalingList(bits: BitReader, size: number): void {
  if (!bits.read(1)) return;
  let last = 8;
  let next = 8;
  for (let i = 0; i < size; i++) {
    if (next !== 0) {
      const code = bits.ue();
      const delta = code & 1 ? (code + 1) / 2 : -code / 2;
      next = (last + delta + 256) % 256;
    }
    last = next || last;
  }
}

/** Drops the emulation prevention bytes (00 00 03) of a NAL unit. */
function withoutEmulation(nal: Uint8Array): Uint8Array {
  return nal.filter((byte, i) => !(byte === 3 && i >= 2 && nal[i - 1] === 0 && nal[i - 2] === 0));
}

/** Most significant bit first; past the end it reads zeros and says `exhausted`. */
class BitReader {
  #at = 0;
  constructor(readonly bytes: Uint8Array) {}

  get position(): number {
    return this.#at;
  }

  get exhausted(): boolean {
    return this.#at > this.bytes.length * 8;
  }

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      value = value * 2 + (((this.bytes[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1);
    }
    return value;
  }

  /** Exp-Golomb (9.1). */
  ue(): number {
    let zeros = 0;
    while (zeros < 32 && !this.exhausted && !this.read(1)) zeros++;
    return 2 ** zeros - 1 + this.read(zeros);
  }
}
