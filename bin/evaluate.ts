// `evaluate <clips…>`: edits each clip and measures whether the result shows the prompt in the source's structure.
import { basename, extname } from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { EditJob, EditReport, ProgressReport, SweepJob } from '../demo/command-types.ts';
import type { Quality } from '../src/editor/after/quality.ts';
import { frameWindows } from '../src/sampler/windows.ts';
import { sweepCsv, type SweepGrid } from '../src/editor/after/sweep.ts';
import {
  EDIT_OPTIONS,
  EDIT_OPTIONS_HELP,
  number,
  parseCommand,
  readEditOptions,
  readModel,
  TEXT,
  UsageError,
} from './edit-options.ts';
import { assertReadable } from './input-file.ts';
import { openCommandPage, type CommandPage } from './page.ts';
import { ProgressBar } from './progress-bar.ts';
import { assertWritable } from './write-atomically.ts';

const USAGE = `Usage: npm run evaluate -- <clips…> [--prompt "a sentence"] [options]

  --prompt <text>        what all of them shall show (default: a prompt for each of samples/)
${EDIT_OPTIONS_HELP}
  --sweep-temporal <a,b> edits and measures with each of these omega_t …
  --sweep-structure <…>  … and each of these t_s instead, and prints CSV
  --csv <file.csv>       where to write that
  --json                 one JSON line for each clip`;

/** A natural edit of each clip of samples/. */
export const SAMPLE_PROMPTS: Readonly<Record<string, string>> = {
  runner: 'a golden robot walking on the moon',
  books: 'a city at night',
  horse: 'a white horse standing in the snow',
  dancer: 'a woman made of stone dancing in the desert',
};

/** depth_corr of the model's reference at t_s 0, omega_t 1 (evaluate.json beside the weights), and the share asked for. */
const DEPTH_CORRELATION = 0.945;
const DEPTH_SHARE = 0.8;

/** What a clip's edit came to, and whether it passes. */
interface Line {
  readonly file: string;
  readonly prompt: string;
  readonly quality: Quality;
  readonly failures: readonly string[];
  readonly seconds: number;
  /** Frames of one of the windows that a longer clip is edited in. */
  readonly windowFrames: number;
}

