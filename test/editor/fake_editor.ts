// An editor that only pretends, at the far end of a real port: for the tests of the talk between page and worker.
import { afterEach } from 'vitest';
import type { EditOptions } from '../../src/editor/ask/options.ts';
import { connect, type RemoteEditor } from '../../src/editor/worker/connect.ts';
import { serveEditors, type LoadEditor, type ServedEditor } from '../../src/editor/worker/serve.ts';

/** What the pretending editor can do. */
export type Methods = { [Name in keyof ServedEditor]?: unknown };

let close: () => void = () => undefined;
afterEach(() => close());
/** The worker's ends of the connections that were made. */
export let far: MessagePort[] = [];

/** An editor with these methods on the far end of a channel. */
export async function connected(methods: Methods): Promise<RemoteEditor> {
  return connect(served(() => Promise.resolve({ device: 'a fake', dispose: () => undefined, ...methods })));
}

/** A port behind which editors are served that `load` gives; it is closed after the test. */
export function served(load: (...args: Parameters<LoadEditor>) => Promise<Methods>): MessagePort {
  const { port1, port2 } = new MessageChannel();
  serveEditors(port2, load as LoadEditor);
  far = [];
  port2.addEventListener('message', ({ data }: MessageEvent<{ port: MessagePort }>) => far.push(data.port));
  close = () => [port1, port2, ...far].forEach((port) => port.close());
  return port1;
}

/** A clip that nobody reads. */
export const file = new Blob(['clip']);
/** The least that can be asked. */
export const ROBOT: EditOptions = { prompt: 'a robot' };
/** Frames that node has no class for. */
export const asSource = (frames: unknown): Blob => frames as Blob;
/** What it gives, or what it throws. */
export const outcome = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
