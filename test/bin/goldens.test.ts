import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { main } from '../../bin/goldens.ts';
import { findCases } from '../../bin/goldens/cases.ts';
import { EXACT, judge } from '../../bin/goldens/check.ts';
import { compare } from '../../bin/goldens/network.ts';
import { RUNNERS } from '../../bin/goldens/registry.ts';

const GOLDENS = fileURLToPath(new URL('../goldens', import.meta.url));
const NANO = fileURLToPath(new URL('../../weights/nano', import.meta.url));

afterEach(() => void vi.restoreAllMocks());

/** Exit code and lines of one call. */
async function run(...argv: string[]): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  return { code: await main(argv), lines };
}

test('cases of both layouts, with the class that each needs and where its network lies', async () => {
  const cases = new Map((await findCases(GOLDENS)).map((golden) => [golden.name, golden]));
  const classes = (...names: string[]) => names.map((name) => cases.get(name)?.className);
  expect(classes('vae-kl', 'clip-text-sd15', 'dpt-large', 'tokenizer', 'schedulers/ddim-sd15')).toEqual([
    'AutoencoderKL',
    'clip_text_model',
    'DPTForDepthEstimation',
    'tokenizer',
    'DDIMScheduler',
  ]);
  expect(classes('nano/unet', 'nano/unet_6x10x3', 'nano/structure', 'nano/edit_160x96')).toEqual([
    'Gen1UNet3DConditionModel',
    'Gen1UNet3DConditionModel',
    'structure',
    'edit',
  ]);
  expect(cases.get('nano/depth_estimator_160x96')?.model).toBe(join(NANO, 'depth_estimator'));
  expect(cases.get('vae-kl')?.model).toBe(join(GOLDENS, 'vae-kl'));
  for (const { name, className } of cases.values()) {
    if (name.startsWith('nano/')) expect(RUNNERS.has(className), name).toBe(true);
  }
});

test("one case folder; a bundle's goldens beside its own modules", async () => {
  expect(await findCases(join(GOLDENS, 'vae-kl'))).toMatchObject([
    { name: 'vae-kl', className: 'AutoencoderKL' },
  ]);
  const root = await mkdtemp(join(tmpdir(), 'refilm-goldens-'));
  try {
    await mkdir(join(root, 'goldens'));
    await mkdir(join(root, 'vae'));
    await cp(join(GOLDENS, 'nano', 'vae.json'), join(root, 'goldens', 'vae.json'));
    await writeFile(join(root, 'goldens', 'vae.safetensors'), '');
    await writeFile(join(root, 'vae', 'config.json'), '{"_class_name": "Other"}');
    const found = await findCases(join(root, 'goldens'));
    expect(found).toMatchObject([{ name: 'vae', className: 'Other', model: join(root, 'vae') }]);
    await expect(findCases(join(root, 'vae'))).rejects.toThrow('holds no golden case');
  } finally {
    await rm(root, { recursive: true });
  }
});

test('a case that needs no device passes', async () => {
  const { code, lines } = await run(GOLDENS, '--only', 'tokenizer');
  expect(code).toBe(0);
  expect(lines.at(-1)).toBe('1 of 1 cases passed, 0 failed');
});

test('a class that the engine does not know is named and fails the command', async () => {
  const { code, lines } = await run(GOLDENS, '--only', 'lcm-sd15-8');
  expect(code).toBe(1);
  expect(lines).toContain("  FAILED: the engine does not know the class 'LCMScheduler'");
  expect(lines.at(-1)).toBe('0 of 1 cases passed, 1 failed: schedulers/lcm-sd15-8');
});

test('wrong calls', async () => {
  expect((await run()).code).toBe(2);
  expect((await run(GOLDENS, '--precision', 'f8')).code).toBe(2);
  await expect(main([GOLDENS, '--only', 'no such case'])).rejects.toThrow("has 'no such case' in its path");
  await expect(main([join(GOLDENS, 'absent')])).rejects.toThrow(/no folder .*absent/);
});

test('judgement by element, by relative RMS, by PSNR', () => {
  const check = { output: 'x', want: [1, -2], got: [1, -2.0005] };
  expect(judge(check, 'f32').line).toMatch('5.00e-4 of 6.00e-4 at 1 (83.3 %)');
  expect(judge(check, 'f32').failed).toBe(false);
  expect(judge({ ...check, got: [1, -2.001] }, 'f32').failed).toBe(true);
  expect(judge({ ...check, got: [1, -2.001] }, 'f16').failed).toBe(false);
  expect(judge({ ...check, got: [1.1, -2] }, 'f16')).toMatchObject({ failed: true });
  expect(judge({ ...check, bounds: EXACT }, 'f16').line).toMatch(/1 of 2 equal {2}FAILED$/);
  expect(judge({ ...check, bounds: { psnr: 60 } }, 'f32').failed).toBe(false);
  expect(judge({ ...check, bounds: { psnr: 90 } }, 'f32').failed).toBe(true);
  expect(judge({ ...check, got: [1] }, 'f32').line).toMatch('FAILED: 1 elements, expected 2');
  expect(judge({ ...check, got: undefined }, 'f32')).toMatchObject({ failed: false });
  for (const bounds of [{ atol: 1, rtol: 1 }, { relativeRms: 1 }, { psnr: 1 }]) {
    expect(judge({ ...check, got: [1, NaN], bounds }, 'f32').failed).toBe(true);
  }
});

test('inner activations may be missing, outputs may not', () => {
  const one = { shape: [1], data: Float32Array.of(1) };
  expect(compare({ 'out.encoder.conv_in': one, 'in.x': one }, {})).toMatchObject([{ got: undefined }]);
  expect(() => compare({ 'out.mean': one }, {})).toThrow("the engine gives no 'mean'");
});
