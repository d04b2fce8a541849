// The sheet over the screen that a mask is painted on, frame by frame, or a box is drawn on; it also shows the mask as
// the engine carries it through the clip.
import type { ClipPictures, MaskBox } from '../../src/index.ts';
import { make, requireElement } from '../dom.ts';
import type { Clip } from './clip.ts';
import { frameAt } from './part.ts';

/** What the pointer does on the sheet. */
export type MaskTool = 'brush' | 'erase' | 'box' | undefined;

type Point = readonly [x: number, y: number];

interface Stroke {
  readonly points: Point[];
  /** Of the frame's height. */
  readonly size: number;
  readonly erase: boolean;
}

/** Longest side of what is painted: the engine works on less. */
const MAX_SIDE = 512;

/** The sheet. */
export class MaskCanvas {
  readonly #canvas = requireElement('mask', HTMLCanvasElement);
  readonly #onChange: () => void;
  readonly #strokes = new Map<number, Stroke[]>();
  /** What a take was painted with, below the strokes. */
  readonly #given = new Map<number, ImageData>();
  #clip: Clip | undefined;
  #frame = 0;
  #time = 0;
  #tool: MaskTool;
  #box: MaskBox = { x: 0.25, y: 0.15, width: 0.5, height: 0.7 };
  #carried: ClipPictures | undefined;
  /** Width of the brush, of the frame's height. */
  size = 0.15;

  /** `onChange` is called when something has been painted, or the box was moved. */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
    const canvas = this.#canvas;
    canvas.addEventListener('pointerdown', (event) => {
      if (!this.#tool) return;
      canvas.setPointerCapture(event.pointerId);
      this.#begin(this.#at(event));
      event.preventDefault();
    });
    canvas.addEventListener('pointermove', (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) this.#go(this.#at(event));
    });
    canvas.addEventListener('pointerup', () => this.#onChange());
  }

