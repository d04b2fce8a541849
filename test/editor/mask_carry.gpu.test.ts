import { expect } from 'vitest';
import { createGpu } from '../../bin/dawn.ts';
import { Engine } from '../../src/editor/model/engine.ts';
import { carryMasks } from '../../src/editor/mask/carry.ts';
import { readModelFiles } from '../../src/editor/model/model.ts';
import { gpuTest } from '../gpu.ts';
import { diskFolder } from '../nano.ts';
import { movingSubject, overlap } from './moving_subject.ts';

gpuTest(
  'a painted mask follows a subject that moves, turns and grows, forwards, backwards and between',
  async () => {
    const engine = await Engine.create(
      await createGpu({ precision: 'f32' }),
      await readModelFiles(await diskFolder()),
    );
    try {
      const size = { width: 128, height: 96 };
      const { source, masks } = movingSubject(16, size.width, size.height);
      const carried = async (...frames: number[]) => {
        const painted = frames.map((frame) => ({ time: 0.04 * frame, mask: masks[frame]! }));
        const session = { run: <T>(stage: (engine: Engine) => Promise<T>) => stage(engine) };
        const found = await carryMasks({ session, source, size, painted });
        return found.map(({ mask }, i) => overlap(mask, masks[i]!));
      };
      // Measured: 0.884, 0.873 and 0.986 at worst.
      for (const share of await carried(0)) expect(share).toBeGreaterThan(0.86);
      for (const share of await carried(15)) expect(share).toBeGreaterThan(0.85);
      for (const share of await carried(0, 15)) expect(share).toBeGreaterThan(0.97);
    } finally {
      engine.dispose();
    }
  },
);
