// Where the bundled model's files are. Each is named by a static `new URL(…, import.meta.url)`, which is what bundlers
// look for to copy a file along; a path computed at run time would be missed.

/**
 * URLs of the files of the bundled model `nano` by their path in a diffusers pipeline folder.
 * @type {Readonly<Record<string, URL>>}
 */
export const NANO_FILES = {
  'depth_estimator/config.json': new URL('./nano/depth_estimator/config.json', import.meta.url),
  'depth_estimator/model.safetensors': new URL('./nano/depth_estimator/model.safetensors', import.meta.url),
  'depth_estimator/preprocessor_config.json': new URL('./nano/depth_estimator/preprocessor_config.json', import.meta.url),
  'feature_extractor/preprocessor_config.json': new URL('./nano/feature_extractor/preprocessor_config.json', import.meta.url),
  'image_encoder/config.json': new URL('./nano/image_encoder/config.json', import.meta.url),
  'image_encoder/model.safetensors': new URL('./nano/image_encoder/model.safetensors', import.meta.url),
  'model_index.json': new URL('./nano/model_index.json', import.meta.url),
  'prior/config.json': new URL('./nano/prior/config.json', import.meta.url),
  'prior/diffusion_pytorch_model.safetensors': new URL('./nano/prior/diffusion_pytorch_model.safetensors', import.meta.url),
  'prior_scheduler/scheduler_config.json': new URL('./nano/prior_scheduler/scheduler_config.json', import.meta.url),
  'scheduler/scheduler_config.json': new URL('./nano/scheduler/scheduler_config.json', import.meta.url),
  'text_encoder/config.json': new URL('./nano/text_encoder/config.json', import.meta.url),
  'text_encoder/model.safetensors': new URL('./nano/text_encoder/model.safetensors', import.meta.url),
  'tokenizer/merges.txt': new URL('./nano/tokenizer/merges.txt', import.meta.url),
  'tokenizer/tokenizer_config.json': new URL('./nano/tokenizer/tokenizer_config.json', import.meta.url),
  'tokenizer/vocab.json': new URL('./nano/tokenizer/vocab.json', import.meta.url),
  'unet/config.json': new URL('./nano/unet/config.json', import.meta.url),
  'unet/diffusion_pytorch_model.safetensors': new URL('./nano/unet/diffusion_pytorch_model.safetensors', import.meta.url),
  'vae/config.json': new URL('./nano/vae/config.json', import.meta.url),
  'vae/diffusion_pytorch_model.safetensors': new URL('./nano/vae/diffusion_pytorch_model.safetensors', import.meta.url),
};
