import { fileURLToPath } from 'node:url';

/** Folder of the references' numbers, clips and hostile files: REFILM_SHARED, or `shared` beside the repository. */
export const SHARED = process.env['REFILM_SHARED'] ?? fileURLToPath(new URL('../../shared', import.meta.url));
