/**
 * The editor in a worker, so that the page stays free. The worker is a file of your own:
 *
 * ```ts
 * // worker.ts
 * import { serve } from 'refilm/worker';
 * serve();
 * ```
 *
 * ```ts
 * // page.ts
 * import { connect } from 'refilm/worker';
 * const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
 * const editor = await connect(worker, 'nano', { onProgress, signal });
 * const { video } = await editor.edit(file, { prompt: 'a golden robot walking on the moon', onProgress, signal });
 * editor.dispose();
 * worker.terminate();
 * ```
 *
 * @packageDocumentation
 */
export { connect, RemoteEditor } from './editor/worker/connect.ts';
export { WorkerLostError } from './editor/worker/errors.ts';
export { serve } from './editor/worker/serve.ts';
