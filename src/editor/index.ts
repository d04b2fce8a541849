/**
 * The use case: a model on a device, and edits with it. `editor.ts` is the public class. Below it a folder for each thing
 * that an edit is about; each may use those above it in this list (the linter holds it so):
 *
 *   ask        what may be asked and what is told: options.ts (defaults, checks), mask.ts, depth_source.ts, geometry.ts
 *              (sizes), modes.ts (five ways to ask); plan.ts, progress.ts
 *   scenes     clips that are made, not filmed: render_scene.ts ← scene.ts (solids, cameras), built_in.ts: untextured, with
 *              exact depth; storyboard.ts (stills to a clip)
 *   model      a model on a device: model_source.ts → model.ts → engine.ts → session.ts (survives a lost device); tuning.ts
 *              (which variants kernels take) ← tuning_store.ts, version.ts; usage.ts (what it has cost)
 *   source     the frames that come in: source.ts, reread.ts (a second time), ingest.ts (as the networks see them)
 *   structure  depth.ts (estimated) or depth_pass.ts (given) → clip_depth.ts (of a whole clip) → structure.ts (coarser,
 *              encoded)
 *   content    edit_content.ts (prompt, picture, source, and what lies between) ← content.ts, prior_loop.ts, picture.ts,
 *              source_content.ts, slerp.ts
 *   mask       shapes.ts, pictures.ts (what is painted), carry.ts (to all frames) → clip_mask.ts (every frame's mask)
 *   denoise    denoiser.ts ← denoiser_networks.ts: the guided prediction; kept.ts (what is kept of the steps)
 *   draw       latents and pictures: latents.ts (the encoder), frames.ts (the decoder, to the written size) ← finish.ts (along
 *              the source's edges, its own pixels put back)
 *   run        one edit: prepare_edit.ts (a job: edit_job.ts), plan_edit.ts (its programs and cost) ← warm_up.ts, edit.ts
 *              (from frames to frames) ← source_side.ts (masks and frames of the source), region.ts (its latents),
 *              preview.ts; write_video.ts → edit_result.ts; looks.ts (masks and depth before an edit)
 *   after      a finished edit: mix.ts (guidance moved), redraw.ts (another scale); quality.ts (judged), sweep.ts
 *   worker     the editor in a worker (`refilm/worker`): serve.ts, connect.ts, over peer.ts (calls, answers), shares.ts (streams,
 *              listeners, signals), values.ts, errors.ts, protocol.ts, life.ts
 *
 * @packageDocumentation
 */
export { Editor } from './editor.ts';
export type { LoadOptions } from './editor.ts';
export type { EditedVideoFrame, EditResult } from './run/edit_result.ts';
export type { ModelSource } from './model/model_source.ts';
export type { DepthMap, DepthSource } from './ask/depth_source.ts';
export type { EditedFrame } from './run/edit_job.ts';
export { outputSize, workingSize } from './ask/geometry.ts';
export type { Size } from './ask/geometry.ts';
export { MODES } from './ask/modes.ts';
export type { Mode, ModeInfo, ModeInput } from './ask/modes.ts';
export type { ClipOptions, ClipPictures, MaskLookOptions } from './run/looks.ts';
export type { BrushMask, MaskBox, MaskOptions, MaskRegion } from './ask/mask.ts';
export type { EditOptions, MixOptions, Picture, RescaleOptions, Upscale } from './ask/options.ts';
export { durationText, planText } from './ask/plan.ts';
export type { EditPlan } from './ask/plan.ts';
export type {
  DownloadEvent,
  EditPhase,
  LatentPreview,
  OnProgress,
  PlanEvent,
  ProgressEvent,
  RecoveryEvent,
  WorkEvent,
} from './ask/progress.ts';
export type { TuningOptions } from './model/tuning.ts';
export type { TuningStore } from './model/tuning_store.ts';
export type { Consistency, Quality } from './after/quality.ts';
export { renderScene } from './scenes/render_scene.ts';
export type { RenderedScene, SceneOptions } from './scenes/render_scene.ts';
export { dolly, orbit } from './scenes/scene.ts';
export type { Camera, OrbitOptions, Point, Scene, Solid } from './scenes/scene.ts';
export { SCENES } from './scenes/built_in.ts';
export type { SceneName } from './scenes/built_in.ts';
export { storyboard } from './scenes/storyboard.ts';
export type { Card, Motion, StoryboardOptions } from './scenes/storyboard.ts';
export { sweepCsv } from './after/sweep.ts';
export type { SweepGrid, SweepHooks, SweepPoint } from './after/sweep.ts';
export type { FrameIterable, VideoSource } from './source/source.ts';
