// A file that appears whole or not at all: bytes go to a temporary file beside it, which is renamed at the end.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { access, constants, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { onProcessEnd } from './cleanup.ts';

/** A file can't be written. `code` is the system's (`EACCES`, `ENOSPC`…), or `INCOMPLETE` if the bytes ended early. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
  constructor(
    readonly path: string,
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'you may not write there. Choose another path or change its permissions.',
  EPERM: 'you may not write there. Choose another path or change its permissions.',
  EROFS: 'that file system is read-only. Choose another path.',
  ENOENT: 'the folder does not exist. Create it first.',
  ENOTDIR: 'a part of the path is a file, not a folder.',
  EISDIR: 'that is a folder. Name a file.',
  ENOSPC: 'the disk is full. Free some space or choose another disk.',
  EDQUOT: 'your quota is used up. Free some space or choose another disk.',
  ENAMETOOLONG: 'the name is too long.',
  INCOMPLETE: 'its bytes ended early.',
};

/**
 * Writes the chunks to `path` and returns how many bytes they were. On any failure, on an aborted stream and when the
 * process ends, what was there before is untouched and nothing else is left. Throws WriteError.
 */
export async function writeAtomically(path: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const target = resolve(path);
  const partial = join(
    dirname(target),
    `.${basename(target).slice(0, 200)}.${randomBytes(4).toString('hex')}.part`,
  );
  const forget = onProcessEnd(() => rmSync(partial, { force: true }));
  try {
    await assertNoFolder(target);
    const file = await open(partial, 'wx');
    let bytes = 0;
    try {
      for await (const chunk of chunks) {
        for (let at = 0; at < chunk.byteLength;) at += (await file.write(chunk, at)).bytesWritten;
        bytes += chunk.byteLength;
      }
      // Some file systems (NFS, quotas) report a full disk only here.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, target);
    return bytes;
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw asWriteError(target, error);
  } finally {
    forget();
  }
}

/** Throws WriteError if `path` can't be written, so that a long job fails before it starts, not after. */
export async function assertWritable(path: string): Promise<void> {
  const target = resolve(path);
  try {
    await assertNoFolder(target);
    // A file is replaced by renaming, so what counts is its folder.
    if (!(await stat(dirname(target))).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    await access(dirname(target), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw asWriteError(target, error);
  }
}

async function assertNoFolder(target: string): Promise<void> {
  const present = await stat(target).catch(() => undefined);
  if (present?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
}

function asWriteError(path: string, error: unknown): WriteError {
  const system = (error as NodeJS.ErrnoException).code ?? 'INCOMPLETE';
  const code = system === 'ECONNRESET' || system === 'ERR_STREAM_PREMATURE_CLOSE' ? 'INCOMPLETE' : system;
  const reason = ADVICE[code] ?? (error instanceof Error ? error.message : String(error));
  return new WriteError(path, code, `Can't write ${path} (${code}): ${reason}`, { cause: error });
}
