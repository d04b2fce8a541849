import { expect } from 'vitest';
import { createGpu } from '../../bin/dawn.ts';
import { VideoDenoiser } from '../../src/editor/denoise/denoiser.ts';
import { Engine } from '../../src/editor/model/engine.ts';
import { readModelFiles } from '../../src/editor/model/model.ts';
import { joined } from '../../src/editor/draw/latents.ts';
import { ddimSteps, gen1Guidance, sample } from '../../src/sampler/index.ts';
import { expectClose, relativeRms } from '../compare.ts';
import { gpuTest } from '../gpu.ts';
import { diskFolder } from '../nano.ts';
import { randomArray } from '../random.ts';

gpuTest(
  'outside the mask the latents end as the source’s own, inside they are made; held frames stay',
  async () => {
    const engine = await Engine.create(
      await createGpu({ precision: 'f32' }),
      await readModelFiles(await diskFolder()),
    );
    try {
      const { schedule } = engine.model.files;
      const evaluations = gen1Guidance(5, 1);
      const denoiser = VideoDenoiser.of(engine, {
        ...{ frames: 8, size: { width: 64, height: 64 }, structure: 0, evaluations },
      });
      const [frames = 0, height = 0, width = 0, channels = 0] = denoiser.latents.shape;
      const count = frames * height * width * channels;
      const frame = count / frames;
      const source = randomArray(count, 1);
      const structure = randomArray(frames * height * width * engine.model.unet.config.structureChannels, 2);
      const noise = randomArray(count, 3);
      // The left half may change, of its second column a quarter.
      const share = [1, 0.25, 0, 0];
      const mask = Float32Array.from({ length: frames * height * width }, (_, i) => share[i % width]!);
      await denoiser.setContent(randomArray(engine.model.unet.config.contentDim, 4));
      const made = async (held: Float32Array, region: boolean) => {
        await denoiser.start({ noise, structure, held, ...(region && { region: { source, mask } }) });
        await sample(denoiser, denoiser.latents, { steps: ddimSteps(schedule, { steps: 2 }), evaluations });
        return denoiser.read();
      };
      const free = await made(new Float32Array(), false);
      const bound = await made(new Float32Array(), true);
      const column = (latents: Float32Array, x: number) =>
        latents.filter((_, i) => Math.floor(i / channels) % width === x);
      for (const x of [2, 3]) {
        expectClose(column(bound, x), column(source, x), { atol: 1e-5, rtol: 1e-5, label: `column ${x}` });
      }
      expect(relativeRms(column(bound, 0), column(source, 0))).toBeGreaterThan(0.5);
      expect(relativeRms(column(bound, 0), column(free, 0))).toBeGreaterThan(0.01);
      const quarter = relativeRms(column(bound, 1), column(source, 1));
      expect(quarter).toBeGreaterThan(0.05);
      expect(quarter).toBeLessThan(relativeRms(column(bound, 0), column(source, 0)));

      // Frames that an earlier window has finished stay as they are, also where the mask is between 0 and 1.
      const held = joined([bound.slice(frame * 6, frame * 7), bound.slice(frame * 7)]);
      const next = await made(held, true);
      expectClose(next.slice(0, 2 * frame), held, { atol: 1e-5, rtol: 1e-5, label: 'held' });
      expectClose(column(next, 2).slice((2 * frame) / width), column(source, 2).slice((2 * frame) / width), {
        atol: 1e-5,
        rtol: 1e-5,
        label: 'next',
      });
    } finally {
      engine.dispose();
    }
  },
);
