// What an edit will do, known before it starts: sizes, frames, steps, time and memory.

import type { Size } from './geometry.ts';

/** The plan of one edit, as told by the first progress event and printed by the command line. */
export interface EditPlan {
  /** The adapter in words. */
  readonly adapter: string;
  /** True where a CPU does the GPU's work. */
  readonly software: boolean;
  /** Frames that are edited, and windows of frames that the video model sees at a time. */
  readonly frames: number;
  readonly windows: number;
  /** Frames of a window. */
  readonly windowFrames: number;
  /** What the networks see. */
  readonly working: Size;
  /** What is written. */
  readonly output: Size;
  readonly steps: number;
  /** Evaluations of the UNet per step. */
  readonly evaluations: number;
  readonly structure: number;
  readonly guidance: number;
  readonly temporal: number;
  readonly seed: number;
  /** Floating point operations of all networks. */
  readonly flops: number;
  /** Seconds that it should take on this device, from a short measurement. */
  readonly seconds: number;
  /** Dispatches of one step: the networks' evaluations as one batch. */
  readonly dispatches: number;
  /** Bytes on the GPU: of weights, of activations as the planner places them, of latents and parameters that stay. */
  readonly weightBytes: number;
  readonly activationBytes: number;
  /** What activations take at the least: most bytes that one network needs at once, however they are placed. */
  readonly leastActivationBytes: number;
  readonly stateBytes: number;
  /** Bytes of all buffers once everything is planned and recorded: the sum of the three. */
  readonly allocatedBytes: number;
}

/** `93` as `1 min 33 s`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `1 frame`, `8 frames`. */
function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

/** The plan in a few sentences, for people. */
export function planText(plan: EditPlan): string {
  const { working, output } = plan;
  const windows = plan.windows === 1 ? 'one window' : `${plan.windows} windows of ${plan.windowFrames}`;
  const lines = [
    `Adapter: ${plan.adapter}.`,
    `${counted(plan.frames, 'frame')} in ${windows}, worked on at ${working.width}x${working.height}, written at ${output.width}x${output.height}.`,
    `${counted(plan.steps, 'step')}, ${counted(plan.evaluations, 'evaluation')} each; about ${durationText(plan.seconds)}.`,
  ];
  if (plan.software) {
    lines.push(
      'No GPU was found, so the CPU does its work: fewer frames and steps than on a GPU unless you ask for more.',
    );
  }
  return lines.join('\n');
}
