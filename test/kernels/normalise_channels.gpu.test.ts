import { expect } from 'vitest';
import { Recorder } from '../../src/gpu/index.ts';
import { normaliseChannels } from '../../src/kernels/normalise_channels.ts';
import { gpuTest } from '../gpu.ts';
import { sweep } from './case.ts';
import { normaliseChannelsCase } from './normalise_channels.case.ts';

sweep(normaliseChannelsCase);

gpuTest(
  'normalise_channels refuses other channels, zero deviations and windows beyond the image',
  async (gpu) => {
    const rec = new Recorder(gpu, 'refused');
    const x = rec.input('x', [1, 4, 6, 3], 'f32');
    const [mean, std] = [
      [0, 0, 0],
      [1, 1, 1],
    ];
    expect(() => normaliseChannels(rec, x, [0], std)).toThrow('got [1, 4, 6, 3], 1 and 3');
    expect(() => normaliseChannels(rec, x, mean, [1, 0, 1])).toThrow('std holds 0');
    expect(() => normaliseChannels(rec, x, mean, std, { centerCrop: [5, 4] })).toThrow(
      'no window [1, 5, 4, 3]',
    );
    expect(() => normaliseChannels(rec, x, mean, std, { centerCrop: [0, 4] })).toThrow('no window');
    return Promise.resolve();
  },
);
