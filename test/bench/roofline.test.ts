import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { rooflineText } from '../../bench/roofline.ts';

test('ROOFLINE.md is what `npm run bench -- --roofline` writes for the kernels as they are', async () => {
  const file = await readFile(new URL('../../bench/ROOFLINE.md', import.meta.url), 'utf8');
  expect(await rooflineText()).toBe(file);
}, 60_000);
