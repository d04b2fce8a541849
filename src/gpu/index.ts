/**
 * The GPU layer: a device and its account of memory (`device`), tensors (`tensor`), kernels compiled at most once
 * (`shader`, `pipelines`), which of their variants is taken (`choices`, `tune` ← `clock`), evaluations recorded once and replayed
 * (`recorder`, `program`) in planned memory (`memory`, `heap`), and the ways back to the CPU (`readback`, `profile`).
 *
 * @packageDocumentation
 */
export * from './choices.ts';
export * from './clock.ts';
export * from './device.ts';
export type { Dispatch, Param, Traffic } from './dispatch.ts';
export * from './errors.ts';
export * from './grid.ts';
export * from './half.ts';
export { Heap } from './heap.ts';
export * from './memory.ts';
export { type Kernel, PipelineCache } from './pipelines.ts';
export * from './profile.ts';
export { Program, type RunOptions, type Step } from './program.ts';
export * from './readback.ts';
export { type Choice, type ModuleObserver, Recorder } from './recorder.ts';
export { type FloatConstant, type Prelude, type ShaderSource } from './shader.ts';
export * from './tensor.ts';
export { TimeAccount } from './time_account.ts';
export * from './tune.ts';
