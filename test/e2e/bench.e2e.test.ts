import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BenchReport } from '../../bench/measure.ts';
import { GROUP_NORM_VARIANTS } from '../../src/kernels/index.ts';
import { runCommand, withFolder } from './command.ts';

test('bench times every variant of a kernel in the browser, prints a table and writes a report', async () => {
  await withFolder(async (folder) => {
    const out = join(folder, 'report.json');
    const args = ['bench', '--software', '--kernel', 'group_norm', '--shape', '0', '--samples', '1'];
    const { code, stdout, stderr } = await runCommand([...args, '-o', out]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^group_norm +plain +[\d.]+ ms +[\d.]+ GFLOP\/s +[\d.]+ GB\/s +\d+ % {2}frames=16,height=8/m,
    );
    const { adapter, ceilings, rows } = JSON.parse(await readFile(out, 'utf8')) as BenchReport;
    expect(adapter).toMatch(/swiftshader/i);
    expect(rows.map(({ kernel, variant }) => `${kernel} ${variant}`)).toEqual(
      GROUP_NORM_VARIANTS.map((variant) => `group_norm ${variant}`),
    );
    // Under the roofs of ceiling_copy.wgsl and ceiling_fma.wgsl.
    for (const { ms, gflops, gbps, share } of rows) {
      expect(ms).toBeGreaterThan(0);
      expect(share).toBeCloseTo(Math.max(gflops / ceilings.gflops, gbps / ceilings.gbps));
    }
  });
});

test('bench refuses a kernel that it does not time, and says which it does', async () => {
  const { code, stderr } = await runCommand(['bench', '--software', '--kernel', 'nothing']);
  expect(code).toBe(1);
  expect(stderr).toContain('nothing to time for nothing');
  expect(stderr).toMatch(/conv2d \(0 to \d+\)/);
});
