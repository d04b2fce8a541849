// The sweep: what smoothness and structure do to this clip, edit by edit, drawn as it is measured and saved as CSV.
import { type SweepPoint, sweepCsv } from '../../src/index.ts';
import { button } from '../controls.ts';
import { make, openDialog } from '../dom.ts';
import { messageOf } from '../errors.ts';
import type { Clip } from '../inputs/clip.ts';
import type { Model } from '../model.ts';
import { editOptions, type RequestFiles, type Settings } from '../state/settings.ts';
import { withSymbols } from '../symbols.ts';
import { plotSweep } from './plot.ts';

const GRID = { temporal: [0.5, 0.75, 1, 1.25, 1.5], structure: [0, 2, 4, 6, 7] } as const;
/** Chosen at first: enough to see both trends. */
const FIRST = { temporal: [0.5, 1, 1.5], structure: [0, 4] } as const;

/** Opens the dialog for a request whose ω_t and t_s are swept. */
export function openSweep(model: Model, clip: Clip, settings: Settings, files: RequestFiles): void {
  const work = new AbortController();
  const points: SweepPoint[] = [];
  const plot = make('div', { id: 'sweep-plot' });
  const status = make('p', { id: 'sweep-status', className: 'quiet', role: 'status' });
  const temporal = choices('Smoothness ω_t', GRID.temporal, FIRST.temporal);
  const structure = choices('Structure t_s', GRID.structure, FIRST.structure);
  const save = make('a', { id: 'sweep-save', className: 'button', textContent: 'Save CSV', hidden: true });
  save.download = `${clip.name}-sweep.csv`;
  const run = button('Run the sweep', () => void sweep(), 'button primary');
  run.id = 'sweep-run';
  const dialog = openDialog(
    'Sweep: steadiness against obedience',
    make('p', {
      className: 'quiet',
      textContent: 'One take for every pair, measured. Up is steadier, right is closer to the sentence.',
    }),
    temporal.element,
    structure.element,
    make('p', { className: 'row' }, run, save),
    status,
    plot,
  );
  dialog.addEventListener('close', () => {
    work.abort();
    URL.revokeObjectURL(save.href);
  });

  function draw(): void {
    if (points.length > 0) plot.replaceChildren(plotSweep(points, Math.max(280, plot.clientWidth)));
  }
  new ResizeObserver(draw).observe(plot);

  async function sweep(): Promise<void> {
    const grid = { temporal: temporal.chosen(), structure: structure.chosen() };
    const total = grid.temporal.length * grid.structure.length;
    if (total === 0) return void (status.textContent = 'Choose one value of each at least.');
    run.disabled = true;
    points.length = 0;
    status.textContent = `Take 1 of ${total} …`;
    const { signal } = work;
    try {
      const options = { ...editOptions(settings, files), signal };
      const onPoint = (point: SweepPoint): void => {
        points.push(point);
        draw();
        status.textContent =
          points.length < total ? `Take ${points.length + 1} of ${total} …` : `${total} measured.`;
      };
      await model.use((editor) => editor.sweep(clip.file, options, grid, { onPoint }), {
        signal,
        unet: files.unet,
      });
      save.href = URL.createObjectURL(new Blob([sweepCsv(points)], { type: 'text/csv' }));
      save.hidden = false;
    } catch (error) {
      if (!signal.aborted) status.textContent = messageOf(error).text;
    } finally {
      run.disabled = false;
    }
  }
}

function choices(title: string, values: readonly number[], first: readonly number[]) {
  const boxes = values.map((value) =>
    make('input', { type: 'checkbox', value: String(value), checked: first.includes(value) }),
  );
  const labels = boxes.map((box) => make('label', { className: 'check' }, box, box.value));
  const element = make(
    'fieldset',
    { className: 'row' },
    make('legend', { className: 'strong' }, ...withSymbols(title)),
    ...labels,
  );
  return { element, chosen: () => boxes.filter(({ checked }) => checked).map(({ value }) => Number(value)) };
}
