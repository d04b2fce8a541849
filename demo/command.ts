// The page behind the command line: no interface, only functions for bin/page.ts to call.
import { probe } from '../src/codec/probe.ts';
import { Gpu } from '../src/gpu/device.ts';
import type { DeviceReport, ErrorReport, Outcome } from './command-types.ts';

let controller = new AbortController();

window.refilmCommand = {
  device: () => outcome(describeDevice),
  probe: (url) => outcome(async (signal) => probe(await fetchBlob(url, signal), { signal })),
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
