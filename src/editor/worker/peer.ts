// One side of the talk between page and worker: calls and answers, streams that are asked for every item (so that the
// slower side sets the pace), listeners, signals. Whatever one side shares, the other knows by a number.

import { WorkerLostError } from './errors.ts';
import type { Message } from './protocol.ts';
import { type FunctionRule, pack, type Packer, unpack, type Unpacker } from './values.ts';

/** Does what the other side calls: returns a value, or throws. */
export type Handler = (method: string, args: readonly unknown[]) => unknown;

/** Something of this side that the other one may use. */
interface Shared {
  readonly call?: Handler;
  readonly tell?: (args: readonly unknown[]) => void;
  readonly signal?: AbortSignal;
  readonly object?: object;
  /** Lets go of it. */
  readonly close?: () => void;
}

/** What the arguments of one call share: released once the call, or the stream that it gave, has ended. */
export class CallScope {
  readonly ids: number[] = [];
  /** Aborted by what a listener throws. */
  readonly failure = new AbortController();
}

/** The number of the other side itself. */
const ROOT = 0;

/** One end of a port. */
export class Peer {
  readonly #port: MessagePort;
  readonly #handler: Handler;
  readonly #onClose: (reason: Error) => void;
  readonly #pending = new Map<
    number,
    { readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }
  >();
  readonly #shared = new Map<number, Shared>();
  /** Signals of the other side. */
  readonly #signals = new Map<number, AbortController>();
  /** Objects of the other side that can be handed back. */
  readonly #handles = new WeakMap<object, number>();
  /** Tells the other side when one of its methods or objects can no longer be asked for. */
  readonly #forgotten = new FinalizationRegistry<number>((id) => this.#release([id], false));
  #nextId = ROOT + 1;
  #closed: Error | undefined;