/** Exit code 1 if a check fails, 2 for wrong use. */
export async function main(argv: string[]): Promise<number> {
  let request: Awaited<ReturnType<typeof readRequest>>;
  try {
    request = await readRequest(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  for (const { file } of request.clips) await assertReadable(file);
  if (request.csv !== undefined) await assertWritable(request.csv);
  const command = await openCommandPage({
    adapter: request.software ? 'software' : 'auto',
    onNotice: console.error,
    onBuild: () => console.error('Building the page (only after a change) …'),
  });
  const bar = new ProgressBar(process.stderr);
  let failed = 0;
  try {
    await command.page.exposeFunction('refilmProgress', (event: ProgressReport) => bar.show(event));
    if (request.grid) {
      const csv = await sweep(command, request, request.grid);
      bar.clear();
      if (request.csv !== undefined) await writeFile(request.csv, csv);
      else process.stdout.write(csv);
      return 0;
    }
    for (const { file, prompt } of request.clips) {
      const report = await edit(command, request, file, prompt);
      const quality = report.quality!;
      const { seconds, plan } = report;
      const failures = failuresOf(quality);
      const line: Line = { file, prompt, quality, failures, seconds, windowFrames: plan.windowFrames };
      if (line.failures.length > 0) failed += 1;
      bar.clear();
      console.log(request.json ? JSON.stringify(line) : describe(line));
    }
  } finally {
    bar.clear();
    await command.dispose();
  }
  return failed > 0 ? 1 : 0;
}

function edit(
  { page, server, run }: CommandPage,
  { model, options }: Awaited<ReturnType<typeof readRequest>>,
  file: string,
  prompt: string,
): Promise<EditReport> {
  const job = {
    input: server.addFile(file),
    options: { ...options, prompt },
    evaluate: true,
    ...(model && { model: 'folder' in model ? server.addFolder(model.folder) : model.url }),
  };
  return run(page.evaluate((task) => window.refilmCommand.edit(task), job));
}

/** CSV of the sweeps of all clips, each line with its clip. */
async function sweep(
  { page, server, run }: CommandPage,
  { clips, model, options }: Awaited<ReturnType<typeof readRequest>>,
  grid: SweepGrid,
): Promise<string> {
  const lines: string[] = [];
  for (const { file, prompt } of clips) {
    const job: SweepJob = {
      input: server.addFile(file),
      options: { ...options, prompt },
      grid,
      ...(model && { model: 'folder' in model ? server.addFolder(model.folder) : model.url }),
    };
    const points = await run(page.evaluate((task) => window.refilmCommand.sweep(task), job));
    const [names = '', ...rows] = sweepCsv(points).trimEnd().split('\r\n');
    if (lines.length === 0) lines.push(`clip,${names}`);
    for (const row of rows) lines.push(`${quoted(file)},${row}`);
  }
  return [...lines, ''].join('\r\n');
}

/** A CSV field (RFC 4180). */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function readRequest(argv: string[]) {
  const { values, positionals } = parseCommand(argv, {
    ...EDIT_OPTIONS,
    ...{ 'sweep-temporal': TEXT, 'sweep-structure': TEXT, csv: TEXT },
  });
  if (positionals.length === 0) throw new UsageError('Name at least one clip.');
  const clips = positionals.map((file) => {
    const prompt = values.prompt ?? SAMPLE_PROMPTS[basename(file, extname(file))];
    if (prompt === undefined) throw new UsageError(`Say with --prompt what ${file} shall show.`);
    return { file, prompt };
  });
  const { software, json } = values;
  const options = readEditOptions(values);
  const grid = readGrid(values['sweep-temporal'], values['sweep-structure'], options);
  if (values.csv !== undefined && !grid)
    throw new UsageError('--csv goes with --sweep-temporal or --sweep-structure.');
  const model = await readModel(values.model);
  return { clips, software, json, model, options, grid, csv: values.csv };
}

/** The side of the grid that is not named has the one value that --temporal or --structure says, or the paper's own. */
function readGrid(
  temporal: string | undefined,
  structure: string | undefined,
  options: EditJob['options'],
): SweepGrid | undefined {
  if (temporal === undefined && structure === undefined) return undefined;
  const list = (name: string, text: string | undefined, one: number): number[] =>
    text === undefined ? [one] : text.split(',').map((part) => number(name, part));
  return {
    temporal: list('sweep-temporal', temporal, options.temporal ?? 1),
    structure: list('sweep-structure', structure, options.structure ?? 0),
  };
}

/** The checks, in words, that `quality` does not pass. */
export function failuresOf({ result, source, depthCorrelation }: Quality): string[] {
  const failures: string[] = [];
  if (!(result.prompt! > source.prompt!)) {
    failures.push(
      `the result fits the prompt no better than the source does (${score(result.prompt)} <= ${score(source.prompt)})`,
    );
  }
  const least = DEPTH_SHARE * DEPTH_CORRELATION;
  if (!(depthCorrelation >= least)) {
    failures.push(
      `the depth of the result is not the source's (correlation ${score(depthCorrelation)} < ${score(least)})`,
    );
  }
  return failures;
}

function describe({ file, prompt, quality, failures, seconds, windowFrames }: Line): string {
  const seams = seamsOf(quality, windowFrames);
  const { result, source, content, depthCorrelation, frames } = quality;
  return [
    `${file}: "${prompt}", ${frames} frames in ${seconds.toFixed(0)} s`,
    `  frame consistency   ${score(result.frame)}  (source ${score(source.frame)})`,
    ...(seams
      ? [`    inside windows    ${score(seams.inside)}  (at their seams ${score(seams.across)})`]
      : []),
    `  prompt consistency  ${score(result.prompt)}  (source ${score(source.prompt)})`,
    `  content             ${score(content)}`,
    `  depth correlation   ${score(depthCorrelation)}`,
    ...(failures.length > 0 ? failures.map((failure) => `  FAILED: ${failure}`) : ['  passed']),
  ].join('\n');
}

/** Consistency of consecutive frames of one window, and of those that two windows made; undefined for a single window. */
export function seamsOf(
  { frames, result }: Pick<Quality, 'frames' | 'result'>,
  windowFrames: number,
): { readonly inside: number; readonly across: number } | undefined {
  const [, ...later] = frameWindows(frames, { length: windowFrames });
  if (later.length === 0) return undefined;
  const firsts = new Set(later.map((window) => window.frames[window.held]));
  const mean = (crosses: boolean): number => {
    const chosen = result.consecutive.filter((_, i) => firsts.has(i + 1) === crosses);
    return chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
  };
  return { inside: mean(false), across: mean(true) };
}

function score(value: number | undefined): string {
  return value === undefined ? 'none' : value.toFixed(4);
}
