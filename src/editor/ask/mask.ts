// What part of the picture an edit may change: what may be asked, and the checks.

/** Strokes on one frame: white or opaque is selected. A picture with any transparency is read by its opacity. */
export interface BrushMask {
  /** Seconds in the source; the nearest frame is meant. */
  readonly time: number;
  /** Of the frame's aspect, at any size. */
  readonly mask: ImageData | ImageBitmap | Blob;
}

/** A rectangle in fractions of the frame, as shown. */
export interface MaskBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the mask is: painted on some frames and carried to all others, a range of depth, or a box that may move. */
export type MaskRegion =
  | { readonly brush: readonly BrushMask[] }
  /** Depth of the clip: 1 is its nearest, 0 its farthest point. */
  | { readonly depth: readonly [near: number, far: number] }
  /** Several boxes are keyframes at seconds of the source; between them the box moves evenly. */
  | { readonly box: MaskBox | readonly (MaskBox & { readonly time: number })[] };

/** Restricts an edit to a part of the picture. */
export interface MaskOptions {
  readonly region: MaskRegion;
  /** `'inside'` (default) edits what is selected, the subject; `'outside'` all else, the background. */
  readonly edit?: 'inside' | 'outside';
  /** Width of the soft seam in pixels of the written picture; default a fiftieth of its height. */
  readonly feather?: number;
  /** Puts the source's own pixels back where nothing was to be changed; default true. False: they went through the autoencoder. */
  readonly pasteBack?: boolean;
}

/** Mask options with every default but the feather's filled in, which depends on the written size. */
export interface ResolvedMask {
  readonly region: MaskRegion;
  readonly outside: boolean;
  readonly feather: number | undefined;
  readonly pasteBack: boolean;
}

/** Checks `mask`. Throws TypeError for what is no region, RangeError for numbers out of range and boxes outside the frame. */
export function resolveMask(mask: MaskOptions): ResolvedMask {
  const { region, edit = 'inside', feather, pasteBack = true } = mask;
  const kinds = region ? (['brush', 'depth', 'box'] as const).filter((kind) => kind in region) : [];
  if (kinds.length !== 1) {
    throw new TypeError(
      `options.mask.region must be one of { brush }, { depth } and { box }, got ${kinds.join(' and ') || 'none'}.`,
    );
  }
  if (edit !== 'inside' && edit !== 'outside') {
    throw new TypeError(`options.mask.edit must be 'inside' or 'outside', got '${String(edit)}'.`);
  }
  if (feather !== undefined && !(feather >= 0 && feather <= 1000)) {
    throw new RangeError(`options.mask.feather must be 0 to 1000 pixels, got ${String(feather)}.`);
  }
  if ('brush' in region) checkBrush(region.brush);
  else if ('depth' in region) checkDepth(region.depth);
  else checkBoxes(region.box);
  return { region, outside: edit === 'outside', feather, pasteBack };
}

function checkBrush(brush: readonly BrushMask[]): void {
  if (!(brush?.length > 0)) {
    throw new TypeError('options.mask.region.brush must hold at least one painted frame, got none.');
  }
  for (const { time } of brush) checkTime('brush', time);
}

function checkTime(kind: string, time: number): void {
  if (typeof time === 'number' && time >= 0 && time < Infinity) return;
  throw new RangeError(`options.mask.region.${kind}: time must be at least 0 seconds, got ${String(time)}.`);
}

function checkDepth([near, far]: readonly [number, number]): void {
  if (far >= 0 && near <= 1 && near > far) return;
  throw new RangeError(
    `options.mask.region.depth must be [near, far] with 1 >= near > far >= 0 (1 is nearest), got [${near}, ${far}].`,
  );
}

function checkBoxes(box: MaskBox | readonly (MaskBox & { readonly time: number })[]): void {
  if (!('length' in box)) return checkBox(box);
  if (box.length === 0) throw new TypeError('options.mask.region.box must hold at least one box, got none.');
  for (const [i, keyframe] of box.entries()) {
    checkTime('box', keyframe.time);
    checkBox(keyframe);
    if (i > 0 && !(keyframe.time > box[i - 1]!.time)) {
      throw new RangeError(
        `options.mask.region.box: keyframes must come in order, got ${keyframe.time} s after ${box[i - 1]!.time} s.`,
      );
    }
  }
}

function checkBox({ x, y, width, height }: MaskBox): void {
  const finite = [x, y, width, height].every((side) => Number.isFinite(side));
  const inside = x < 1 && y < 1 && x + width > 0 && y + height > 0;
  if (finite && width > 0 && height > 0 && inside) return;
  throw new RangeError(
    'options.mask.region.box must lie in the frame, with x, y, width and height in fractions of it (0 to 1), ' +
      `got x ${x}, y ${y}, width ${width}, height ${height}.`,
  );
}
