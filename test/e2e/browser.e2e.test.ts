import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { launchBrowser } from '../../bin/browser.ts';
import { BrowserCrashedError, watchForCrash } from '../../bin/crash.ts';
import type * as errorsModule from '../../src/gpu/errors.ts';
import { withPage } from '../browser.ts';

const linux = process.platform === 'linux';

describe('the launched browser', () => {
  test('has a WebGPU adapter that computes', async () => {
    const doubled = await withPage((page) =>
      page.evaluate(async () => {
        const adapter = await navigator.gpu.requestAdapter();
        const device = await adapter!.requestDevice();
        const module = device.createShaderModule({
          code: `@group(0) @binding(0) var<storage, read_write> data: array<f32>;
            @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) { data[id.x] *= 2.0; }`,
        });
        const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
        const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
        const data = device.createBuffer({ size: 16, usage: STORAGE | COPY_SRC | COPY_DST });
        const result = device.createBuffer({ size: 16, usage: MAP_READ | COPY_DST });
        device.queue.writeBuffer(data, 0, new Float32Array([1, 2, 3, 4]));
        const bindings = device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries: [{ binding: 0, resource: { buffer: data } }],
        });
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindings);
        pass.dispatchWorkgroups(1);
        pass.end();
        encoder.copyBufferToBuffer(data, 0, result, 0, 16);
        device.queue.submit([encoder.finish()]);
        await result.mapAsync(GPUMapMode.READ);
        const values = [...new Float32Array(result.getMappedRange())];
        device.destroy();
        return values;
      }),
    );
    expect(doubled).toEqual([2, 4, 6, 8]);
  });

  test('decodes and encodes H.264', async () => {
    const supported = await withPage((page) =>
      page.evaluate(async () => {
        const codec = 'avc1.42001f';
        const decoder = await VideoDecoder.isConfigSupported({ codec });
        const encoder = await VideoEncoder.isConfigSupported({ codec, width: 640, height: 360 });
        return [decoder.supported, encoder.supported];
      }),
    );
    expect(supported).toEqual([true, true]);
  });

  test('leaves neither processes nor a profile behind', async () => {
    const running = await launchBrowser({ adapter: 'software' });
    const group = running.browser.process()!.pid!;
    const profile = running.browser
      .process()!
      .spawnargs.find((argument) => argument.startsWith('--user-data-dir='))!;
    if (linux) expect(liveProcesses(group)).not.toEqual([]);
    await running.close();
    await running.close();
    if (linux) expect(liveProcesses(group)).toEqual([]);
    expect(existsSync(profile.slice('--user-data-dir='.length))).toBe(false);
  });

  test.runIf(linux).each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'does not outlive a %s',
    async (signal) => {
      const host = fileURLToPath(new URL('../../bin/host.mjs', import.meta.url));
      const folder = await mkdtemp(join(tmpdir(), 'refilm-hold-'));
      const holder = spawn(process.execPath, [host, '../test/e2e/hold-browser.ts'], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, TMPDIR: folder },
      });
      const [line] = (await once(holder.stdout, 'data', { signal: AbortSignal.timeout(20_000) })) as [Buffer];
      const group = Number(line.toString());
      expect(liveProcesses(group)).not.toEqual([]);
      holder.kill(signal);
      await once(holder, 'exit');
      await expect.poll(() => liveProcesses(group), { timeout: 5_000 }).toEqual([]);
      // Nobody is left to remove the profile after a SIGKILL.
      if (signal !== 'SIGKILL') expect(readdirSync(folder)).toEqual([]);
      await rm(folder, { recursive: true });
    },
  );

  test('rejects pending work when it dies', async () => {
    await using running = await launchBrowser({ adapter: 'software' });
    const page = await running.browser.newPage();
    const pending = watchForCrash(
      running.browser,
      page,
      page.evaluate(() => new Promise<never>(() => {})),
    );
    running.browser.process()!.kill('SIGKILL');
    await expect(pending).rejects.toBeInstanceOf(BrowserCrashedError);
  });

  test.runIf(linux)('tells the page when its GPU process dies, and has an adapter again', async () => {
    const after = await withPage(async (page, { running }) => {
      await page.evaluate(async () => {
        const adapter = await navigator.gpu.requestAdapter();
        const device = await adapter!.requestDevice();
        Object.assign(window, { lost: device.lost.then(({ reason }) => reason) });
      });
      const [gpuProcess] = liveProcesses(running.browser.process()!.pid!).filter((pid) =>
        readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--type=gpu-process'),
      );
      process.kill(gpuProcess!, 'SIGKILL');
      return page.evaluate(async () => {
        const reason = await (window as unknown as { lost: Promise<string> }).lost;
        const adapter = await navigator.gpu.requestAdapter();
        return [reason, adapter?.info.architecture];
      });
    });
    expect(after).toEqual(['unknown', 'swiftshader']);
  });

  test('rejects pending work when its page crashes', async () => {
    await using running = await launchBrowser({ adapter: 'software' });
    const page = await running.browser.newPage();
    const pending = watchForCrash(
      running.browser,
      page,
      page.evaluate(() => new Promise<never>(() => {})),
    );
    void page.goto('chrome://crash').catch(() => undefined);
    await expect(pending).rejects.toBeInstanceOf(BrowserCrashedError);
  });
});

describe('withPage', () => {
  test('loads modules of the repository and serves clips by range', async () => {
    const answer = await withPage(async (page, { load, origin }) => {
      const errors = await load<typeof errorsModule>('src/gpu/errors.ts');
      return page.evaluate(
        async (module, url) => {
          const part = await fetch(url, { headers: { range: 'bytes=4-7' } });
          return [new module.UnsupportedError(['no']).name, part.status, await part.text()];
        },
        errors,
        `${origin}/samples/runner.mp4`,
      );
    });
    expect(answer).toEqual(['UnsupportedError', 206, 'ftyp']);
  });

  test.each([
    ['a console error', () => console.error('boo')],
    ['an uncaught error', () => void Promise.reject(new Error('late'))],
    ['a missing file', () => fetch('/missing.ts')],
    [
      'a WebGPU validation error',
      async () => {
        const adapter = await navigator.gpu.requestAdapter();
        const device = await adapter!.requestDevice();
        device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE });
        await device.queue.onSubmittedWorkDone();
      },
    ],
  ])('fails on %s', async (_name, fault: () => unknown) => {
    const run = withPage(async (page) => {
      await page.evaluate(fault);
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    });
    await expect(run).rejects.toThrow('The page reported');
  });
});

/** Processes of a group that still run; a zombie is only waiting for its parent to ask. */
function liveProcesses(group: number): number[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.map(Number).filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(processGroup) === group && state !== 'Z';
    } catch {
      return false; // it ended between the two looks
    }
  });
}
