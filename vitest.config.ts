import { defineConfig } from 'vitest/config';

/**
 * Four lanes. `unit` needs nothing but node; `gpu` runs kernels and networks on Dawn for node (started by
 * `bin/refilm.mjs`, which points the Vulkan loader at an adapter); `e2e` drives a real Chromium; `full` needs the
 * shared folder or long.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{gpu,e2e,full}.test.ts'],
          isolate: false, // modules are loaded once for all files: a third of the time
        },
      },
      {
        test: {
          name: 'gpu',
          include: ['test/**/*.gpu.test.ts'],
          pool: 'forks',
          fileParallelism: true,
          testTimeout: 600_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'full',
          include: ['test/**/*.full.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 120_000,
        },
      },
    ],
    maxWorkers: 2,
  },
});
