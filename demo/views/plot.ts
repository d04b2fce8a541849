// Prompt consistency against frame consistency, one line for each t_s through its ω_t: the paper's figure 6, as SVG.
import type { SweepPoint } from '../../src/index.ts';
import { svg } from '../dom.ts';
import { withSymbolsSvg } from '../symbols.ts';

const MARGIN = { left: 64, right: 24, top: 32, bottom: 48 };
/** From one name of the legend to the next. */
const LEGEND = 46;
/** Told apart by their lightness too, for those who see few colours. */
const COLOURS = ['#b0390d', '#3273b5', '#2c8a57', '#8a5bb5', '#c08a1e', '#5d6b7a', '#d46a9f', '#1e9aa0'];

type Range = readonly [min: number, max: number];

/**
 * Draws the points that have been measured so far, `width` CSS pixels wide, so that its words are as large as those
 * around it. Points without a prompt have no place in the plot.
 */
export function plotSweep(points: readonly SweepPoint[], width: number): SVGSVGElement {
  const height = Math.round(Math.max(260, 0.6 * width));
  const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
  const placed = points.flatMap((point) => {
    const { frame, prompt } = point.quality.result;
    return prompt === undefined ? [] : [{ ...point, x: prompt, y: frame }];
  });
  const plot = svg('svg', { width, height, class: 'plot', role: 'img' });
  plot.setAttribute(
    'aria-label',
    placed
      .map(
        ({ temporal, structure, x, y }) =>
          `smoothness ${temporal}, structure ${structure}: prompt ${x.toFixed(3)}, frame ${y.toFixed(3)}`,
      )
      .join('; '),
  );
  const xs = rangeOf(placed.map(({ x }) => x));
  const ys = rangeOf(placed.map(({ y }) => y));
  const place = ({ x, y }: { readonly x: number; readonly y: number }): readonly [number, number] => [
    MARGIN.left + ((x - xs[0]) / (xs[1] - xs[0])) * (right - MARGIN.left),
    bottom - ((y - ys[0]) / (ys[1] - ys[0])) * (bottom - MARGIN.top),
  ];
  for (const y of ticks(ys, 5)) {
    const [, at] = place({ x: xs[0], y });
    plot.append(svg('line', { class: 'grid', x1: MARGIN.left, x2: right, y1: at, y2: at }));
    plot.append(label(y.toFixed(3), MARGIN.left - 8, at + 4, 'end'));
  }
  for (const x of ticks(xs, Math.min(5, Math.floor((right - MARGIN.left) / 64)))) {
    const [at] = place({ x, y: ys[0] });
    plot.append(svg('line', { class: 'grid', x1: at, x2: at, y1: MARGIN.top, y2: bottom }));
    plot.append(label(x.toFixed(3), at, bottom + 18, 'middle'));
  }
  plot.append(label('prompt consistency →', (MARGIN.left + right) / 2, height - 8, 'middle'));
  const side = label('frame consistency →', 0, 0, 'middle');
  side.setAttribute('transform', `translate(14 ${(MARGIN.top + bottom) / 2}) rotate(-90)`);
  plot.append(side);
  for (const [i, structure] of [...new Set(placed.map((point) => point.structure))].entries()) {
    const colour = COLOURS[i % COLOURS.length]!;
    const line = placed
      .filter((point) => point.structure === structure)
      .sort((a, b) => a.temporal - b.temporal);
    const path = line.map((point) => place(point).join(' ')).join(' L ');
    plot.append(svg('path', { class: 'line', d: `M ${path}`, stroke: colour }));
    for (const [n, point] of line.entries()) {
      const [cx, cy] = place(point);
      const dot = svg('circle', { cx, cy, r: 5, fill: colour });
      dot.append(titled(`structure ${structure}, smoothness ${point.temporal}`));
      // Above and below in turns: neighbours may lie close together.
      plot.append(dot, label(String(point.temporal), cx + 8, cy + (n % 2 === 0 ? -6 : 16), 'start'));
    }
    const at = MARGIN.left + LEGEND * i;
    plot.append(svg('rect', { x: at, y: 4, width: 10, height: 10, fill: colour }));
    plot.append(label(`t_s ${structure}`, at + 15, 13, 'start'));
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

function ticks([min, max]: Range, count: number): number[] {
  return Array.from({ length: count }, (_, i) => min + ((i + 0.5) / count) * (max - min));
}

function label(text: string, x: number, y: number, anchor: 'start' | 'middle' | 'end'): SVGTextElement {
  const element = svg('text', { x, y, 'text-anchor': anchor });
  element.append(...withSymbolsSvg(text));
  return element;
}

function titled(text: string): SVGTitleElement {
  const element = svg('title');
  element.textContent = text;
  return element;
}
