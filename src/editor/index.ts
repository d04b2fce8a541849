/**
 * The use case: a model on a device, and edits with it.
 *
 *   ask      options.ts (what may be asked, defaults, checks), geometry.ts (sizes)
 *   tell     progress.ts, plan.ts, plan_edit.ts (what it will do and cost), usage.ts (what it has cost), preview.ts
 *   load     editor.ts (the public class), model_source.ts, model.ts, engine.ts, session.ts (survives a lost device), warm_up.ts,
 *            tuning.ts (which variants kernels take) ← tuning_store.ts
 *   edit     prepare_edit.ts (a job: edit_job.ts), edit.ts: source.ts → ingest.ts → depth.ts, clip.ts → structure.ts;
 *            denoiser.ts; frames.ts; depth_source.ts, depth_pass.ts (structure that is given, not estimated)
 *   content  edit_content.ts (prompt, picture, source, and what lies between) ← content.ts, prior_loop.ts, picture.ts,
 *            source_content.ts, slerp.ts
 *   modes    modes.ts (five ways to ask); storyboard.ts (stills to a clip)
 *   scenes   render_scene.ts ← scene.ts (solids, cameras), scenes.ts: untextured clips with exact depth, to try things with
 *   part     mask.ts (what may be asked), mask_pictures.ts, mask_shapes.ts, mask_carry.ts → mask_clip.ts (every frame's
 *            mask) → region.ts (its latents: latents.ts); source_side.ts reads the source a second time (reread.ts) for them
 *   written  finish.ts (along the source's edges, its own pixels put back), write_video.ts; redraw.ts (another scale
 *            without another run)
 *   shown    looks.ts (masks and depth before an edit)
 *   move     kept.ts, mix.ts: guidance after the fact
 *   judge    quality.ts, sweep.ts
 *   afar     worker_serve.ts, worker_connect.ts: the editor in a worker (`refilm/worker`), over worker_peer.ts
 *            (calls, streams, signals), worker_values.ts, worker_errors.ts, worker_protocol.ts, worker_life.ts
 *
 * @packageDocumentation
 */
export { Editor } from './editor.ts';
export type { LoadOptions } from './editor.ts';
export type { EditedVideoFrame, EditResult } from './edit_result.ts';
export type { ModelSource } from './model_source.ts';
export type { DepthMap, DepthSource } from './depth_source.ts';
export type { EditedFrame } from './edit_job.ts';
export { outputSize, workingSize } from './geometry.ts';
export type { Size } from './geometry.ts';
export { MODES } from './modes.ts';
export type { Mode, ModeInfo, ModeInput } from './modes.ts';
export type { ClipOptions, ClipPictures, MaskLookOptions } from './looks.ts';
export type { BrushMask, MaskBox, MaskOptions, MaskRegion } from './mask.ts';
export type { EditOptions, MixOptions, Picture, RescaleOptions, Upscale } from './options.ts';
export { durationText, planText } from './plan.ts';
export type { EditPlan } from './plan.ts';
export type {
  DownloadEvent,
  EditPhase,
  LatentPreview,
  OnProgress,
  PlanEvent,
  ProgressEvent,
  RecoveryEvent,
  WorkEvent,
} from './progress.ts';
export type { TuningOptions } from './tuning.ts';
export type { TuningStore } from './tuning_store.ts';
export type { Consistency, Quality } from './quality.ts';
export { renderScene } from './render_scene.ts';
export type { RenderedScene, SceneOptions } from './render_scene.ts';
export { dolly, orbit } from './scene.ts';
export type { Camera, OrbitOptions, Point, Scene, Solid } from './scene.ts';
export { SCENES } from './scenes.ts';
export type { SceneName } from './scenes.ts';
export { storyboard } from './storyboard.ts';
export type { Card, Motion, StoryboardOptions } from './storyboard.ts';
export { sweepCsv } from './sweep.ts';
export type { SweepGrid, SweepHooks, SweepPoint } from './sweep.ts';
export type { FrameIterable, VideoSource } from './source.ts';
