// A model's folder (diffusers layout: model_index.json, unet/config.json, …), wherever it lies: a server, a hub, or
// files that the user chose. Importing this touches no global, so it works under server-side rendering.
import { cachedSource, type BlockCache } from './cache.ts';
import { NotFoundError, WeightsError } from './errors.ts';
import { urlSource, type HttpOptions } from './http.ts';
import { blobSource, readAll, type ByteSource, type ReadOptions } from './source.ts';

/** Files by path relative to the model's root, with `/` between parts. */
export interface ModelFolder {
  /** Where it lies, for messages. */
  readonly name: string;
  /** The file at `path`. Its reads throw `NotFoundError` if there is none; a path that leaves the folder throws `WeightsError` here. */
  open(path: string): ByteSource;
  /** A text file of at most 32 MiB in UTF-8. Throws as reads do, and `WeightsError` if it is larger or not UTF-8. */
  text(path: string, options?: ReadOptions): Promise<string>;
  /** A JSON file, parsed. Throws as `text` does, and `WeightsError` if it is no JSON. */
  json(path: string, options?: ReadOptions): Promise<unknown>;
}

/** Options of folders on a server. */
export interface UrlFolderOptions extends HttpOptions {
  /** From `openModelCache`. */
  readonly cache?: BlockCache | undefined;
}

const MAX_TEXT = 32 * 1024 * 1024;

/** The folder at `base`, an absolute URL of a folder on any server. */
export function urlFolder(base: string, options: UrlFolderOptions = {}): ModelFolder {
  const root = new URL(base.endsWith('/') ? base : `${base}/`);
  return mappedFolder(
    base,
    (path) => new URL(path.split('/').map(encodeURIComponent).join('/'), root).href,
    options,
  );
}

/** A repository of a model hub: `{host}/{repo}/resolve/{revision}/`. Pin `revision` to a commit to get the same model forever. */
export function hubFolder(
  repo: string,
  { host = 'https://huggingface.co', revision = 'main', ...options }: UrlFolderOptions & HubOptions = {},
): ModelFolder {
  return urlFolder(`${host}/${repo}/resolve/${encodeURIComponent(revision)}/`, options);
}

/** Which hub and which version. */
export interface HubOptions {
  readonly host?: string;
  readonly revision?: string;
}

/** A folder whose files lie at any URLs: `locate` gives the URL of a path, undefined if there is no such file. */
export function mappedFolder(
  name: string,
  locate: (path: string) => string | undefined,
  { cache, ...options }: UrlFolderOptions = {},
): ModelFolder {
  return folder(name, (path) => {
    const url = locate(path);
    if (url === undefined) return undefined;
    const source = urlSource(url, options);
    return cache ? cachedSource(source, cache) : source;
  });
}

/**
 * Files that the user chose or dropped. The root is the folder of the model_index.json nearest to the top, else the
 * folder that all files share.
 */
export function filesFolder(files: readonly File[], name = 'the chosen files'): ModelFolder {
  const byPath = new Map(files.map((file) => [file.webkitRelativePath || file.name, file]));
  const paths = [...byPath.keys()];
  const root = rootOf(paths);
  return folder(name, (path) => {
    const file = byPath.get(root + path);
    return file && blobSource(file, path);
  });
}

function rootOf(paths: readonly string[]): string {
  const index = /(?:^|\/)model_index\.json$/;
  const indexes = paths.filter((path) => index.test(path)).sort((a, b) => depth(a) - depth(b));
  if (indexes[0] !== undefined) return indexes[0].replace(/model_index\.json$/, '');
  const first = paths[0] ?? '';
  const top = first.slice(0, first.indexOf('/') + 1);
  return paths.every((path) => path.startsWith(top)) ? top : '';
}

function depth(path: string): number {
  return path.split('/').length;
}

function folder(name: string, find: (path: string) => ByteSource | undefined): ModelFolder {
  const open = (path: string): ByteSource => {
    const inside = path
      .split('/')
      .every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:]/.test(part));
    if (!inside)
      throw new WeightsError({ file: name, expected: 'a path inside the model folder', got: `'${path}'` });
    return find(path) ?? absent(name, path);
  };
  const text = async (path: string, options: ReadOptions = {}) => {
    const source = open(path);
    const bytes = await readAll(source, { ...options, limit: MAX_TEXT });
    return parsed(source.name, 'UTF-8 text', () => new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  };
  return {
    name,
    open,
    text,
    async json(path, options) {
      const content = await text(path, options);
      return parsed(open(path).name, 'JSON', () => JSON.parse(content) as unknown);
    },
  };
}

function absent(name: string, path: string): ByteSource {
  const fail = () => Promise.reject(new NotFoundError(path, `it is not in ${name}`));
  return { name: path, size: fail, read: fail };
}

function parsed<T>(file: string, expected: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new WeightsError({ file, expected, got }, { cause });
  }
}
