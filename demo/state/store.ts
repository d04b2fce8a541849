// Takes outlive a reload: IndexedDB keeps them with their videos, on this device only. Where the browser keeps nothing
// (a private window, a full disk), the page works on without.
import type { Quality } from '../../src/index.ts';
import { probeClip, type Clip } from '../inputs/clip.ts';
import { DEFAULTS, type RequestFiles, type Settings } from './settings.ts';
import type { Take, TakeResult } from './take.ts';

const NAME = 'refilm-demo';
const TAKES = 'takes';
const CLIPS = 'clips';
/** The oldest takes make room for new ones. */
const MAX_TAKES = 40;

interface StoredTake {
  readonly id: string;
  readonly order: number;
  readonly clip: string;
  readonly settings: Settings;
  readonly files: RequestFiles;
  readonly result: TakeResult;
  readonly quality: Quality | undefined;
}

interface StoredClip {
  readonly id: string;
  readonly name: string;
  readonly sample: string | undefined;
  readonly file: Blob;
}

/** Keeps finished takes. Every method succeeds: what can't be kept is simply not there next time. */
export class TakeStore {
  readonly #open: Promise<IDBDatabase | undefined> = openDatabase();

  /** Keeps a finished take and its clip. */
  async put(take: Take): Promise<void> {
    const { id, clip, settings, result, quality } = take;
    const { unet: _, ...files } = take.files; // too large to keep with every take; their name stays
    if (!result) return;
    await this.#write((takes, clips) => {
      takes.put({
        id,
        order: take.order,
        clip: clip.id,
        settings,
        files,
        result,
        quality,
      } satisfies StoredTake);
      clips.put({ id: clip.id, name: clip.name, sample: clip.sample, file: clip.file } satisfies StoredClip);
    });
  }

  /** Forgets takes, and the clips that no other take was made of. */
  async remove(gone: readonly Take[], remaining: readonly Take[]): Promise<void> {
    const needed = new Set(remaining.map(({ clip }) => clip.id));
    await this.#write((takes, clips) => {
      for (const { id, clip } of gone) {
        takes.delete(id);
        if (!needed.has(clip.id)) clips.delete(clip.id);
      }
    });
  }

  /** All takes, oldest first; those whose clip can't be read any more are left out. */
  async load(): Promise<Take[]> {
    const database = await this.#open;
    if (!database) return [];
    try {
      const transaction = database.transaction([TAKES, CLIPS]);
      const [takes, clips] = await Promise.all([
        all<StoredTake>(transaction.objectStore(TAKES)),
        all<StoredClip>(transaction.objectStore(CLIPS)),
      ]);
      const read = new Map<string, Clip>();
      for (const { id, file, name, sample } of clips) {
        const clip = await probeClip(file, { id, name, sample }).catch(() => undefined);
        if (clip) read.set(id, clip);
      }
      const kept = takes.sort((a, b) => a.order - b.order).slice(-MAX_TAKES);
      return kept.flatMap(({ clip: clipId, settings, quality, ...take }) => {
        const clip = read.get(clipId);
        if (!clip) return [];
        const url = URL.createObjectURL(take.result.video);
        const all = { ...DEFAULTS, ...settings }; // an older page may have known fewer
        return [{ ...take, settings: all, clip, url, status: 'done' as const, ...(quality && { quality }) }];
      });
    } catch {
      return [];
    }
  }

  async #write(change: (takes: IDBObjectStore, clips: IDBObjectStore) => void): Promise<void> {
    const database = await this.#open;
    if (!database) return;
    try {
      const transaction = database.transaction([TAKES, CLIPS], 'readwrite');
      change(transaction.objectStore(TAKES), transaction.objectStore(CLIPS));
      await new Promise((resolve) => {
        transaction.oncomplete = transaction.onabort = resolve;
      });
    } catch {
      // The disk is full or the database was taken away: the take stays in the page until it is closed.
    }
  }
}

function openDatabase(): Promise<IDBDatabase | undefined> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        for (const name of [TAKES, CLIPS]) request.result.createObjectStore(name, { keyPath: 'id' });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => resolve(undefined);
    } catch {
      resolve(undefined);
    }
  });
}

function all<T>(store: IDBObjectStore): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const request = store.getAll();
    request.onsuccess = () => resolve(request.result as T[]);
    request.onerror = () => reject(request.error ?? new Error('The takes of the last visit cannot be read.'));
  });
}
