// Codec strings to encode with: the lowest level of each codec that covers a size and rate.

/** [level code in the codec string, largest picture, most per second], smallest first. */
type Level = readonly [code: string, picture: number, perSecond: number];

/** ITU-T H.264 table A-1: MaxFS and MaxMBPS, in macroblocks of 16×16. */
const H264: readonly Level[] = [
  ['0a', 99, 1485],
  ['0d', 396, 11880],
  ['15', 792, 19800],
  ['1e', 1620, 40500],
  ['1f', 3600, 108000],
  ['20', 5120, 216000],
  ['28', 8192, 245760],
  ['2a', 8704, 522240],
  ['32', 22080, 589824],
  ['33', 36864, 983040],
  ['34', 36864, 2073600],
];
/** VP9 levels: luma samples, and luma samples per second. */
const VP9: readonly Level[] = [
  ['10', 36864, 829440],
  ['11', 73728, 2764800],
  ['20', 122880, 4608000],
  ['21', 245760, 9216000],
  ['30', 552960, 20736000],
  ['31', 983040, 36864000],
  ['40', 2228224, 83558400],
  ['41', 2228224, 160432128],
  ['50', 8912896, 311951360],
  ['51', 8912896, 588251136],
];
/** AV1 levels 2.0 to 5.1 (annex A.3): MaxPicSize and MaxDisplayRate. */
const AV1: readonly Level[] = [
  ['00', 147456, 4423680],
  ['01', 278784, 8363520],
  ['04', 665856, 19975680],
  ['05', 1065024, 31950720],
  ['08', 2359296, 70778880],
  ['09', 2359296, 141557760],
  ['12', 8912896, 267386880],
  ['13', 8912896, 534773760],
];

/**
 * Codec strings to try in turn for frames of `width` × `height` at up to `fps` per second: H.264 High, Main and
 * Baseline, then VP9, then AV1, 8 bits all. A codec whose highest level is too low is left out.
 */
export function encoderCodecs(width: number, height: number, fps: number): string[] {
  const macroblocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  const h264 = levelFor(H264, macroblocks, fps);
  const vp9 = levelFor(VP9, width * height, fps);
  const av1 = levelFor(AV1, width * height, fps);
  return [
    ...(h264 ? [`avc1.6400${h264}`, `avc1.4d00${h264}`, `avc1.42e0${h264}`] : []),
    ...(vp9 ? [`vp09.00.${vp9}.08`] : []),
    ...(av1 ? [`av01.0.${av1}M.08`] : []),
  ];
}

const levelFor = (levels: readonly Level[], picture: number, fps: number): string | undefined =>
  levels.find(([, largest, perSecond]) => picture <= largest && picture * fps <= perSecond)?.[0];
