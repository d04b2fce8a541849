import { AutoencoderKL, vaeAliases } from '../../src/net/vae.ts';
import { readAutoencoderKLConfig } from '../../src/net/vae_config.ts';
import { evaluate } from '../../test/net/network.ts';
import { inputOf, networkRunner } from './network.ts';

/** AutoencoderKL: posterior of `in.image`, decoded `in.latent` (the bundle's: its own mean). */
export const vae = networkRunner(
  (json, file, parameters) => new AutoencoderKL(readAutoencoderKLConfig(json, file), parameters),
  async ({ gpu, network, io, golden, watch }) => {
    const inputs = {
      image: inputOf(gpu, io, 'in.image', 'in.x'),
      latent: inputOf(gpu, io, 'in.latent', 'out.mean'),
    };
    const decoded = 'out.x' in io ? 'x' : 'decoded';
    return evaluate(
      gpu,
      golden.name,
      inputs,
      (rec, { image, latent }) => ({
        ...network.posterior(rec, image!),
        [decoded]: network.decode(rec, latent!),
      }),
      watch,
    );
  },
  vaeAliases,
);
