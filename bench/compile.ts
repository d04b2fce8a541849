// First use: every pipeline that an edit with the bundled model needs, compiled at once on a device that has none.

import { Engine } from '../src/editor/model/engine.ts';
import { readModelFiles } from '../src/editor/model/model.ts';
import { warmUp } from '../src/editor/run/warm_up.ts';
import type { Gpu } from '../src/gpu/index.ts';
import { mappedFolder } from '../src/net/index.ts';
import { NANO_FILES } from '../weights/nano.js';

/** What compiling took. */
export interface CompileReport {
  readonly adapter: string;
  readonly pipelines: number;
  readonly seconds: number;
}

/** Compiles on `gpu`, which it disposes of; the weights are there before the clock starts. */
export async function measureCompile(gpu: Gpu): Promise<CompileReport> {
  const folder = mappedFolder('nano', (path) => NANO_FILES[path]?.href);
  const engine = await Engine.create(gpu, await readModelFiles(folder));
  try {
    const start = performance.now();
    warmUp(engine);
    await engine.compiled();
    const seconds = (performance.now() - start) / 1000;
    return { adapter: gpu.describe(), pipelines: gpu.pipelines.size, seconds };
  } finally {
    engine.dispose();
  }
}
