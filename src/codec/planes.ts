// A decoded frame's bytes for upload to the GPU: planes as they are, colour conversion left to the kernels.
import type { YuvEncoding } from '../kernels/yuv.ts';
import { yuvCoding } from './colour.ts';
import { MediaError } from './errors.ts';

/** How bytes are laid out. `RGBA` is what frames come as whose own format the browser hides or that is no 4:2:0. */
export type PlaneFormat = 'I420' | 'NV12' | 'RGBA';

/** Pixels of one frame, 8 bits each, tightly packed: no padding at row ends or between planes. */
export interface Planes {
  readonly format: PlaneFormat;
  /** Visible size in pixels; chroma planes have ⌈width/2⌉ × ⌈height/2⌉ samples. */
  readonly width: number;
  readonly height: number;
  /** I420: Y, U, V. NV12: Y, then U and V interleaved. RGBA: R'G'B'A, full range, converted by the browser. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** How the Y'CbCr values are to be read; for RGBA it says nothing. */
  readonly coding: YuvEncoding;
}

/**
 * Copies a frame's visible pixels out. 8-bit 4:2:0 comes as it is; 4:2:0 of 10 and 12 bits is rounded to 8; anything
 * else (4:4:4, 4:2:2, RGB, opaque hardware frames) as RGBA. The frame stays open and is not turned.
 * Throws MediaError `hdr` for PQ and HLG, `failed` where the browser can't hand the pixels out.
 */
export async function readPlanes(frame: VideoFrame): Promise<Planes> {
  refuseHdr(frame);
  const visible = frame.visibleRect;
  const width = visible?.width ?? frame.codedWidth;
  const height = visible?.height ?? frame.codedHeight;
  const coding = yuvCoding(frame.colorSpace, height);
  const chroma = Math.ceil(width / 2) * Math.ceil(height / 2);
  const size = width * height + 2 * chroma;
  const format = frame.format as string | null;
  try {
    if (format === 'I420' || format === 'NV12') {
      const data = new Uint8Array(size);
      await frame.copyTo(data, { layout: packedLayout(format, width, height, 1) });
      return { format, width, height, data, coding };
    }
    if (format === 'I420P10' || format === 'I420P12') {
      const deep = new Uint16Array(size);
      await frame.copyTo(deep, { layout: packedLayout('I420', width, height, 2) });
      return {
        format: 'I420',
        width,
        height,
        data: toEightBits(deep, format === 'I420P10' ? 10 : 12),
        coding,
      };
    }
    const data = new Uint8Array(4 * width * height);
    await frame.copyTo(data, { format: 'RGBA', layout: [{ offset: 0, stride: 4 * width }] });
    return { format: 'RGBA', width, height, data, coding };
  } catch (cause) {
    throw new MediaError(
      'decode',
      'failed',
      `The browser can't hand out the pixels of a ${format ?? 'hardware'} frame of ${width}×${height}. ` +
        'Convert the clip first, for example: ffmpeg -i input.mp4 -c:v libx264 -pix_fmt yuv420p clip.mp4',
      { cause },
    );
  }
}

function packedLayout(format: 'I420' | 'NV12', width: number, height: number, bytes: number): PlaneLayout[] {
  const half = Math.ceil(width / 2);
  const luma = width * height * bytes;
  const chroma = half * Math.ceil(height / 2) * bytes;
  const y = { offset: 0, stride: width * bytes };
  return format === 'NV12'
    ? [y, { offset: luma, stride: 2 * half * bytes }]
    : [y, { offset: luma, stride: half * bytes }, { offset: luma + chroma, stride: half * bytes }];
}

/** Rounds to the nearest 8-bit code; 8-bit codes are deeper ones divided by 2^(bits − 8), in both ranges nearly. */
function toEightBits(deep: Uint16Array, bits: number): Uint8Array<ArrayBuffer> {
  const shift = bits - 8;
  const half = 1 << (shift - 1);
  const data = new Uint8Array(deep.length);
  for (let i = 0; i < deep.length; i++) data[i] = Math.min(255, ((deep[i] ?? 0) + half) >> shift);
  return data;
}

function refuseHdr({ colorSpace }: VideoFrame): void {
  const transfer = colorSpace.transfer as string | null;
  if (transfer !== 'pq' && transfer !== 'hlg') return;
  throw new MediaError(
    'decode',
    'hdr',
    `The clip is HDR (${transfer.toUpperCase()}): shown as ordinary video it would look flat and grey. Convert it to ` +
      'SDR first, for example: ffmpeg -i input.mp4 -vf zscale=t=linear:npl=100,tonemap=hable,zscale=t=bt709:m=bt709:r=tv,format=yuv420p clip.mp4',
  );
}
