import { describe, expect, test } from 'vitest';
import { loadTensors, floats } from '../tensors.ts';

describe('golden files', () => {
  test('tensors of the prior golden', async () => {
    const tensors = await loadTensors('nano/prior.safetensors');
    expect(tensors['out.trace']?.shape).toEqual([25, 1, 128]);
    expect(Math.hypot(...floats(tensors, 'out.content'))).toBeCloseTo(Math.sqrt(128), 4);
  });
  test('integers', async () => {
    const tensors = await loadTensors('nano/text_encoder.safetensors');
    expect(tensors['in.ids']?.data.slice(32, 35)).toEqual(Int32Array.from([1534, 1535, 1535]));
  });
});
