// The worker's side: an editor for each page that connects.

import { Editor, type LoadOptions } from '../editor.ts';
import type { ModelSource } from '../model/model_source.ts';
import { holdLife } from './life.ts';
import { Peer } from './peer.ts';
import { type Hello, isHello, PROTOCOL, type Welcome } from './protocol.ts';
import { Handle } from './values.ts';

/** What of {@link Editor} is called from afar: all that takes time. */
export type EditorMethods = {
  [
    Name in keyof Editor as Editor[Name] extends (
      ...args: never[]
    ) => Promise<unknown> | AsyncGenerator<unknown>
      ? Name
      : never
  ]: Editor[Name];
};

/** An editor as the worker needs it. */
export type ServedEditor = EditorMethods & Pick<Editor, 'device' | 'dispose'>;

/** Loads an editor, as {@link Editor.load}. */
export type LoadEditor = (model: ModelSource, options: LoadOptions) => Promise<ServedEditor>;

/** Their names: nothing else can be called. What a method gives is sent, or sent as a handle: then it may be handed back. */
const METHODS: Readonly<Record<keyof EditorMethods, 'sent' | 'handle'>> = {
  edit: 'handle',
  frames: 'sent',
  rescale: 'sent',
  mask: 'sent',
  depthMaps: 'sent',
  evaluate: 'sent',
  customize: 'sent',
  mix: 'handle',
  sweep: 'sent',
};

/** What has been served: twice would give two answers. */
const served = new WeakSet<object>();

/**
 * Serves editors to the pages that `connect()` to this worker, each an editor of its own. Call it once in a module worker
 * (`scope` is the worker itself then), or with the port of a shared worker's `connect` event. Returns at once; messages
 * that are none of Refilm's are left to others. Throws where it was called before.
 */
export function serve(scope: EventTarget = globalThis): void {
  serveEditors(scope, (model, options) => Editor.load(model, options));
}

/** {@link serve} with editors of any kind. */
export function serveEditors(scope: EventTarget, load: LoadEditor): void {
  if (served.has(scope)) throw new Error('serve() was called before on this worker or port: once is enough.');
  served.add(scope);
  scope.addEventListener('message', (event) => {
    const { data } = event as MessageEvent<unknown>;
    if (isHello(data)) void welcome(data, load);
  });
  if (scope instanceof MessagePort) scope.start();
}

async function welcome({ port, protocol }: Hello, load: LoadEditor): Promise<void> {
  if (protocol !== PROTOCOL) {
    port.postMessage({ refilm: 'refused', protocol: PROTOCOL } satisfies Welcome);
    return;
  }
  const life = await holdLife();
  const service = new Service(load);
  const peer: Peer = new Peer(
    port,
    (method, args): unknown => {
      if (method === 'dispose') return peer.close(new Error('The editor has been disposed of.'));
      return service.call(method, args);
    },
    () => {
      service.dispose();
      life.release();
    },
  );
  const { name } = life;
  port.postMessage({
    refilm: 'ready',
    protocol,
    ...(name !== undefined && { life: name }),
  } satisfies Welcome);
}

/** One page's editor. */
class Service {
  #editor: ServedEditor | undefined;
  #disposed = false;

  constructor(private readonly load: LoadEditor) {}

  async call(method: string, args: readonly unknown[]): Promise<unknown> {
    if (method === 'load') return this.#load(...(args as [ModelSource, LoadOptions]));
    if (!this.#editor || !Object.hasOwn(METHODS, method)) {
      throw new TypeError(`The worker's editor has no method ${method}().`);
    }
    const name = method as keyof EditorMethods;
    const given = await (this.#editor[name] as (...all: readonly unknown[]) => unknown)(...args);
    return METHODS[name] === 'handle' ? new Handle(given as object) : given;
  }

  async #load(model: ModelSource, options: LoadOptions): Promise<{ readonly device: string }> {
    const editor = await this.load(model, options);
    if (this.#disposed) editor.dispose();
    this.#editor = editor;
    return { device: editor.device };
  }

  dispose(): void {
    this.#disposed = true;
    this.#editor?.dispose();
  }
}
