// What ω_t and t_s do to a clip: an edit and its measures at every point of a grid, as in the paper's figure 6.

import type { EditOptions } from '../ask/options.ts';
import type { Quality } from './quality.ts';

/** The points of a sweep: every ω_t with every t_s. */
export interface SweepGrid {
  readonly temporal: readonly number[];
  readonly structure: readonly number[];
}

/** One point, measured. */
export interface SweepPoint {
  /** ω_t. */
  readonly temporal: number;
  /** t_s. */
  readonly structure: number;
  readonly quality: Quality;
}

/** What a sweep needs of an editor. */
export interface SweepEditor {
  edit(source: Blob, options: EditOptions): Promise<{ readonly video: Blob }>;
  evaluate(source: Blob, result: Blob, options: EditOptions): Promise<Quality>;
}

/** Options of `Editor.sweep`. */
export interface SweepHooks {
  /** Told of every point as it is measured. */
  readonly onPoint?: (point: SweepPoint, done: number, total: number) => void;
}

/** Edits and measures `source` at every point of `grid`, the structures of the first ω_t first. Throws as both do. */
export async function sweepGrid(
  editor: SweepEditor,
  source: Blob,
  options: EditOptions,
  { temporal: temporals, structure: structures }: SweepGrid,
  { onPoint }: SweepHooks = {},
): Promise<SweepPoint[]> {
  if (!(source instanceof Blob)) {
    throw new TypeError(
      'A sweep edits its source many times: give a video file, frames can be read only once.',
    );
  }
  const points: SweepPoint[] = [];
  const total = temporals.length * structures.length;
  if (total === 0) throw new RangeError('A sweep needs one temporal and one structure at least, got none.');
  for (const temporal of temporals) {
    for (const structure of structures) {
      const at = { ...options, temporal, structure };
      const { video } = await editor.edit(source, at);
      const point = { temporal, structure, quality: await editor.evaluate(source, video, at) };
      points.push(point);
      onPoint?.(point, points.length, total);
    }
  }
  return points;
}

const COLUMNS: readonly (readonly [name: string, value: (point: SweepPoint) => number | undefined])[] = [
  ['temporal', ({ temporal }) => temporal],
  ['structure', ({ structure }) => structure],
  ['frame_consistency', ({ quality }) => quality.result.frame],
  ['prompt_consistency', ({ quality }) => quality.result.prompt],
  ['source_frame_consistency', ({ quality }) => quality.source.frame],
  ['source_prompt_consistency', ({ quality }) => quality.source.prompt],
  ['depth_correlation', ({ quality }) => quality.depthCorrelation],
  ['content', ({ quality }) => quality.content],
  ['frames', ({ quality }) => quality.frames],
];

/** The points as CSV (RFC 4180) with a line of names; what a picture gave has no prompt consistency and leaves it empty. */
export function sweepCsv(points: readonly SweepPoint[]): string {
  const lines = points.map((point) => COLUMNS.map(([, value]) => value(point) ?? '').join(','));
  return [COLUMNS.map(([name]) => name).join(','), ...lines, ''].join('\r\n');
}
