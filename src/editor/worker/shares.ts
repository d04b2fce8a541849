// What one side shares with the other, which knows it by a number: listeners, methods, streams, objects, signals. They are
// there from when they are sent until they are let go of.

import type { Message } from './protocol.ts';
import { type FunctionRule, type Packer, packThrown } from './values.ts';

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

/** The number of a side itself, which is shared from the start. */
export const ROOT = 0;

/** What this side has shared. */
export class Shares {
  readonly #shared = new Map<number, Shared>();
  #nextId = ROOT + 1;

  /** `post` tells the other side; `returned` gives its number of an object that it had shared itself. */
  constructor(
    private readonly post: (message: Message) => void,
    private readonly returned: (object: object) => number | undefined,
  ) {}

  /** What it is, unless it was let go of. */
  get(id: number): Shared | undefined {
    return this.#shared.get(id);
  }

  /** The other side has let go of it. */
  delete(id: number): void {
    this.#shared.delete(id);
  }

  /** This side lets go of it. */
  end(id: number): void {
    this.#shared.get(id)?.close?.();
    this.#shared.delete(id);
  }

  /** Lets go of everything. */
  close(): void {
    for (const { close } of this.#shared.values()) close?.();
    this.#shared.clear();
  }

  /** Shares what values hold that doesn't clone, until `scope` ends; what functions become there, `functions` says. */
  packer(functions: FunctionRule, scope: CallScope, transfer?: Set<Transferable>): Packer {
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
      returned: (object) => this.returned(object),
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
      const reason = packThrown(shared.reason, this.packer('method', scope));
      this.post({ kind: 'abort', target: id, reason });
    };
    const id = this.#share({ signal: shared, close: () => shared.removeEventListener('abort', tell) }, scope);
    if (shared.aborted) return { id, reason: shared.reason as unknown };
    shared.addEventListener('abort', tell, { once: true });
    return { id };
  }

  #share(shared: Shared, scope?: CallScope): number {
    const id = this.#nextId++;
    this.#shared.set(id, shared);
    scope?.ids.push(id);
    return id;
  }
}
