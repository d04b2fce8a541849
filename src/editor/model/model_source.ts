// Where a model's files come from.

import { NANO_FILES } from '../../../weights/nano.js';
import { cachedSource, openModelCache, pruneCache } from '../../net/cache.ts';
import { filesFolder, hubFolder, mappedFolder, type ModelFolder, urlFolder } from '../../net/folder.ts';
import { urlSource } from '../../net/http.ts';
import { blobSource, type ByteSource } from '../../net/source.ts';

/**
 * Where a model is: `'nano'` (bundled), the URL of a pipeline folder, `{ repo, revision? }` on a hub, the files of a
 * folder that the user chose, or a folder of your own.
 */
export type ModelSource =
  | 'nano'
  | URL
  | readonly File[]
  | { readonly repo: string; readonly revision?: string; readonly host?: string }
  | ModelFolder;

/** The folder behind it; what comes over the network is cached. Throws as `hubFolder` and `filesFolder` do. */
export async function folderOf(model: ModelSource): Promise<ModelFolder> {
  if (model === 'nano') {
    const cache = await openModelCache('refilm-nano');
    if (cache)
      await pruneCache(
        cache,
        Object.values(NANO_FILES).map(({ href }) => href),
      );
    return mappedFolder('nano', (path) => NANO_FILES[path]?.href, { cache });
  }
  if (model instanceof URL) return urlFolder(model.href, { cache: await openModelCache() });
  if ('repo' in model) {
    const { repo, ...options } = model;
    return hubFolder(repo, { ...options, cache: await openModelCache() });
  }
  return isFiles(model) ? filesFolder(model) : model;
}

/** The bytes of fine-tuned weights. Throws TypeError for what is neither Blob nor URL. */
export async function weightsSource(unet: Blob | URL | undefined): Promise<ByteSource | undefined> {
  if (unet === undefined) return undefined;
  if (unet instanceof Blob) return blobSource(unet);
  if (!(unet instanceof URL)) {
    throw new TypeError(`Fine-tuned weights are a Blob or a URL, got ${String(unet)}.`);
  }
  const source = urlSource(unet.href);
  const cache = await openModelCache();
  return cache ? cachedSource(source, cache) : source;
}

function isFiles(model: readonly File[] | ModelFolder): model is readonly File[] {
  return Array.isArray(model);
}
