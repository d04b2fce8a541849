import { expect, test } from 'vitest';
import { DEFAULTS } from '../../demo/state/settings.ts';
import { missingWeights } from '../../demo/state/take.ts';

test('a take of fine-tuned weights says which it has lost, instead of running as another', () => {
  const customized = { ...DEFAULTS, mode: 'customize' } as const;
  const unet = new File(['weights'], 'tuned.safetensors');
  expect(missingWeights({ settings: DEFAULTS, files: {} })).toBeUndefined();
  expect(missingWeights({ settings: customized, files: { unet, unetName: unet.name } })).toBeUndefined();
  expect(missingWeights({ settings: customized, files: { unetName: unet.name } })).toMatch(
    /weights tuned\.safetensors, which this page has no more: choose them again/,
  );
  expect(missingWeights({ settings: customized, files: {} })).toMatch(/weights of a file, which/);
});
