import { expect } from 'vitest';
import { dawn } from '../../bin/dawn.ts';
import type { Engine } from '../../src/editor/model/engine.ts';
import { readModelFiles } from '../../src/editor/model/model.ts';
import { Session } from '../../src/editor/model/session.ts';
import { structureStepChannels } from '../../src/net/unet.ts';
import { blobSource, bytesSource } from '../../src/net/source.ts';
import { gpuTest } from '../gpu.ts';
import { diskFolder } from '../nano.ts';
import { type Entry, soundFile } from '../net/fixtures.ts';
import { randomArray } from '../random.ts';

/** Numbers as bfloat16, rounded towards zero. */
const bf16 = (shape: number[], values: Float32Array): Entry => {
  const bits = new Uint16Array(values.buffer).filter((_, i) => i % 2 === 1);
  return { dtype: 'BF16', shape, bytes: new Uint8Array(bits.buffer) };
};

const BIAS: Entry = { dtype: 'F32', shape: [24], bytes: new Uint8Array(randomArray(24, 5).buffer) };
const TUNED = {
  'conv_out.weight': bf16(
    [24, 64, 3, 3],
    randomArray(24 * 64 * 9, 4).map((x) => x / 16),
  ),
  'conv_out.bias': BIAS,
};

/** What the UNet makes of two small frames. */
async function evaluate(engine: Engine): Promise<Float32Array> {
  const { unet } = engine.model;
  const { config } = unet;
  const shape = [2, 2, 4];
  const contents = engine.program('contents', (rec) => {
    const content = rec.input('content', [1, config.contentDim], rec.precision);
    const map = (channels: number) => [...shape, channels];
    const inputs = {
      z: rec.input('z', map(config.latentChannels), 'f32'),
      structure: rec.input('structure', map(config.structureChannels), 'f32'),
      structureStep: rec.input('step', map(config.structureStepChannels), 'f32'),
      timestep: rec.input('timestep', [1], 'f32'),
      keyValues: unet.recordContent(rec, content),
    };
    rec.output('prediction', unet.record(rec, { ...inputs, contents: 1, video: true }));
  });
  contents.write('content', randomArray(config.contentDim, 1));
  contents.write('z', randomArray(16 * config.latentChannels, 2));
  contents.write('structure', randomArray(16 * config.structureChannels, 3));
  contents.write('step', structureStepChannels(config, 2, 16));
  contents.write('timestep', [500]);
  await contents.run();
  return (await contents.read('prediction')) as Float32Array;
}

gpuTest(
  'fine-tuned weights are laid over, survive faulty files and a lost device, and come off',
  async () => {
    const files = await readModelFiles(await diskFolder());
    const session = await Session.open(files, { gpu: dawn(), precision: 'f32' });
    try {
      const own = await session.run(evaluate);
      session.release();
      const bytes = session.engine.gpu.allocatedBytes;
      const told: string[] = [];
      const onProgress = (event: { phase: string }) => void told.push(event.phase);
      await session.customize(blobSource(new Blob([soundFile(TUNED)])), { onProgress });
      expect(new Set(told)).toEqual(new Set(['download']));
      const tuned = await session.run(evaluate);
      expect(tuned).not.toEqual(own);
      // Only the last layer is another one: its bias and more, but finite as before.
      expect(tuned.every(Number.isFinite)).toBe(true);

      const file = (entries: Record<string, Entry>) => bytesSource(soundFile(entries), 'tuned');
      const refused = (source: Parameters<typeof session.customize>[0]) =>
        session.customize(source).catch(String);
      expect(await refused(bytesSource(soundFile(TUNED).slice(0, -100), 'tuned'))).toMatch(
        /^WeightsError: tuned.* expected .* got /,
      );
      expect(await refused(file({ ...TUNED, 'lora_A.weight': BIAS }))).toMatch(
        /^WeightsError: tuned, tensor 'lora_A\.weight': expected only tensors of unet\//,
      );
      expect(await refused(file({ 'conv_in.bias': BIAS }))).toBe(
        "WeightsError: tuned, tensor 'conv_in.bias': expected shape [64], got [24].",
      );
      const abort = new AbortController();
      const aborted = session.customize(undefined, {
        signal: abort.signal,
        onProgress: () => abort.abort(new Error('enough')),
      });
      await expect(aborted).rejects.toThrow('enough');
      expect(session.engine.gpu.allocatedBytes).toBe(bytes);
      expect(await session.run(evaluate)).toEqual(tuned);

      const { engine } = session;
      engine.gpu.device.destroy();
      await engine.gpu.failed.catch(() => undefined);
      expect(await session.run(evaluate)).toEqual(tuned);
      expect(session.engine).not.toBe(engine);
      await session.customize(undefined);
      expect(await session.run(evaluate)).toEqual(own);
      session.release();
      expect(session.engine.gpu.allocatedBytes).toBe(bytes);
    } finally {
      session.dispose();
    }
  },
);
