// `edit <video> --prompt "…" -o out.mp4`: drives the built page in a headless browser.
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { EditJob, EditReport, JobMask, ProgressReport, TuningMode } from '../demo/command-types.ts';
import { planText, durationText } from '../src/editor/ask/plan.ts';
import {
  EDIT_OPTIONS,
  EDIT_OPTIONS_HELP,
  type ModelPlace,
  parseCommand,
  readEditOptions,
  readModel,
  readTuning,
  TEXT,
  UsageError,
} from './edit-options.ts';
import {
  type EditedSource,
  filesOf,
  readSource,
  servedSource,
  SOURCE_OPTIONS,
  SOURCE_OPTIONS_HELP,
} from './edit-source.ts';
import { assertReadable } from './input-file.ts';
import { MASK_OPTIONS, MASK_OPTIONS_HELP, type MaskRequest, readMaskOptions } from './mask-options.ts';
import { openCommandPage, TUNING_FOLDER } from './page.ts';
import { ProgressBar } from './progress-bar.ts';
import { assertWritable } from './write-atomically.ts';

const USAGE = `Usage: npm run edit -- <video> [--prompt "a sentence"] [--picture <image>] [-o <out.mp4>] [options]
       npm run edit -- --storyboard <image>@<seconds>… --duration <seconds> --prompt "…" [options]
       npm run edit -- --scene <scene> --prompt "…" [options]

  --prompt <text>        what the video shall show
  --picture <file>       what the video shall look like, instead of a prompt or beside it
  --blend <0..1>         with both: from the prompt alone (0) to the picture alone (1); default 0.5
  -o, --output <file>    where to write the result (default: <name of the source>-refilm.mp4 here)
  --sheet <file.png>     also write a picture of frames before and after
${SOURCE_OPTIONS_HELP}
${MASK_OPTIONS_HELP}
${EDIT_OPTIONS_HELP}
  --json                 one JSON object on standard output, progress on standard error`;

