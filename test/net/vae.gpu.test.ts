import { expect } from 'vitest';
import type { Gpu } from '../../src/gpu/index.ts';
import { AutoencoderKL, vaeAliases } from '../../src/net/vae.ts';
import { readAutoencoderKLConfig } from '../../src/net/vae_config.ts';
import { expectClose, relativeRms } from '../compare.ts';
import { gpuTest, hasF16 } from '../gpu.ts';
import { toNchw, toNhwc } from '../layout.ts';
import { loadTensors } from '../tensors.ts';
import { evaluate, loadNetwork } from './network.ts';

const GOLDENS = new URL('../goldens/', import.meta.url).pathname;
const NANO = new URL('../../weights/nano/vae/', import.meta.url).pathname;

const F32 = { atol: 2e-4, rtol: 2e-4 };
const F16_RMS = 2e-2;

function load(gpu: Gpu, folder: string, weights: string) {
  const files = { config: `${folder}/config.json`, weights: `${folder}/${weights}`, aliases: vaeAliases };
  return loadNetwork(
    gpu,
    files,
    (json, file, p) => new AutoencoderKL(readAutoencoderKLConfig(json, file), p),
  );
}

/** Compares both directions, and inner activations by module name where the golden has them. */
async function compare(
  gpu: Gpu,
  network: AutoencoderKL,
  golden: string,
  names: { readonly image: string; readonly latent: string; readonly decoded: string },
): Promise<void> {
  const io = await loadTensors(golden);
  const image = toNhwc(io[names.image]!);
  const latent = toNhwc(io[names.latent]!);
  const outputs = await evaluate(
    gpu,
    golden,
    { image: { ...image, dtype: gpu.precision }, latent: { ...latent, dtype: gpu.precision } },
    (rec, inputs) => ({
      ...network.posterior(rec, inputs['image']!),
      [names.decoded]: network.decode(rec, inputs['latent']!),
    }),
    (module) => `out.${module}` in io,
  );
  const wanted = Object.keys(io).filter((name) => name.startsWith('out.'));
  expect(
    Object.keys(outputs)
      .map((name) => `out.${name}`)
      .sort(),
  ).toEqual(wanted.sort());
  for (const [name, output] of Object.entries(outputs)) {
    const got = toNchw(output).data;
    const want = io[`out.${name}`]!.data;
    if (gpu.precision === 'f32') expectClose(got, want, { ...F32, label: name });
    else expect(relativeRms(got, want), name).toBeLessThan(F16_RMS);
  }
}

const CASE = { image: 'in.image', latent: 'in.latent', decoded: 'decoded' };

for (const precision of hasF16 ? (['f32', 'f16'] as const) : (['f32'] as const)) {
  for (const name of ['vae-kl', 'vae-kl-f16']) {
    gpuTest(
      `${name} ${precision}: posterior, decoded image, activations after conv_in, blocks and middle`,
      async (gpu) => {
        using loaded = await load(gpu, GOLDENS + name, 'model.safetensors');
        await compare(gpu, loaded.network, `${name}/io.safetensors`, CASE);
      },
      precision,
    );
  }

  gpuTest(
    `nano vae ${precision}: 8 frames of 128x128 to latents and back`,
    async (gpu) => {
      using loaded = await load(gpu, NANO, 'diffusion_pytorch_model.safetensors');
      const names = { image: 'in.x', latent: 'out.mean', decoded: 'x' };
      await compare(gpu, loaded.network, 'nano/vae.safetensors', names);
    },
    precision,
  );
}

gpuTest(
  'vae: refuses sides that are no multiple of its downscale, and latents of other channels',
  async (gpu) => {
    using loaded = await load(gpu, `${GOLDENS}vae-kl`, 'model.safetensors');
    const { network } = loaded;
    const shapes = { image: [1, 44, 64, 3], latent: [1, 6, 8, 3] };
    const evaluated = (which: 'image' | 'latent') =>
      evaluate(gpu, 'refused', { x: { shape: shapes[which], data: [] } }, (rec, { x }) => ({
        out: which === 'image' ? network.encode(rec, x!) : network.decode(rec, x!),
      }));
    await expect(evaluated('image')).rejects.toThrow(/multiples of 8, got \[1, 44, 64, 3\]/);
    await expect(evaluated('latent')).rejects.toThrow(/\[n, h, w, 4\], got \[1, 6, 8, 3\]/);
  },
);
