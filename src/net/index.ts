/**
 * The networks, one file per published class, with the checkpoints' tensor names, and what they are loaded from.
 *
 *   networks   vae.ts ← vae_blocks, vae_config, resnet; unet.ts ← unet_blocks, unet_config, transformer, temporal;
 *              clip_text.ts, clip_vision.ts, prior.ts, dpt.ts ← dpt_neck, dpt_config; all ViTs and CLIPs ← transformer_encoder
 *   weights    parameters.ts (declared by name) ← weight_store.ts (filled by one streamed read) ← safetensors.ts,
 *              shards.ts, overlay.ts, dtype.ts
 *   files      folder.ts (server, hub, chosen files) ← source.ts, http.ts, cache.ts; config.ts (config.json, checked)
 *   words      tokenizer.ts
 *
 * A network's constructor declares its parameters; `record` adds its evaluation to a Recorder.
 *
 * @packageDocumentation
 */
export * from './cache.ts';
export * from './clip_text.ts';
export * from './clip_vision.ts';
export { Config } from './config.ts';
export * from './dpt.ts';
export * from './dpt_config.ts';
export * from './errors.ts';
export * from './folder.ts';
export * from './http.ts';
export { overlay } from './overlay.ts';
export * from './parameters.ts';
export * from './prior.ts';
export * from './safetensors.ts';
export * from './shards.ts';
export * from './source.ts';
export * from './tokenizer.ts';
export * from './unet.ts';
export * from './unet_config.ts';
export * from './vae.ts';
export * from './vae_config.ts';
export { type LoadOptions, sameShape } from './weight_store.ts';
