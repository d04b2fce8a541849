// What an error means to the person in front of the page: a title, and the message, which says what to do.
import {
  DeviceLostError,
  DownloadError,
  GpuError,
  MediaError,
  NotFoundError,
  OutOfMemoryError,
  ShaderError,
  UnsupportedError,
  WeightsError,
} from '../src/index.ts';
import { WorkerLostError } from '../src/worker.ts';

/** An error in words. */
export interface Message {
  readonly title: string;
  readonly text: string;
}

type ErrorClass = abstract new (...args: never[]) => Error;

const TITLES: readonly (readonly [title: string, ...classes: ErrorClass[]])[] = [
  ["This browser can't run Refilm", UnsupportedError],
  ["The clip can't be edited", MediaError],
  ['The GPU has too little memory', OutOfMemoryError],
  ['The GPU was lost', DeviceLostError],
  ['The engine has stopped', WorkerLostError],
  ["The model can't be loaded", DownloadError, NotFoundError, WeightsError],
  ['Refilm has a fault on this GPU', ShaderError, GpuError],
  ["This can't be done as asked", RangeError],
];

/** Words for any error that Refilm throws. */
export function messageOf(error: unknown): Message {
  const text = error instanceof Error ? error.message : String(error);
  for (const [title, ...classes] of TITLES) {
    if (classes.some((type) => error instanceof type)) return { title, text };
  }
  return { title: 'Something went wrong', text };
}

/** After these the GPU device or its worker is of no more use: load the model anew. */
export function endsTheEditor(error: unknown): boolean {
  return [DeviceLostError, GpuError, OutOfMemoryError, WorkerLostError].some((type) => error instanceof type);
}
