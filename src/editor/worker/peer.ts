// One side of the talk between page and worker: calls and answers, and what the other side shares as it behaves here:
// streams that are asked for every item (so that the slower side sets the pace), listeners, signals. What this side shares
// is in shares.ts.

import { WorkerLostError } from './errors.ts';
import type { Message } from './protocol.ts';
import { CallScope, type Handler, ROOT, Shares } from './shares.ts';
import { pack, packThrown, unpack, type Unpacker } from './values.ts';

/** One end of a port. */
export class Peer {
  readonly #port: MessagePort;
  readonly #handler: Handler;
  readonly #onClose: (reason: Error) => void;
  readonly #pending = new Map<
    number,
    { readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }
  >();
  readonly #shares = new Shares(
    (message) => this.#post(message),
    (object) => this.#handles.get(object),
  );
  /** Signals of the other side. */
  readonly #signals = new Map<number, AbortController>();
  /** Objects of the other side that can be handed back. */
  readonly #handles = new WeakMap<object, number>();
  /** Tells the other side when one of its methods or objects can no longer be asked for. */
  readonly #forgotten = new FinalizationRegistry<number>((id) => this.#release([id], false));
  #nextCall = 1;
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
    this.#shares.close();
    this.#onClose(reason);
  }

  /** A listener's error is the call's, also where the call came to a good end meanwhile. */
  #end({ ids, failure }: CallScope): void {
    for (const id of ids) this.#shares.end(id);
    if (ids.length > 0) this.#release(ids, true);
    if (failure.signal.aborted) throw failure.signal.reason;
  }

  #call(target: number, method: string, args: readonly unknown[], scope: CallScope): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.#nextCall++;
      this.#pending.set(id, { resolve, reject });
      try {
        if (this.#closed) throw this.#closed;
        const to = this.#shares.packer('listener', scope);
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
        const signal = abortedBy === undefined ? undefined : this.#shares.get(abortedBy)?.signal;
        this.#settle(message.id)?.reject(signal?.aborted ? signal.reason : unpack(error, this.#unpacker));
        break;
      }
      case 'tell':
        this.#shares.get(message.target)?.tell?.(message.args.map((value) => unpack(value, this.#unpacker)));
        break;
      case 'abort':
        this.#signals.get(message.target)?.abort(unpack(message.reason, this.#unpacker));
        break;
      case 'release':
        for (const id of message.targets) {
          if (message.own) this.#signals.delete(id);
          else this.#shares.delete(id);
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
      const handler = target === ROOT ? this.#handler : this.#shares.get(target)?.call;
      if (!handler) throw new Error(`${method}() was called on what is no longer there.`);
      const value = await handler(
        method,
        args.map((arg) => unpack(arg, this.#unpacker)),
      );
      const transfer = target === ROOT ? undefined : new Set<Transferable>();
      const packed = pack(value, this.#shares.packer('method', new CallScope(), transfer));
      this.#post({ kind: 'answer', id, value: packed }, transfer);
    } catch (error) {
      const [abortedBy] =
        [...this.#signals].find(([, { signal }]) => signal.aborted && signal.reason === error) ?? [];
      const packed = packThrown(error, this.#shares.packer('method', new CallScope()));
      this.#post({ kind: 'failure', id, error: packed, ...(abortedBy !== undefined && { abortedBy }) });
    }
  }

  #release(targets: readonly number[], own: boolean): void {
    this.#post({ kind: 'release', targets, own });
  }

  readonly #unpacker: Unpacker = {
    listener:
      (id) =>
      (...args) => {
        const to = this.#shares.packer('value', new CallScope());
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
    shared: (id) => this.#shares.get(id)?.object,
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

function uncloneable(method: string, cause: DOMException): TypeError {
  return new TypeError(`What ${method}() was given can't be sent to a worker: ${cause.message}`, { cause });
}