  /** Another clip is masked: what was painted was on the one before. */
  load(clip: Clip): void {
    if (clip === this.#clip) return;
    this.#clip = clip;
    this.#strokes.clear();
    this.#given.clear();
    this.#carried = undefined;
    const scale = Math.min(1, MAX_SIDE / Math.max(clip.width, clip.height));
    this.#canvas.width = Math.round(clip.width * scale);
    this.#canvas.height = Math.round(clip.height * scale);
    this.#draw();
  }

  set time(time: number) {
    this.#time = time;
    this.#frame = this.#clip ? frameAt(this.#clip.times, time + 1e-4) : 0;
    if (!this.#canvas.hidden) this.#draw();
  }

  set shown(on: boolean) {
    this.#canvas.hidden = !on;
    this.#draw();
  }

  set tool(tool: MaskTool) {
    this.#tool = tool;
    this.#canvas.style.pointerEvents = tool ? 'auto' : 'none';
    this.#draw();
  }

  /** The mask as the engine carries it; undefined shows what was painted. */
  set carried(carried: ClipPictures | undefined) {
    this.#carried = carried;
    this.#draw();
  }

  get box(): MaskBox {
    return this.#box;
  }

  set box(box: MaskBox) {
    this.#box = box;
    this.#draw();
  }

  /** Frames that were painted on. */
  get painted(): number {
    return this.#frames.length;
  }

  /** What was painted, white on clear, with the time of its frame. */
  get brush(): { readonly time: number; readonly mask: ImageData }[] {
    return this.#frames.map((frame) => {
      const { context, canvas } = sheet(this.#canvas);
      this.#paint(context, frame);
      return {
        time: this.#clip!.times[frame]!,
        mask: context.getImageData(0, 0, canvas.width, canvas.height),
      };
    });
  }

  /** Takes the place of all that was painted. */
  set brush(painted: readonly { readonly time: number; readonly mask: ImageData }[]) {
    this.#strokes.clear();
    this.#given.clear();
    for (const { time, mask } of painted) this.#given.set(frameAt(this.#clip!.times, time + 1e-4), mask);
    this.#draw();
  }

  /** Takes back the last stroke on this frame. */
  undo(): void {
    const strokes = this.#strokes.get(this.#frame);
    strokes?.pop();
    if (strokes?.length === 0) this.#strokes.delete(this.#frame);
    this.#draw();
    this.#onChange();
  }

  /** Removes all that was painted. */
  clear(): void {
    this.#strokes.clear();
    this.#given.clear();
    this.#draw();
    this.#onChange();
  }

  get #frames(): number[] {
    return [...new Set([...this.#given.keys(), ...this.#strokes.keys()])];
  }

  #begin(point: Point): void {
    this.#carried = undefined;
    if (this.#tool === 'box') {
      this.#box = { x: point[0], y: point[1], width: 0.02, height: 0.02 };
    } else {
      const strokes = this.#strokes.get(this.#frame) ?? [];
      strokes.push({ points: [point], size: this.size, erase: this.#tool === 'erase' });
      this.#strokes.set(this.#frame, strokes);
    }
    this.#draw();
  }

  #go([x, y]: Point): void {
    if (this.#tool === 'box') {
      const { x: left, y: top } = this.#box;
      this.#box = {
        ...{ x: left, y: top },
        width: Math.max(0.02, Math.min(1 - left, x - left)),
        height: Math.max(0.02, Math.min(1 - top, y - top)),
      };
    } else this.#strokes.get(this.#frame)?.at(-1)?.points.push([x, y]);
    this.#draw();
  }

  /** Where on the frame the pointer is: the picture is fitted into the element. */
  #at({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const scale = Math.min(width / this.#canvas.width, height / this.#canvas.height);
    const [shownWidth, shownHeight] = [scale * this.#canvas.width, scale * this.#canvas.height];
    const x = (clientX - left - (width - shownWidth) / 2) / shownWidth;
    const y = (clientY - top - (height - shownHeight) / 2) / shownHeight;
    return [Math.min(0.98, Math.max(0, x)), Math.min(0.98, Math.max(0, y))];
  }

  #draw(): void {
    const { width, height } = this.#canvas;
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    if (!context || this.#canvas.hidden) return;
    context.globalCompositeOperation = 'source-over';
    context.clearRect(0, 0, width, height);
    if (this.#carried) this.#drawCarried(context, this.#carried);
    else if (this.#tool === 'box') {
      const { x, y, width: w, height: h } = this.#box;
      context.fillRect(x * width, y * height, w * width, h * height);
    } else if (this.#tool) this.#paint(context, this.#frame);
    context.globalCompositeOperation = 'source-in';
    context.fillStyle = 'rgb(255 120 60 / 55%)';
    context.fillRect(0, 0, width, height);
  }

  #drawCarried(context: CanvasRenderingContext2D, { width, height, frames }: ClipPictures): void {
    const times = frames.map(({ time }) => time);
    const found = frames[frameAt(times, this.#time + 1e-4)];
    if (!found) return;
    const rgba = new Uint8ClampedArray(4 * width * height);
    for (const [i, value] of found.pixels.entries()) rgba[4 * i + 3] = value;
    const small = make('canvas', { width, height });
    small.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0);
    context.drawImage(small, 0, 0, this.#canvas.width, this.#canvas.height);
  }

  #paint(context: CanvasRenderingContext2D, frame: number): void {
    const { width, height } = this.#canvas;
    const given = this.#given.get(frame);
    if (given) context.putImageData(given, 0, 0);
    context.lineCap = context.lineJoin = 'round';
    context.strokeStyle = 'white';
    for (const { points, size, erase } of this.#strokes.get(frame) ?? []) {
      context.globalCompositeOperation = erase ? 'destination-out' : 'source-over';
      context.lineWidth = size * height;
      context.beginPath();
      const [first = [0, 0] as const] = points;
      context.moveTo(first[0] * width, first[1] * height);
      for (const [x, y] of points) context.lineTo(x * width, y * height);
      context.stroke();
    }
  }
}

function sheet({ width, height }: HTMLCanvasElement): {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
} {
  const canvas = make('canvas', { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser gives no 2D canvas to paint on.');
  return { canvas, context };
}
