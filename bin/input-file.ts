// Files and folders that a command is to read.
import { access, constants, stat } from 'node:fs/promises';

/** Why the file itself can't be read; `code` is the system's. */
export class InputError extends Error {
  override readonly name = 'InputError';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Throws InputError unless `file` is a file that may be read. */
export async function assertReadable(file: string): Promise<void> {
  const info = await stat(file).catch(() => undefined);
  if (!info) throw new InputError('ENOENT', `There is no file ${file}. Check the path.`);
  if (!info.isFile()) throw new InputError('EISDIR', `${file} is not a file. Name a video file.`);
  await access(file, constants.R_OK).catch(() => {
    throw new InputError('EACCES', `You may not read ${file}. Change its permissions.`);
  });
}

/** Throws InputError unless `folder` is a folder. */
export async function assertFolder(folder: string): Promise<void> {
  const info = await stat(folder).catch(() => undefined);
  if (!info) throw new InputError('ENOENT', `There is no folder ${folder}. Check the path.`);
  if (!info.isDirectory())
    throw new InputError('ENOTDIR', `${folder} is not a folder. Name a folder of cases.`);
}
