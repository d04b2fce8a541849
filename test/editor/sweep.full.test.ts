// What ω_t and t_s do, on the samples: the directions that the reference's own sweep shows with a margin.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SHARED } from '../../bin/shared.ts';
import { SAMPLES, samplePath } from '../codec/fixtures.ts';
import { runCommand } from '../e2e/command.ts';

const REFERENCE = join(SHARED, 'weights', 'nano', 'evaluate.json');

/** Measures by the names of both tables. Changes below the margin are not the weights' doing. */
const MEASURES = { frame: 'frame_consistency', depth_corr: 'depth_correlation' } as const;
const MARGIN = 0.008;

type Reference = Record<'ts' | 'wt' | keyof typeof MEASURES, number>;

test(
  'frame consistency and depth move with ω_t and t_s as in the reference',
  { timeout: 1_200_000 },
  async () => {
    if (!existsSync(REFERENCE))
      throw new Error(`${REFERENCE} is missing: set REFILM_SHARED to the shared folder.`);
    const reference = JSON.parse(await readFile(REFERENCE, 'utf8')) as Reference[];
    const small = ['--steps', '6', '--duration', '1.9', '--fps', '4', '--software'];
    /** The mean over the samples of each measure at the points that a sweep names. */
    const sweep = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCommand([
        ...['evaluate', ...SAMPLES.map(samplePath), ...small, ...args],
      ]);
      expect(code, stderr).toBe(0);
      const [names = [], ...rows] = stdout
        .trim()
        .split('\r\n')
        .map((line) => line.split(','));
      return (wt: number, ts: number, measure: keyof typeof MEASURES): number => {
        const at = rows.filter(
          (row) =>
            Number(row[names.indexOf('temporal')]) === wt && Number(row[names.indexOf('structure')]) === ts,
        );
        expect(at).toHaveLength(SAMPLES.length);
        return at.reduce((sum, row) => sum + Number(row[names.indexOf(MEASURES[measure])]), 0) / at.length;
      };
    };
    const expected = (wt: number, ts: number, measure: keyof typeof MEASURES): number =>
      reference.find((point) => point.wt === wt && point.ts === ts)![measure];

    const steadier = expected(1.5, 0, 'frame') - expected(0.5, 0, 'frame');
    expect(steadier).toBeGreaterThan(MARGIN);
    const temporal = await sweep('--sweep-temporal', '0.5,1.5', '--structure', '0');
    expect(temporal(1.5, 0, 'frame')).toBeGreaterThan(temporal(0.5, 0, 'frame'));

    const looser = expected(1, 0, 'depth_corr') - expected(1, 7, 'depth_corr');
    expect(looser).toBeGreaterThan(MARGIN);
    const structure = await sweep('--sweep-structure', '0,7', '--temporal', '1');
    expect(structure(1, 7, 'depth_corr')).toBeLessThan(structure(1, 0, 'depth_corr'));
    expect(expected(1, 7, 'frame') - expected(1, 0, 'frame')).toBeGreaterThan(MARGIN);
    expect(structure(1, 7, 'frame')).toBeGreaterThan(structure(1, 0, 'frame'));
  },
);
