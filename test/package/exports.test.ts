// Every exported name has a doc comment, and importing the sources touches nothing: no window, no device, no file.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ENTRIES = [
  'index',
  'worker',
  ...['gpu', 'kernels', 'net', 'sampler', 'codec', 'editor'].map((layer) => `${layer}/index`),
];

test('every exported name has a doc comment', { timeout: 60_000 }, () => {
  const config = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const files = ENTRIES.map((entry) => `${ROOT}src/${entry}.ts`);
  const program = ts.createProgram([...files, `${ROOT}src/wgsl.d.ts`], options);
  const checker = program.getTypeChecker();
  const undocumented = new Set<string>();
  for (const file of files) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file)!);
    for (const exported of checker.getExportsOfModule(module!)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (symbol.getDocumentationComment(checker).length === 0) {
        undocumented.add(`${exported.name} of ${file.slice(ROOT.length)}`);
      }
    }
  }
  expect([...undocumented]).toEqual([]);
});

test('importing every entry in node leaves the global object as it was', { timeout: 60_000 }, async () => {
  const script = `
    import { createServer, createServerModuleRunner } from 'vite';
    const server = await createServer({ root: process.cwd(), configFile: false, logLevel: 'error', appType: 'custom',
      oxc: { target: 'node20' }, server: { middlewareMode: true, hmr: false, ws: false, watch: null },
      optimizeDeps: { noDiscovery: true, include: [] } });
    const runner = createServerModuleRunner(server.environments.ssr, { hmr: false });
    const before = Reflect.ownKeys(globalThis).length;
    const counts = {};
    for (const entry of ${JSON.stringify(ENTRIES)}) counts[entry] = Object.keys(await runner.import('/src/' + entry + '.ts')).length;
    console.log(JSON.stringify({ added: Reflect.ownKeys(globalThis).length - before, counts }));
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
  });
  const { added, counts } = JSON.parse(stdout) as { added: number; counts: Record<string, number> };
  expect(added).toBe(0);
  for (const entry of ENTRIES) expect(counts[entry], entry).toBeGreaterThan(0);
});
