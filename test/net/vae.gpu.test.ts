import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Gpu } from '../../src/gpu/index.ts';
import { AutoencoderKL, vaeAliases } from '../../src/net/vae.ts';
import { readAutoencoderKLConfig } from '../../src/net/vae_config.ts';
import { gpuTest } from '../gpu.ts';
import { toNhwc } from '../layout.ts';
import { loadTensors } from '../tensors.ts';
import { expectGolden, PRECISIONS } from './golden.ts';
import { evaluate, loadNetwork, type Loaded, type NetworkFiles } from './network.ts';

const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));

const goldenFiles = (name: string): NetworkFiles => ({
  config: path(`test/goldens/${name}/config.json`),
  weights: path(`test/goldens/${name}/model.safetensors`),
});

const NANO: NetworkFiles = {
  config: path('weights/nano/vae/config.json'),
  weights: path('weights/nano/vae/diffusion_pytorch_model.safetensors'),
};

function load(gpu: Gpu, files: NetworkFiles): Promise<Loaded<AutoencoderKL>> {
  return loadNetwork(gpu, { ...files, aliases: vaeAliases }, (json, file, parameters) => {
    return new AutoencoderKL(readAutoencoderKLConfig(json, file), parameters);
  });
}

/** Compares both directions, and all inner activations that the golden has: none may be missing. */
async function compare(
  gpu: Gpu,
  network: AutoencoderKL,
  golden: string,
  names = { image: 'in.image', latent: 'in.latent', decoded: 'decoded' },
): Promise<void> {
  const io = await loadTensors(golden);
  const dtype = gpu.precision;
  const inputs = {
    image: { ...toNhwc(io[names.image]!), dtype },
    latent: { ...toNhwc(io[names.latent]!), dtype },
  };
  const outputs = await evaluate(
    gpu,
    golden,
    inputs,
    (rec, { image, latent }) => ({
      ...network.posterior(rec, image!),
      [names.decoded]: network.decode(rec, latent!),
    }),
    (module) => `out.${module}` in io,
  );
  const wanted = Object.keys(io).filter((name) => name.startsWith('out.'));
  expectGolden(
    gpu,
    outputs,
    io,
    wanted.map((name) => name.slice('out.'.length)),
  );
}

for (const precision of PRECISIONS) {
  for (const name of ['vae-kl', 'vae-kl-f16']) {
    gpuTest(
      `${name} ${precision}: posterior, decoded image, activations after conv_in, blocks and middle`,
      async (gpu) => {
        using loaded = await load(gpu, goldenFiles(name));
        await compare(gpu, loaded.network, `${name}/io.safetensors`);
      },
      precision,
    );
  }

  gpuTest(
    `nano vae ${precision}: 8 frames of 128x128 to latents and back`,
    async (gpu) => {
      using loaded = await load(gpu, NANO);
      const names = { image: 'in.x', latent: 'out.mean', decoded: 'x' };
      await compare(gpu, loaded.network, 'nano/vae.safetensors', names);
    },
    precision,
  );
}

gpuTest('vae: a file with the old names of the mid attention is the same network', async (gpu) => {
  const files = goldenFiles('vae-kl');
  const folder = await mkdtemp(join(tmpdir(), 'refilm-vae-'));
  try {
    const weights = join(folder, 'old.safetensors');
    await writeFile(weights, withOldNames(await readFile(files.weights)));
    using loaded = await load(gpu, { ...files, weights });
    await compare(gpu, loaded.network, 'vae-kl/io.safetensors');
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** The safetensors file with its attention renamed in the header. */
function withOldNames(file: Buffer): Buffer {
  const end = 8 + Number(file.readBigUInt64LE());
  const header = Buffer.from(
    file
      .toString('utf8', 8, end)
      .replaceAll('.to_q.', '.query.')
      .replaceAll('.to_k.', '.key.')
      .replaceAll('.to_v.', '.value.')
      .replaceAll('.to_out.0.', '.proj_attn.'),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, file.subarray(end)]);
}

gpuTest(
  'vae: refuses sides that are no multiple of its downscale, and latents of other channels',
  async (gpu) => {
    using loaded = await load(gpu, goldenFiles('vae-kl'));
    const { network } = loaded;
    const evaluated = (shape: number[], method: 'encode' | 'decode') =>
      evaluate(gpu, 'refused', { x: { shape, data: [] } }, (rec, { x }) => ({
        out: network[method](rec, x!),
      }));
    await expect(evaluated([1, 44, 64, 3], 'encode')).rejects.toThrow(/multiples of 8, got \[1, 44, 64, 3\]/);
    await expect(evaluated([1, 6, 8, 3], 'decode')).rejects.toThrow(/\[n, h, w, 4\], got \[1, 6, 8, 3\]/);
  },
);
