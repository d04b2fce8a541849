// The bundled model as a folder, for tests in node.

import { openAsBlob } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesFolder, type ModelFolder } from '../src/net/folder.ts';

/** Path of the bundled model. */
export const NANO = fileURLToPath(new URL('../weights/nano', import.meta.url));

/** A pipeline folder on disk; nothing is read before it is asked for. */
export async function diskFolder(root: string = NANO): Promise<ModelFolder> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.md'));
  return filesFolder(
    await Promise.all(
      files.map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        return new File([await openAsBlob(path)], relative(root, path).split(sep).join('/'));
      }),
    ),
    root,
  );
}