/** Exit codes: 0 written, 1 failed, 2 wrong use, 130 interrupted. */
export async function main(argv: string[]): Promise<number> {
  let request: Request;
  try {
    request = await readRequest(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  const { source, picture, depth, unet, mask, output, sheet, model, tuning, options, software, json } =
    request;
  const painted = mask?.pictures.map(({ file }) => file) ?? [];
  for (const file of [...filesOf(source), picture, depth, unet, ...painted])
    if (file) await assertReadable(file);
  await assertWritable(output);
  if (sheet) await assertWritable(sheet);

  const say = (line: string) => console.error(line);
  const bar = new ProgressBar(process.stderr);
  const started = performance.now();
  const command = await openCommandPage({
    adapter: software ? 'software' : 'auto',
    onNotice: say,
    onBuild: () => say('Building the page (only after a change) …'),
  });
  try {
    const { page, server, running } = command;
    say(`Browser: ${running.version} (${running.candidate.label}).`);
    await page.exposeFunction('refilmProgress', (event: ProgressReport) => {
      if (event.phase === 'plan') {
        bar.clear();
        say(planText(event.plan));
      } else bar.show(event);
    });
    const sink = server.addSink(output);
    const sheetSink = sheet === undefined ? undefined : server.addSink(sheet);
    const job: EditJob = {
      input: servedSource(source, (file) => server.addFile(file)),
      output: sink.url,
      options,
      tuningStore: server.addStore(TUNING_FOLDER),
      ...(tuning && { tuning }),
      ...(model && { model: 'folder' in model ? server.addFolder(model.folder) : model.url }),
      ...(picture && { picture: server.addFile(picture) }),
      ...(depth && { depth: server.addFile(depth) }),
      ...(unet && { unet: { url: server.addFile(unet), name: basename(unet) } }),
      ...(mask && { mask: jobMask(mask, (file) => server.addFile(file)) }),
      ...(sheetSink && { sheet: sheetSink.url }),
    };
    const report = await command.run(page.evaluate((task) => window.refilmCommand.edit(task), job));
    await sink.written;
    bar.clear();
    const seconds = (performance.now() - started) / 1000;
    if (json)
      console.log(
        JSON.stringify({ output, ...report, ownSeconds: ownSeconds(report), totalSeconds: seconds }),
      );
    else console.log(summary(output, report, seconds));
    return 0;
  } finally {
    bar.clear();
    await command.dispose();
  }
}

/** What JavaScript and the API take beside the GPU, compilers and codecs. */
function ownSeconds({ seconds, gpuSeconds, compileSeconds, codecSeconds }: EditReport): number {
  return seconds - gpuSeconds - compileSeconds - codecSeconds;
}

function summary(output: string, report: EditReport, seconds: number): string {
  const share = (seconds: number) => `${((100 * seconds) / report.seconds).toFixed(1)} %`;
  const { gpuSeconds, compileSeconds, codecSeconds } = report;
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  return (
    `Wrote ${output} (${mib(report.bytes)} MiB, ${report.frames} frames edited) in ${durationText(seconds)}: ` +
    `${durationText(report.seconds)} of editing, ${share(gpuSeconds)} of it GPU work, ${share(compileSeconds)} waiting for ` +
    `kernels to compile, ${share(codecSeconds)} codecs, ${share(ownSeconds(report))} the engine's own; ` +
    `${report.plan.dispatches} dispatches a step; ` +
    `${mib(report.plan.allocatedBytes)} MiB of GPU memory as planned, at most ${mib(report.peakBytes)} MiB, ` +
    `${(report.peakBytes / (report.plan.weightBytes + report.plan.leastActivationBytes)).toFixed(2)} times weights and the least of activations.`
  );
}

function jobMask({ pictures, region, edit }: MaskRequest, addFile: (file: string) => string): JobMask {
  const brush = pictures.map(({ file, time }) => ({ time, url: addFile(file) }));
  return { region: region ?? { brush }, edit };
}

interface Request {
  readonly source: EditedSource;
  readonly picture: string | undefined;
  readonly depth: string | undefined;
  readonly unet: string | undefined;
  readonly mask: MaskRequest | undefined;
  readonly output: string;
  readonly sheet: string | undefined;
  readonly model: ModelPlace | undefined;
  readonly tuning: TuningMode | undefined;
  readonly options: EditJob['options'];
  readonly software: boolean;
  readonly json: boolean;
}

async function readRequest(argv: string[]): Promise<Request> {
  const { values, positionals } = parseCommand(argv, {
    ...EDIT_OPTIONS,
    ...SOURCE_OPTIONS,
    ...MASK_OPTIONS,
    ...{ picture: TEXT, output: { type: 'string', short: 'o' }, sheet: TEXT },
  });
  const asked = { ...(values.prompt !== undefined && { prompt: values.prompt }), ...readEditOptions(values) };
  const mask = readMaskOptions(values);
  const { source, options, name } = readSource(values, positionals, asked, mask !== undefined);
  if (values.prompt === undefined && values.picture === undefined) {
    throw new UsageError('Give --prompt, --picture or both.');
  }
  if (values.blend !== undefined && (values.prompt === undefined || values.picture === undefined)) {
    throw new UsageError('--blend lies between a prompt and a picture: give both.');
  }
  if (values.prompt?.trim() === '') throw new UsageError('--prompt is empty: say what the video shall show.');
  const named = values.output ?? `${name}-refilm.mp4`;
  const intoFolder = await stat(named).then(
    (info) => info.isDirectory(),
    () => false,
  );
  const output = resolve(named, intoFolder ? `${name}-refilm.mp4` : '');
  if (filesOf(source).some((file) => output === resolve(file)))
    throw new UsageError('The output would overwrite the source: choose another name.');
  return {
    source,
    picture: values.picture,
    depth: values.depth,
    unet: values.unet,
    mask,
    output,
    sheet: values.sheet,
    model: await readModel(values.model),
    tuning: readTuning(values.tuning),
    options,
    software: values.software,
    json: values.json,
  };
}
