import { startVitest } from 'vitest/node';

/** `test [--lane unit|gpu|e2e|full]… [file filters]`: vitest, in the environment that Dawn needs. */
export async function main(argv: string[]): Promise<number> {
  const lanes: string[] = [];
  const filters: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    if (argv[i] === '--lane') lanes.push(argv[++i] ?? '');
    else filters.push(argv[i]!);
  }
  const project = lanes.length > 0 ? lanes : ['unit', 'gpu', 'e2e'];
  const vitest = await startVitest('test', filters, { run: true, watch: false, project });
  await vitest.close();
  return process.exitCode === undefined ? 0 : Number(process.exitCode);
}
