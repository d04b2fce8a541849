// Prompt consistency against frame consistency, one line for each t_s through its ω_t: the paper's figure 6, as SVG.
import type { SweepPoint } from '../../src/index.ts';
import { svg } from '../dom.ts';

const WIDTH = 560;
const HEIGHT = 360;
const MARGIN = { left: 64, right: 16, top: 12, bottom: 48 };
/** Told apart by their lightness too, for those who see few colours. */
const COLOURS = ['#b0390d', '#3273b5', '#2c8a57', '#8a5bb5', '#c08a1e', '#5d6b7a', '#d46a9f', '#1e9aa0'];

type Range = readonly [min: number, max: number];

/** Draws the points that have been measured so far. Those without a prompt have no place in the plot. */
export function plotSweep(points: readonly SweepPoint[]): SVGSVGElement {
  const placed = points.flatMap((point) => {
    const { frame, prompt } = point.quality.result;
    return prompt === undefined ? [] : [{ ...point, x: prompt, y: frame }];
  });
  const plot = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'plot', role: 'img' });
  plot.setAttribute(
    'aria-label',
    placed
      .map(
        ({ temporal, structure, x, y }) =>
          `ω_t ${temporal}, t_s ${structure}: prompt ${x.toFixed(3)}, frame ${y.toFixed(3)}`,
      )
      .join('; '),
  );
  const xs = rangeOf(placed.map(({ x }) => x));
  const ys = rangeOf(placed.map(({ y }) => y));
  const place = ({ x, y }: { readonly x: number; readonly y: number }): readonly [number, number] => [
    MARGIN.left + ((x - xs[0]) / (xs[1] - xs[0])) * (WIDTH - MARGIN.left - MARGIN.right),
    HEIGHT - MARGIN.bottom - ((y - ys[0]) / (ys[1] - ys[0])) * (HEIGHT - MARGIN.top - MARGIN.bottom),
  ];
  for (const y of ticks(ys)) {
    const [, at] = place({ x: xs[0], y });
    plot.append(svg('line', { class: 'grid', x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: at, y2: at }));
    plot.append(label(y.toFixed(3), MARGIN.left - 8, at + 4, 'end'));
  }
  for (const x of ticks(xs)) {
    const [at] = place({ x, y: ys[0] });
    plot.append(svg('line', { class: 'grid', x1: at, x2: at, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }));
    plot.append(label(x.toFixed(3), at, HEIGHT - MARGIN.bottom + 18, 'middle'));
  }
  plot.append(label('prompt consistency →', (MARGIN.left + WIDTH) / 2, HEIGHT - 8, 'middle'));
  const side = label('frame consistency →', 0, 0, 'middle');
  side.setAttribute('transform', `translate(14 ${(HEIGHT - MARGIN.bottom) / 2}) rotate(-90)`);
  plot.append(side);
  for (const [i, structure] of [...new Set(placed.map((point) => point.structure))].entries()) {
    const colour = COLOURS[i % COLOURS.length]!;
    const line = placed
      .filter((point) => point.structure === structure)
      .sort((a, b) => a.temporal - b.temporal);
    const path = line.map((point) => place(point).join(' ')).join(' L ');
    plot.append(svg('path', { class: 'line', d: `M ${path}`, stroke: colour }));
    for (const point of line) {
      const [cx, cy] = place(point);
      const dot = svg('circle', { cx, cy, r: 5, fill: colour });
      dot.append(titled(`t_s ${structure}, ω_t ${point.temporal}`));
      plot.append(dot, label(String(point.temporal), cx + 8, cy - 6, 'start'));
    }
    plot.append(svg('rect', { x: WIDTH - 70, y: MARGIN.top + 18 * i, width: 10, height: 10, fill: colour }));
    plot.append(label(`t_s ${structure}`, WIDTH - 54, MARGIN.top + 18 * i + 10, 'start'));
  }
  return plot;
}

function rangeOf(values: readonly number[]): Range {
  const min = Math.min(...values);
  const max = Math.max(...values);
  if (!Number.isFinite(min)) return [0, 1];
  const room = Math.max(0.002, 0.12 * (max - min));
  return [min - room, max + room];
}

function ticks([min, max]: Range): number[] {
  return Array.from({ length: 5 }, (_, i) => min + ((i + 0.5) / 5) * (max - min));
}

function label(text: string, x: number, y: number, anchor: 'start' | 'middle' | 'end'): SVGTextElement {
  const element = svg('text', { x, y, 'text-anchor': anchor });
  element.textContent = text;
  return element;
}

function titled(text: string): SVGTitleElement {
  const element = svg('title');
  element.textContent = text;
  return element;
}
