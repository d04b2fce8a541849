// The page behind the command line: no interface, only functions for bin/page.ts to call.
import { probe } from '../src/codec/probe.ts';
import { Editor } from '../src/editor/editor.ts';
import type { ProgressEvent } from '../src/editor/progress.ts';
import { Gpu } from '../src/gpu/device.ts';
import type { TuningStore } from '../src/editor/tuning_store.ts';
import { contactSheet } from './contact_sheet.ts';
import type { DeviceReport, EditJob, EditReport, ErrorReport, Outcome } from './command-types.ts';

let controller = new AbortController();

window.refilmCommand = {
  device: () => outcome(describeDevice),
  probe: (url) => outcome(async (signal) => probe(await fetchBlob(url, signal), { signal })),
  edit: (job) => outcome((signal) => edit(job, signal)),
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
  const onProgress = (event: ProgressEvent): void => {
    if ('preview' in event) {
      const { preview: _, ...rest } = event;
      void window.refilmProgress?.(rest);
    } else void window.refilmProgress?.(event);
  };
  const started = performance.now();
  const [file, picture] = await Promise.all([
    fetchBlob(job.input, signal),
    job.picture === undefined ? undefined : fetchBlob(job.picture, signal),
  ]);
  const editor = await Editor.load(job.model === undefined ? 'nano' : new URL(job.model), {
    signal,
    onProgress,
    ...(job.tuning && { tuning: job.tuning }),
    ...(job.tuningStore !== undefined && { tuningStore: storeAt(job.tuningStore) }),
  });
  try {
    const loadSeconds = (performance.now() - started) / 1000;
    const options = { ...job.options, ...(picture && { picture }), signal, onProgress };
    const { video, ...result } = await editor.edit(file, options);
    const sheet = job.sheet && (await contactSheet(file, video, job.options.start ?? 0));
    const quality = job.evaluate && (await editor.evaluate(file, video, options));
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
