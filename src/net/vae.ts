// AutoencoderKL (diffusers), any number of levels: frames to latents and back. The posterior is never sampled here.
import { shapeText, type Recorder, type Tensor } from '../gpu/index.ts';
import { affine } from '../kernels/affine.ts';
import { slice } from '../kernels/copy.ts';
import { conv2d, type ConvWeight } from '../kernels/conv2d.ts';
import type { Parameters } from './parameters.ts';
import { Decoder, Encoder } from './vae_blocks.ts';
import type { AutoencoderKLConfig } from './vae_config.ts';

/** Names of the mid attention in checkpoints from before diffusers 0.18. */
const OLD_NAMES = { to_q: 'query', to_k: 'key', to_v: 'value', 'to_out.0': 'proj_attn' } as const;

/** Where older files keep a tensor: the `aliases` that {@link Parameters} takes for this network. */
export function vaeAliases(name: string): readonly string[] {
  return Object.entries(OLD_NAMES)
    .filter(([now]) => name.includes(`.attentions.0.${now}.`))
    .map(([now, old]) => name.replace(`.${now}.`, `.${old}.`));
}

/** The moments of a posterior, each `[n, h, w, latentChannels]`. */
export interface Posterior {
  readonly mean: Tensor;
  /** Logarithm of the variance, clamped to −30…20 as in diffusers. */
  readonly logvar: Tensor;
}

/** Encoder and decoder. Construction declares the parameters; load them before a recorded program runs. */
export class AutoencoderKL {
  readonly #encoder: Encoder;
  readonly #decoder: Decoder;
  readonly #quant: ConvWeight | undefined;
  readonly #postQuant: ConvWeight | undefined;

  constructor(
    readonly config: AutoencoderKLConfig,
    p: Parameters,
  ) {
    const { latentChannels: latent } = config;
    this.#encoder = new Encoder(p.scope('encoder'), config);
    this.#decoder = new Decoder(p.scope('decoder'), config);
    if (config.quantConv) this.#quant = p.conv2d('quant_conv', 2 * latent, 2 * latent, 1);
    if (config.postQuantConv) this.#postQuant = p.conv2d('post_quant_conv', latent, latent, 1);
  }

  /** Pixels per latent and side. */
  get downscale(): number {
    return 2 ** (this.config.blockOutChannels.length - 1);
  }

  /**
   * The posterior mean, unscaled, `[n, H/downscale, W/downscale, latentChannels]`, of `image` `[n, H, W, inChannels]` in
   * −1…1. Throws RangeError unless the sides are multiples of `downscale`.
   */
  encode(rec: Recorder, image: Tensor): Tensor {
    return this.#half(rec, this.#moments(rec, image), 0);
  }

  /** Mean and log-variance of the posterior of `image`; see {@link encode}. */
  posterior(rec: Recorder, image: Tensor): Posterior {
    const moments = this.#moments(rec, image);
    const logvar = affine(rec, this.#half(rec, moments, 1), { min: -30, max: 20 });
    return { mean: this.#half(rec, moments, 0), logvar };
  }

  /** Images in about −1…1, `[n, h·downscale, w·downscale, outChannels]`, of unscaled latents `[n, h, w, latentChannels]`. */
  decode(rec: Recorder, latent: Tensor): Tensor {
    const { latentChannels } = this.config;
    if (latent.shape.length !== 4 || latent.shape[3] !== latentChannels) {
      throw new RangeError(
        `vae: expected latents [n, h, w, ${latentChannels}], got ${shapeText(latent.shape)}`,
      );
    }
    const conv = this.#postQuant;
    const x = conv ? rec.scope('post_quant_conv', () => conv2d(rec, latent, conv)) : latent;
    return rec.scope('decoder', () => this.#decoder.record(rec, x));
  }

  #moments(rec: Recorder, image: Tensor): Tensor {
    const [, height = 0, width = 0, channels] = image.shape;
    const { downscale } = this;
    if (channels !== this.config.inChannels || height % downscale !== 0 || width % downscale !== 0) {
      throw new RangeError(
        `vae: expected images [n, H, W, ${this.config.inChannels}] with sides in multiples of ${downscale}, ` +
          `got ${shapeText(image.shape)}`,
      );
    }
    const x = rec.scope('encoder', () => this.#encoder.record(rec, image));
    const conv = this.#quant;
    return conv ? rec.scope('quant_conv', () => conv2d(rec, x, conv)) : x;
  }

  #half(rec: Recorder, moments: Tensor, which: 0 | 1): Tensor {
    const { latentChannels } = this.config;
    return slice(rec, moments, 3, which * latentChannels, latentChannels);
  }
}
