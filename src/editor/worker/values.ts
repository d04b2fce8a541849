// Values between page and worker. Most of them clone by themselves; those that don't cross as marks, which the other
// side turns into something that behaves alike: an AbortSignal, a listener, frames that come one by one, an error.

import { type PackedError, packError, unpackError } from './errors.ts';

/**
 * An object that the other side may hand back: it gets what the object holds, and this side its own object again, of
 * which it may know more than it sends.
 */
export class Handle {
  constructor(readonly object: object) {}
}

/** What functions become: listeners of a call's arguments, methods of its answer, or, once called, the value they give. */
export type FunctionRule = 'listener' | 'method' | 'value';

/** Names things for the other side. */
export interface Packer {
  readonly functions: FunctionRule;
  /** Given away: frames and buffers move instead of being copied. */
  readonly transfer: Set<Transferable> | undefined;
  listener(listener: (...args: unknown[]) => unknown): number;
  method(method: (...args: unknown[]) => unknown): number;
  stream(stream: AsyncIterable<unknown> | Iterable<unknown>): number;
  handle(object: object): number;
  /** `also`: the object that has the signal, or has none, has listeners, whose errors must abort as well. */
  signal(signal: AbortSignal | undefined, also: boolean): { readonly id: number; readonly reason?: unknown };
  /** The other side's name of an object that it had sent as a handle. */
  returned(object: object): number | undefined;
}

/** Makes things of the names that the other side gave. */
export interface Unpacker {
  listener(id: number): (...args: unknown[]) => void;
  method(id: number): (...args: unknown[]) => Promise<unknown>;
  stream(id: number): AsyncGenerator<unknown, void, undefined>;
  handle(id: number, face: object): object;
  signal(id: number, aborted: { readonly reason: unknown } | undefined): AbortSignal;
  /** An object of this side that comes back. */
  shared(id: number): unknown;
}

/** What crosses in place of a value that doesn't clone. */
type Mark = { readonly [MARK]: true } & (
  | { readonly is: 'listener' | 'method' | 'stream' | 'shared'; readonly id: number }
  | { readonly is: 'handle'; readonly id: number; readonly face: unknown }
  | { readonly is: 'signal'; readonly id: number; readonly aborted?: { readonly reason: unknown } }
  | { readonly is: 'url'; readonly href: string }
  | { readonly is: 'error'; readonly error: PackedError }
  | { readonly is: 'value'; readonly value: unknown }
);

const MARK = '$refilm';

/** `value` as it can be sent. What is not known here is left to structured cloning, which throws where it can't. */
export function pack(value: unknown, to: Packer): unknown {
  if (typeof value === 'function') return packFunction(value as (...args: unknown[]) => unknown, to);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) {
    return { [MARK]: true, is: 'error', error: packError(value, (part) => pack(part, to)) };
  }
  if (value instanceof URL) return { [MARK]: true, is: 'url', href: value.href };
  if (value instanceof AbortSignal) return packSignal(value, false, to);
  if (isFrame(value)) {
    to.transfer?.add(value);
    return value;
  }
  if (ArrayBuffer.isView(value)) return to.transfer ? given(value, to.transfer) : value;
  const returned = to.returned(value);
  if (returned !== undefined) return { [MARK]: true, is: 'shared', id: returned };
  if (value instanceof Handle) {
    return { [MARK]: true, is: 'handle', id: to.handle(value.object), face: pack(value.object, to) };
  }
  if (isStream(value)) return { [MARK]: true, is: 'stream', id: to.stream(value) };
  if (Array.isArray(value)) return value.map((item) => pack(item, to));
  if (isPlain(value)) return packObject(value, to);
  return value;
}

/** What was thrown, in words where it can't be cloned. */
export function packThrown(thrown: unknown, to: Packer): unknown {
  const packed = pack(thrown, to);
  try {
    return structuredClone(packed);
  } catch {
    return pack(thrown instanceof Error ? new Error(thrown.message) : String(thrown), to);
  }
}

function packFunction(value: (...args: unknown[]) => unknown, to: Packer): unknown {
  switch (to.functions) {
    case 'listener':
      return { [MARK]: true, is: 'listener', id: to.listener(value) };
    case 'method':
      return { [MARK]: true, is: 'method', id: to.method(value) };
    case 'value':
      return { [MARK]: true, is: 'value', value: pack(value(), to) };
  }
}

/** Options with listeners get a signal besides: what a listener throws must end the call. */
function packObject(value: Readonly<Record<string, unknown>>, to: Packer): Record<string, unknown> {
  const listens =
    to.functions === 'listener' && Object.values(value).some((item) => typeof item === 'function');
  const { signal, ...rest } = value;
  const packed = Object.fromEntries(
    Object.entries(listens ? rest : value).map(([key, item]) => [key, pack(item, to)]),
  );
  if (!listens) return packed;
  return { ...packed, signal: packSignal(signal instanceof AbortSignal ? signal : undefined, true, to) };
}

function packSignal(signal: AbortSignal | undefined, listens: boolean, to: Packer): unknown {
  const { id, ...aborted } = to.signal(signal, listens);
  const packed = 'reason' in aborted && { aborted: { reason: pack(aborted.reason, to) } };
  return { [MARK]: true, is: 'signal', id, ...packed };
}

/** A view whose buffer moves; a view of a small part of a buffer is copied first, for the rest may be somebody else's. */
function given(view: ArrayBufferView, transfer: Set<Transferable>): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = view;
  if (!(view instanceof Uint8Array) || !(buffer instanceof ArrayBuffer)) return view;
  const whole = byteOffset === 0 && buffer.byteLength - byteLength < 16 && !transfer.has(buffer);
  const moved = whole ? view : view.slice();
  transfer.add(moved.buffer as ArrayBuffer);
  return moved;
}

/** What {@link pack} had made, as it was or as it behaves. */
export function unpack(value: unknown, from: Unpacker): unknown {
  if (Array.isArray(value)) return value.map((item) => unpack(item, from));
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  if (!(MARK in value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item, from)]));
  }
  const mark = value as unknown as Mark;
  switch (mark.is) {
    case 'listener':
      return from.listener(mark.id);
    case 'method':
      return from.method(mark.id);
    case 'stream':
      return from.stream(mark.id);
    case 'shared':
      return from.shared(mark.id);
    case 'handle':
      return from.handle(mark.id, unpack(mark.face, from) as object);
    case 'signal':
      return from.signal(mark.id, mark.aborted && { reason: unpack(mark.aborted.reason, from) });
    case 'url':
      return new URL(mark.href);
    case 'error':
      return unpackError(mark.error, (part) => unpack(part, from));
    case 'value': {
      const content = unpack(mark.value, from);
      return () => content;
    }
  }
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** VideoFrames and ImageBitmaps; neither class is there under node. */
export function isFrame(value: unknown): value is VideoFrame | ImageBitmap {
  return (
    (typeof VideoFrame !== 'undefined' && value instanceof VideoFrame) ||
    (typeof ImageBitmap !== 'undefined' && value instanceof ImageBitmap)
  );
}

/** What must be asked for its items one by one: anything iterable but plain data; arrays of frames too, which are given away. */
function isStream(value: object): value is AsyncIterable<unknown> | Iterable<unknown> {
  if (Symbol.asyncIterator in value) return true;
  if (Array.isArray(value)) return value.some(isFrame);
  return Symbol.iterator in value && !(value instanceof Map) && !(value instanceof Set);
}
