/**
 * Refilm: turns a video into another one by a sentence or a picture, inside the browser tab.
 *
 * ```ts
 * import { Editor } from 'refilm';
 * const editor = await Editor.load('nano', { onProgress, signal });
 * const { video } = await editor.edit(file, { prompt: 'a golden robot walking on the moon', onProgress, signal });
 * element.src = URL.createObjectURL(video);
 * editor.dispose();
 * ```
 *
 * The layers below are entries of their own: `refilm/gpu`, `refilm/kernels`, `refilm/net`, `refilm/sampler`,
 * `refilm/codec`. Importing has no side effect and works under server-side rendering.
 *
 * @packageDocumentation
 */
export * from './editor/index.ts';
export { MediaError, type MediaErrorCode, type MediaStage } from './codec/errors.ts';
export { DeviceLostError, GpuError, OutOfMemoryError, ShaderError, UnsupportedError } from './gpu/errors.ts';
export { DownloadError, NotFoundError, WeightsError } from './net/errors.ts';
export type { ModelFolder } from './net/folder.ts';
export { filesFolder, hubFolder, mappedFolder, urlFolder } from './net/folder.ts';
export type { ByteSource } from './net/source.ts';
