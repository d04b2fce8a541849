import { expect, test } from 'vitest';
import { runCommand } from './command.ts';

test('bench --compile compiles what an edit needs and says how much that is', async () => {
  const { code, stdout, stderr } = await runCommand(['bench', '--software', '--compile']);
  expect(code, stderr).toBe(0);
  const [, pipelines] = /^(\d+) pipelines in [\d.]+ s on /m.exec(stdout) ?? [];
  expect(Number(pipelines)).toBeGreaterThan(30);
});
