// What the bundled model's edit allocates, on a device that computes nothing: weights, planned activations, states.
import { expect, test } from 'vitest';
import { paperGpu } from '../../bench/listing.ts';
import { Engine } from '../../src/editor/model/engine.ts';
import { readModelFiles } from '../../src/editor/model/model.ts';
import { recordEdit } from '../../src/editor/run/plan_edit.ts';
import { diskFolder } from '../nano.ts';

test.each(['software', 'hardware'] as const)(
  'an edit for %s allocates at most 1.15 times its weights and the least that activations need',
  async (variants) => {
    const gpu = await paperGpu({ precision: 'f32', variants });
    const engine = await Engine.create(gpu, await readModelFiles(await diskFolder()));
    try {
      const { defaults } = engine.model.files;
      const working = { width: defaults.size, height: defaults.size };
      const output = { width: 480, height: 480 };
      recordEdit(engine, defaults, { working, output, windowFrames: defaults.frames });
      const { weightBytes, leastActivationBytes, activationBytes, stateBytes } = engine.memory();
      expect(weightBytes + activationBytes + stateBytes).toBe(gpu.allocatedBytes);
      expect(gpu.peakBytes).toBeLessThanOrEqual(1.15 * (weightBytes + leastActivationBytes));
    } finally {
      engine.dispose();
    }
  },
  60_000,
);
