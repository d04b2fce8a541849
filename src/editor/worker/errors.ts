// Errors between page and worker: structured cloning loses the classes of our own, so they cross as what they are made of.

import { MediaError } from '../../codec/errors.ts';
import {
  DeviceLostError,
  GpuError,
  OutOfMemoryError,
  ShaderError,
  UnsupportedError,
} from '../../gpu/errors.ts';
import { DownloadError, NotFoundError, WeightsError } from '../../net/errors.ts';

/** The worker (or the page, told to the worker) is gone: it crashed, was terminated, or never answered. */
export class WorkerLostError extends Error {
  override readonly name = 'WorkerLostError';
}

/** An error on its way. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** A DOMException, whose name is not its class. */
  readonly dom: boolean;
  /** What its class adds, e.g. `stage` and `code` of a MediaError. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause: unknown;
}

type ErrorClass = abstract new (...args: never[]) => Error;

const CLASSES: Readonly<Record<string, ErrorClass>> = {
  ...{ TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError },
  ...{ UnsupportedError, DeviceLostError, OutOfMemoryError, ShaderError, GpuError },
  ...{ MediaError, WeightsError, NotFoundError, DownloadError, WorkerLostError },
};

/** Takes an error apart; `pack` does the same to its fields and cause. */
export function packError(error: Error, pack: (value: unknown) => unknown): PackedError {
  const { name, message, stack } = error;
  const dom = typeof DOMException !== 'undefined' && error instanceof DOMException;
  const own = dom ? [] : Object.entries(error).filter(([key]) => key !== 'name' && key !== 'cause');
  const fields = Object.fromEntries(own.map(([key, value]) => [key, pack(value)]));
  return { name, message, stack, dom, fields, cause: pack(error.cause) };
}

/** Puts an error together again: of its own class where that is known here, else an Error of that name. */
export function unpackError(packed: PackedError, unpack: (value: unknown) => unknown): Error {
  const { name, message, stack, dom } = packed;
  if (dom) return new DOMException(message, name);
  const error = new Error(message);
  const known = CLASSES[name];
  if (known) Object.setPrototypeOf(error, known.prototype as object);
  const define = (key: string, value: unknown, enumerable: boolean): void => {
    Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
  };
  if (error.name !== name) define('name', name, false);
  if (stack !== undefined) define('stack', stack, false);
  const cause = unpack(packed.cause);
  if (cause !== undefined) define('cause', cause, false);
  for (const [key, value] of Object.entries(packed.fields)) define(key, unpack(value), true);
  return error;
}
