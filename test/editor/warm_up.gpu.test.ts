import { expect } from 'vitest';
import { createGpu } from '../../bin/dawn.ts';
import { Engine } from '../../src/editor/model/engine.ts';
import { finishProgram } from '../../src/editor/draw/finish.ts';
import { readModelFiles } from '../../src/editor/model/model.ts';
import { warmUp } from '../../src/editor/run/warm_up.ts';
import { gpuTest } from '../gpu.ts';
import { diskFolder } from '../nano.ts';

gpuTest('kernels of the guided upsampling are compiled ahead where they are asked for', async () => {
  const gpu = await createGpu({ precision: 'f32' });
  const engine = await Engine.create(gpu, await readModelFiles(await diskFolder()));
  try {
    const { size } = gpu.pipelines;
    warmUp(engine);
    const plain = gpu.pipelines.size;
    expect(plain).toBeGreaterThan(size);
    warmUp(engine, 'guided');
    const guided = gpu.pipelines.size;
    expect(guided).toBeGreaterThan(plain);
    const [working, output] = [
      { width: 96, height: 64 },
      { width: 320, height: 192 },
    ];
    await finishProgram(engine, working, output, { guided: true, paste: undefined }).ready;
    expect(gpu.pipelines.size).toBe(guided);
    await engine.compiled();
  } finally {
    engine.dispose();
  }
});
