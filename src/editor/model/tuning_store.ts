// Where measured choices of kernel variants are kept between visits.

import type { ChosenVariants, Gpu } from '../../gpu/index.ts';
import { VERSION } from './version.ts';

/** Texts by name. Both calls may fail: then the choices are measured again on the next visit, no more. */
export interface TuningStore {
  read(name: string): Promise<string | undefined>;
  /** Replaces the text whole or not at all. */
  write(name: string, text: string): Promise<void>;
}

/** A store that takes longer is treated as broken. */
const PATIENCE = 2000;

/** The browser's cache storage, in pages and workers; undefined where there is none (node, an insecure page). */
export function browserTuningStore(): TuningStore | undefined {
  if (typeof caches === 'undefined') return undefined;
  const open = () => caches.open('refilm-tuning');
  const address = (name: string) => `https://refilm.invalid/tuning/${encodeURIComponent(name)}`;
  return {
    read: async (name) => (await (await open()).match(address(name)))?.text(),
    write: async (name, text) => (await open()).put(address(name), new Response(text)),
  };
}

/** What measurements hold for: the adapter, its driver where the browser tells it, how numbers are stored, the engine. */
export function adapterName({ info, precision, variants, features }: Gpu): string {
  const { vendor, architecture, device, description } = info;
  const driver = 'driver' in info && typeof info.driver === 'string' ? info.driver : '';
  const words = [vendor, architecture, device, description, driver, precision, variants];
  return [VERSION, ...words, features.subgroups ? 'subgroups' : ''].join('|');
}

/** What `store` has for this adapter; nothing where it fails, or what it holds is damaged. */
export async function readMeasured(store: TuningStore, gpu: Gpu): Promise<ChosenVariants> {
  try {
    const text = await inTime(store.read(adapterName(gpu)));
    const entries: unknown = text === undefined ? {} : JSON.parse(text);
    if (typeof entries !== 'object' || entries === null) return new Map();
    const named = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string';
    return new Map(Object.entries(entries).filter(named));
  } catch {
    return new Map();
  }
}

/** Keeps what was measured; whatever fails is forgotten. */
export async function writeMeasured(store: TuningStore, gpu: Gpu): Promise<void> {
  const text = JSON.stringify(Object.fromEntries(gpu.choices.measured));
  await inTime(store.write(adapterName(gpu), text)).catch(() => undefined);
}

function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came in ${PATIENCE} ms`)), PATIENCE);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