  /** `handler` answers calls to this side itself; `onClose` is told once, when the other side is gone or `close` is called. */
  constructor(port: MessagePort, handler: Handler, onClose: (reason: Error) => void) {
    this.#port = port;
    this.#handler = handler;
    this.#onClose = onClose;
    port.addEventListener('message', ({ data }: MessageEvent<Message>) => this.#receive(data));
    port.addEventListener('messageerror', () =>
      this.close(new WorkerLostError('A message between page and worker could not be read.')),
    );
    port.addEventListener('close', () =>
      this.close(new WorkerLostError('The worker has ended. Start a new one and connect again.')),
    );
    port.start();
  }

  /** Calls a method of the other side and waits for its end. */
  async call(method: string, args: readonly unknown[]): Promise<unknown> {
    const scope = new CallScope();
    try {
      return await this.#call(ROOT, method, args, scope);
    } finally {
      this.#end(scope);
    }
  }

  /** Calls a method of the other side that gives a stream, when its first item is asked for. */
  async *stream(method: string, args: readonly unknown[]): AsyncGenerator<unknown, void, undefined> {
    const scope = new CallScope();
    try {
      yield* (await this.#call(ROOT, method, args, scope)) as AsyncGenerator<unknown, void, undefined>;
    } finally {
      this.#end(scope);
    }
  }

  /** Ends all: what waits is rejected with `reason`, signals of the other side abort with it, open streams are closed. */
  close(reason: Error): void {
    if (this.#closed) return;
    this.#closed = reason;
    this.#port.close();
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
    for (const controller of this.#signals.values()) controller.abort(reason);
    for (const { close } of this.#shared.values()) close?.();
    this.#shared.clear();
    this.#onClose(reason);
  }

  /** A listener's error is the call's, also where the call came to a good end meanwhile. */
  #end({ ids, failure }: CallScope): void {
    for (const id of ids) {
      this.#shared.get(id)?.close?.();
      this.#shared.delete(id);
    }
    if (ids.length > 0) this.#release(ids, true);
    if (failure.signal.aborted) throw failure.signal.reason;
  }

  #call(target: number, method: string, args: readonly unknown[], scope: CallScope): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#pending.set(id, { resolve, reject });
      try {
        if (this.#closed) throw this.#closed;
        const to = this.#packer('listener', scope);
        this.#post({ kind: 'call', id, target, method, args: args.map((value) => pack(value, to)) });
      } catch (error) {
        this.#pending.delete(id);
        reject(error instanceof DOMException ? uncloneable(method, error) : (error as Error));
      }
    });
  }

  #post(message: Message, transfer: Iterable<Transferable> = []): void {
    if (!this.#closed) this.#port.postMessage(message, [...transfer]);
  }

  #receive(message: Message): void {
    switch (message.kind) {
      case 'call':
        void this.#answer(message);
        break;
      case 'answer':
        this.#settle(message.id)?.resolve(unpack(message.value, this.#unpacker));
        break;
      case 'failure': {
        const { abortedBy, error } = message;
        const signal = abortedBy === undefined ? undefined : this.#shared.get(abortedBy)?.signal;
        this.#settle(message.id)?.reject(signal?.aborted ? signal.reason : unpack(error, this.#unpacker));
        break;
      }
      case 'tell':
        this.#shared.get(message.target)?.tell?.(message.args.map((value) => unpack(value, this.#unpacker)));
        break;
      case 'abort':
        this.#signals.get(message.target)?.abort(unpack(message.reason, this.#unpacker));
        break;
      case 'release':
        for (const id of message.targets) {
          if (message.own) this.#signals.delete(id);
          else this.#shared.delete(id);
        }
        break;
    }
  }

  #settle(id: number) {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  /** Does what was called. Items of a stream are given away, other values copied. */
  async #answer({ id, target, method, args }: Message & { kind: 'call' }): Promise<void> {
    try {
      const handler = target === ROOT ? this.#handler : this.#shared.get(target)?.call;
      if (!handler) throw new Error(`${method}() was called on what is no longer there.`);
      const value = await handler(
        method,
        args.map((arg) => unpack(arg, this.#unpacker)),
      );
      const transfer = target === ROOT ? undefined : new Set<Transferable>();
      const packed = pack(value, this.#packer('method', new CallScope(), transfer));
      this.#post({ kind: 'answer', id, value: packed }, transfer);
    } catch (error) {
      const [abortedBy] =
        [...this.#signals].find(([, { signal }]) => signal.aborted && signal.reason === error) ?? [];
      const packed = packThrown(error, this.#packer('method', new CallScope()));
      this.#post({ kind: 'failure', id, error: packed, ...(abortedBy !== undefined && { abortedBy }) });
    }
  }

  #share(shared: Shared, scope?: CallScope): number {
    const id = this.#nextId++;
    this.#shared.set(id, shared);
    scope?.ids.push(id);
    return id;
  }

  #release(targets: readonly number[], own: boolean): void {
    this.#post({ kind: 'release', targets, own });
  }

  #packer(functions: FunctionRule, scope: CallScope, transfer?: Set<Transferable>): Packer {
    return {
      functions,
      transfer,
      listener: (listener) =>
        this.#share(
          {
            tell: (args) => {
              if (scope.failure.signal.aborted) return;
              try {
                listener(...args);
              } catch (error) {
                scope.failure.abort(error);
              }
            },
          },
          scope,
        ),
      method: (method) => this.#share({ call: (_, args) => method(...args) }),
      stream: (stream) => this.#shareStream(stream, functions === 'listener' ? scope : undefined),
      handle: (object) => this.#share({ object }),
      signal: (signal, also) => this.#shareSignal(signal, scope, also),
      returned: (object) => this.#handles.get(object),
    };
  }

  /** Opened when its first item is asked for; closed when it has ended, or its call has. */
  #shareStream(stream: AsyncIterable<unknown> | Iterable<unknown>, scope: CallScope | undefined): number {
    let iterator: AsyncIterator<unknown> | Iterator<unknown> | undefined;
    const end = (): void => {
      iterator = undefined;
      this.#shared.delete(id);
    };
    const id = this.#share(
      {
        call: async (method) => {
          if (method === 'return') {
            const open = iterator;
            end();
            await open?.return?.();
            return { done: true, value: undefined };
          }
          iterator ??=
            Symbol.asyncIterator in stream ? stream[Symbol.asyncIterator]() : stream[Symbol.iterator]();
          try {
            const result = await iterator.next();
            if (result.done) end();
            return result;
          } catch (error) {
            end();
            throw error;
          }
        },
        close: () => void Promise.resolve(iterator?.return?.()).catch(() => undefined),
      },
      scope,
    );
    return id;
  }

  #shareSignal(
    signal: AbortSignal | undefined,
    scope: CallScope,
    also: boolean,
  ): { readonly id: number; readonly reason?: unknown } {
    const signals = [...(signal ? [signal] : []), ...(also ? [scope.failure.signal] : [])];
    const shared = AbortSignal.any(signals);
    const tell = (): void => {
      const reason = packThrown(shared.reason, this.#packer('method', scope));
      this.#post({ kind: 'abort', target: id, reason });
    };
    const id = this.#share({ signal: shared, close: () => shared.removeEventListener('abort', tell) }, scope);
    if (shared.aborted) return { id, reason: shared.reason as unknown };
    shared.addEventListener('abort', tell, { once: true });
    return { id };
  }

  readonly #unpacker: Unpacker = {
    listener:
      (id) =>
      (...args) => {
        const to = this.#packer('value', new CallScope());
        this.#post({ kind: 'tell', target: id, args: args.map((value) => pack(value, to)) });
      },
    method: (id) => {
      const method = async (...args: unknown[]): Promise<unknown> => {
        const scope = new CallScope();
        try {
          return await this.#call(id, 'call', args, scope);
        } finally {
          this.#end(scope);
        }
      };
      this.#forgotten.register(method, id);
      return method;
    },
    stream: (id) => this.#streamOf(id),
    handle: (id, object) => {
      this.#handles.set(object, id);
      this.#forgotten.register(object, id);
      return object;
    },
    signal: (id, aborted) => {
      const controller = new AbortController();
      this.#signals.set(id, controller);
      if (aborted) controller.abort(aborted.reason);
      return controller.signal;
    },
    shared: (id) => this.#shared.get(id)?.object,
  };

  async *#streamOf(id: number): AsyncGenerator<unknown, void, undefined> {
    const ask = (method: 'next' | 'return') =>
      this.#call(id, method, [], new CallScope()) as Promise<IteratorResult<unknown, void>>;
    let ended = false;
    try {
      for (;;) {
        const result = await ask('next').catch((error: unknown) => {
          ended = true;
          throw error;
        });
        if (result.done) {
          ended = true;
          return;
        }
        yield result.value;
      }
    } finally {
      if (!ended && !this.#closed) await ask('return');
    }
  }
}

/** What was thrown, in words where it can't be cloned. */
function packThrown(thrown: unknown, to: Packer): unknown {
  const packed = pack(thrown, to);
  try {
    return structuredClone(packed);
  } catch {
    return pack(thrown instanceof Error ? new Error(thrown.message) : String(thrown), to);
  }
}

function uncloneable(method: string, cause: DOMException): TypeError {
  return new TypeError(`What ${method}() was given can't be sent to a worker: ${cause.message}`, { cause });
}
