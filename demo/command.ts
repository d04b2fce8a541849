// The page behind the command line: no interface, only functions for bin/page.ts to call.
import { probe } from '../src/codec/probe.ts';
import type { DepthMap } from '../src/editor/ask/depth_source.ts';
import { Editor } from '../src/editor/editor.ts';
import type { MaskOptions } from '../src/editor/ask/mask.ts';
import type { ProgressEvent } from '../src/editor/ask/progress.ts';
import { renderScene } from '../src/editor/scenes/render_scene.ts';
import type { SweepPoint } from '../src/editor/after/sweep.ts';
import { storyboard } from '../src/editor/scenes/storyboard.ts';
import { Gpu } from '../src/gpu/device.ts';
import type { TuningStore } from '../src/editor/model/tuning_store.ts';
import { contactSheet } from './contact_sheet.ts';
import type {
  DeviceReport,
  EditInput,
  EditJob,
  EditReport,
  ErrorReport,
  JobMask,
  Outcome,
  SweepJob,
} from './command-types.ts';

let controller = new AbortController();

window.refilmCommand = {
  device: () => outcome(describeDevice),
  probe: (url) => outcome(async (signal) => probe(await fetchBlob(url, signal), { signal })),
  edit: (job) => outcome((signal) => edit(job, signal)),
  sweep: (job) => outcome((signal) => sweep(job, signal)),
  cancel: () => controller.abort(),
};

async function describeDevice(): Promise<DeviceReport> {
  const gpu = await Gpu.create();
  try {
    const { vendor, architecture, device, description, isFallbackAdapter } = gpu.info;
    const { maxStorageBufferBindingSize, maxBufferSize } = gpu.limits;
    const { software, precision } = gpu;
    return {
      ...{ vendor, architecture, device, description, isFallbackAdapter, software, precision },
      ...{ maxStorageBufferBindingSize, maxBufferSize },
    };
  } finally {
    gpu.dispose();
  }
}

async function edit(job: EditJob, signal: AbortSignal): Promise<EditReport> {
  const started = performance.now();
  const at = (url: string | undefined) => (url === undefined ? undefined : fetchBlob(url, signal));
  const [{ source, depth: ownDepth }, picture, depth, unet] = await Promise.all([
    openInput(job.input, signal),
    at(job.picture),
    at(job.depth),
    at(job.unet?.url),
  ]);
  const editor = await Editor.load(job.model === undefined ? 'nano' : new URL(job.model), {
    ...(unet && { unet: new File([unet], job.unet!.name) }),
    signal,
    onProgress,
    ...(job.tuning && { tuning: job.tuning }),
    ...(job.options.upscale && { upscale: job.options.upscale }),
    ...(job.tuningStore !== undefined && { tuningStore: storeAt(job.tuningStore) }),
  });
  try {
    const loadSeconds = (performance.now() - started) / 1000;
    const structure = depth ?? ownDepth;
    const mask = job.mask && (await fetchMask(job.mask, signal));
    const given = {
      ...(picture && { picture }),
      ...(structure && { depth: structure }),
      ...(mask && { mask }),
    };
    const options = { ...job.options, ...given, signal, onProgress };
    const { video, ...result } = await editor.edit(source, options);
    const sheet = job.sheet && (await contactSheet(source, video, job.options.start ?? 0));
    const quality = job.evaluate && (await editor.evaluate(source, video, options));
    if (job.output) await put(job.output, video, signal);
    if (job.sheet && sheet) await put(job.sheet, sheet, signal);
    return { ...result, loadSeconds, bytes: video.size, ...(quality && { quality }) };
  } finally {
    editor.dispose();
  }
}

/** The command's folder of texts: a fresh browser keeps nothing itself. */
function storeAt(address: string): TuningStore {
  const place = (name: string) => address + encodeURIComponent(name);
  return {
    async read(name) {
      const response = await fetch(place(name));
      return response.ok ? response.text() : undefined;
    },
    async write(name, text) {
      await fetch(place(name), { method: 'PUT', body: text });
    },
  };
}

/** What is edited: a file, or frames that can be read again and again; a scene brings its depth. */
async function openInput(
  input: EditInput,
  signal: AbortSignal,
): Promise<{ readonly source: Blob | AsyncIterable<VideoFrame>; readonly depth?: AsyncIterable<DepthMap> }> {
  if (typeof input === 'string') return { source: await fetchBlob(input, signal) };
  if ('scene' in input) {
    const { frames, depth } = renderScene(input.scene);
    return { source: frames, depth };
  }
  const cards = input.cards.map(async ({ image, time }) => ({ image: await fetchBlob(image, signal), time }));
  return { source: storyboard(await Promise.all(cards), input.options) };
}

/** The mask with its painted pictures. */
async function fetchMask({ region, ...rest }: JobMask, signal: AbortSignal): Promise<MaskOptions> {
  if (!('brush' in region)) return { ...rest, region };
  const brush = region.brush.map(async ({ time, url }) => ({ time, mask: await fetchBlob(url, signal) }));
  return { ...rest, region: { brush: await Promise.all(brush) } };
}

async function sweep({ input, model, options, grid }: SweepJob, signal: AbortSignal): Promise<SweepPoint[]> {
  const file = await fetchBlob(input, signal);
  const editor = await Editor.load(model === undefined ? 'nano' : new URL(model), { signal, onProgress });
  try {
    return await editor.sweep(file, { ...options, signal, onProgress }, grid);
  } finally {
    editor.dispose();
  }
}

function onProgress(event: ProgressEvent): void {
  if ('preview' in event) {
    const { preview: _, ...rest } = event;
    void window.refilmProgress?.(rest);
  } else void window.refilmProgress?.(event);
}

async function put(url: string, body: Blob, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { method: 'PUT', body, signal });
  if (!response.ok) throw await writeError(response);
}

/** The server's own account of what went wrong with the file. */
async function writeError(response: Response): Promise<Error> {
  const { name, message, code } = (await response.json()) as ErrorReport;
  return Object.assign(new Error(message), { name, ...(code !== undefined && { code }) });
}

async function fetchBlob(url: string, signal: AbortSignal): Promise<Blob> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url} answered with status ${response.status}.`);
  return await response.blob();
}

async function outcome<T>(call: (signal: AbortSignal) => Promise<T>): Promise<Outcome<T>> {
  controller = new AbortController();
  try {
    return { ok: true, value: await call(controller.signal) };
  } catch (error) {
    return { ok: false, error: report(error) };
  }
}

function report(error: unknown): ErrorReport {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  // A DOMException's code is a number of old; only our own codes are words.
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { name: error.name, message: error.message, ...code };
}
