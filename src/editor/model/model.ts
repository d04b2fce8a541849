// A Gen-1 pipeline folder (model_index.json and one folder a module) as networks on a device.

import type { Gpu } from '../../gpu/index.ts';
import { ClipTextModel, readClipTextConfig } from '../../net/clip_text.ts';
import { ClipVisionModel, readClipVisionConfig } from '../../net/clip_vision.ts';
import { Config } from '../../net/config.ts';
import { DptModel } from '../../net/dpt.ts';
import { readDptConfig } from '../../net/dpt_config.ts';
import type { ModelFolder } from '../../net/folder.ts';
import { overlay } from '../../net/overlay.ts';
import { Parameters } from '../../net/parameters.ts';
import { PriorTransformer, readPriorConfig } from '../../net/prior.ts';
import { openSafetensors, type TensorReader } from '../../net/safetensors.ts';
import { openWeights } from '../../net/shards.ts';
import type { ByteSource } from '../../net/source.ts';
import { Tokenizer } from '../../net/tokenizer.ts';
import { UNet } from '../../net/unet.ts';
import { readUNetConfig } from '../../net/unet_config.ts';
import { AutoencoderKL, vaeAliases } from '../../net/vae.ts';
import { readAutoencoderKLConfig } from '../../net/vae_config.ts';
import { readSchedule, readUnclipSchedule, type Schedule, type UnclipSchedule } from '../../sampler/index.ts';
import type { ModelDefaults } from '../ask/options.ts';
import type { OnProgress } from '../ask/progress.ts';

/** How a network wants its pictures: `(rgb - mean) / std` per channel, `size` pixels a side. */
export interface ImageProcessor {
  readonly size: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** The files of a model that are not weights: read once, they survive a lost device. */
export interface ModelFiles {
  readonly folder: ModelFolder;
  readonly defaults: ModelDefaults;
  readonly tokenizer: Tokenizer;
  readonly schedule: Schedule;
  readonly priorSchedule: UnclipSchedule;
  readonly depthProcessor: ImageProcessor;
  readonly imageProcessor: ImageProcessor;
  /** `latent_rgb_factors` of the VAE: RGB in -1..1 of a latent pixel, linearly, for previews; absent where the config has none. */
  readonly latentRgb:
    { readonly factors: readonly (readonly number[])[]; readonly bias: readonly number[] } | undefined;
  readonly configs: Readonly<Record<NetworkName, unknown>>;
  /** Fine-tuned weights of the UNet: all of its tensors or some, which are laid over the model's own. */
  readonly unet?: ByteSource | undefined;
}

const NETWORKS = ['vae', 'unet', 'text_encoder', 'image_encoder', 'prior', 'depth_estimator'] as const;
type NetworkName = (typeof NETWORKS)[number];

/** What every module of a Gen-1 pipeline must be, by its folder. */
const CLASSES: Readonly<Record<string, string>> = {
  vae: 'AutoencoderKL',
  unet: 'Gen1UNet3DConditionModel',
  scheduler: 'DDIMScheduler',
  text_encoder: 'CLIPTextModelWithProjection',
  tokenizer: 'CLIPTokenizer',
  image_encoder: 'CLIPVisionModelWithProjection',
  feature_extractor: 'CLIPImageProcessor',
  prior: 'PriorTransformer',
  prior_scheduler: 'UnCLIPScheduler',
  depth_estimator: 'DPTForDepthEstimation',
};

/** Options of loading. */
export interface ModelOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Reads index, configs and tokenizer of a pipeline folder. Throws `WeightsError` for a folder that holds another
 * pipeline or another module, and as the folder's reads do.
 */
export async function readModelFiles(
  folder: ModelFolder,
  { signal }: ModelOptions = {},
): Promise<ModelFiles> {
  const options = signal ? { signal } : {};
  const read = (path: string) => folder.json(path, options);
  const index = await read('model_index.json');
  const indexConfig = new Config(index, 'model_index.json');
  indexConfig.only('_class_name', 'Gen1Pipeline');
  for (const [name, className] of Object.entries(CLASSES)) {
    const found = (index as Record<string, unknown>)[name];
    if (!Array.isArray(found) || found[1] !== className) {
      throw indexConfig.refused(name, `a ${className}`);
    }
  }
  const [configs, vocab, merges, tokenizerConfig, schedule, priorSchedule, depthProcessor, imageProcessor] =
    await Promise.all([
      Promise.all(NETWORKS.map(async (name) => [name, await read(`${name}/config.json`)] as const)),
      read('tokenizer/vocab.json'),
      folder.text('tokenizer/merges.txt', options),
      read('tokenizer/tokenizer_config.json'),
      read('scheduler/scheduler_config.json'),
      read('prior_scheduler/scheduler_config.json'),
      read('depth_estimator/preprocessor_config.json'),
      read('feature_extractor/preprocessor_config.json'),
    ]);
  const networks = Object.fromEntries(configs) as Record<NetworkName, unknown>;
  return {
    folder,
    defaults: readDefaults(indexConfig.section('defaults')),
    tokenizer: new Tokenizer({ name: 'tokenizer', vocab, merges, config: tokenizerConfig }),
    schedule: readSchedule(schedule),
    priorSchedule: readUnclipSchedule(priorSchedule),
    depthProcessor: readProcessor(depthProcessor, 'depth_estimator/preprocessor_config.json'),
    imageProcessor: readProcessor(imageProcessor, 'feature_extractor/preprocessor_config.json'),
    latentRgb: readLatentRgb(networks.vae),
    configs: networks,
  };
}

function readDefaults(config: Config): ModelDefaults {
  return {
    size: config.count('size'),
    frames: config.count('frames'),
    steps: config.count('steps', 20),
    guidance: config.number('guidance', 5),
    temporal: config.number('temporal', 1),
    structure: config.count('structure', 0, 0),
    prior_guidance: config.number('prior_guidance', 2),
    prior_steps: config.count('prior_steps', 25),
  };
}

function readProcessor(json: unknown, file: string): ImageProcessor {
  const config = new Config(json, file);
  config.only('resample', 3);
  const size = config.section('size');
  return {
    size: size.count(size.has('shortest_edge') ? 'shortest_edge' : 'height'),
    mean: config.numbers('image_mean'),
    std: config.numbers('image_std'),
  };
}

function readLatentRgb(vae: unknown): ModelFiles['latentRgb'] {
  const { latent_rgb_factors: factors, latent_rgb_factors_bias: bias } = vae as Record<string, unknown>;
  if (!Array.isArray(factors) || !Array.isArray(bias)) return undefined;
  return { factors: factors as number[][], bias: bias as number[] };
}

/** The networks of a pipeline on one device. Dispose of it when done; the device stays. */
export class Model {
  readonly vae: AutoencoderKL;
  readonly textEncoder: ClipTextModel;
  readonly imageEncoder: ClipVisionModel;
  readonly prior: PriorTransformer;
  readonly depthEstimator: DptModel;
  readonly #parameters: Record<NetworkName, Parameters>;
  #unet: UNet;

  private constructor(
    readonly gpu: Gpu,
    readonly files: ModelFiles,
    parameters: Record<NetworkName, Parameters>,
  ) {
    const { configs } = files;
    this.#parameters = parameters;
    const file = (name: NetworkName) => `${name}/config.json`;
    this.vae = new AutoencoderKL(readAutoencoderKLConfig(configs.vae, file('vae')), parameters.vae);
    this.#unet = new UNet(readUNetConfig(configs.unet, file('unet')), parameters.unet);
    this.textEncoder = new ClipTextModel(
      readClipTextConfig(configs.text_encoder, file('text_encoder')),
      parameters.text_encoder,
    );
    this.imageEncoder = new ClipVisionModel(
      readClipVisionConfig(configs.image_encoder, file('image_encoder')),
      parameters.image_encoder,
    );
    this.prior = new PriorTransformer(readPriorConfig(configs.prior, file('prior')), parameters.prior);
    this.depthEstimator = new DptModel(
      readDptConfig(configs.depth_estimator, file('depth_estimator')),
      parameters.depth_estimator,
    );
  }

  /**
   * Declares all networks on `gpu`; their weights come with `load`. Throws `WeightsError` for foreign files, as the
   * folder's reads do, or the signal's reason; nothing stays allocated then.
   */
  static async open(gpu: Gpu, files: ModelFiles, { signal }: ModelOptions = {}): Promise<Model> {
    const parameters = {} as Record<NetworkName, Parameters>;
    try {
      for (const name of NETWORKS) {
        const reader = await openNetwork(files, name, signal);
        parameters[name] = new Parameters(gpu, reader, name === 'vae' ? vaeAliases : undefined);
      }
      return new Model(gpu, files, parameters);
    } catch (error) {
      for (const each of Object.values(parameters)) each.dispose();
      throw error;
    }
  }

  /** Streams all weights to the device. Throws `WeightsError` for damaged files, as the folder's reads do, or the signal's reason. */
  async load({ signal, onProgress }: ModelOptions = {}): Promise<void> {
    for (const [name, parameters] of Object.entries(this.#parameters)) {
      await loadNetwork(name, parameters, { signal, onProgress });
    }
  }

  /** The video model; another one after `customize`. */
  get unet(): UNet {
    return this.#unet;
  }

  /**
   * Lays `tuned` over the model's own UNet, or takes that alone where it is undefined. The weights that were there stay
   * until the new ones are: they are kept when it throws, as `open` and `load` do. Programs recorded before it are void.
   */
  async customize(tuned: ByteSource | undefined, options: ModelOptions = {}): Promise<void> {
    const reader = await openNetwork({ ...this.files, unet: tuned }, 'unet', options.signal);
    const parameters = new Parameters(this.gpu, reader);
    try {
      const unet = new UNet(this.#unet.config, parameters);
      await loadNetwork('unet', parameters, options);
      this.#parameters.unet.dispose();
      this.#parameters.unet = parameters;
      this.#unet = unet;
    } catch (error) {
      parameters.dispose();
      throw error;
    }
  }

  /** Bytes of all weights on the device. */
  get bytes(): number {
    return Object.values(this.#parameters).reduce((sum, parameters) => sum + parameters.bytes, 0);
  }

  /** Frees the weights. */
  dispose(): void {
    for (const parameters of Object.values(this.#parameters)) parameters.dispose();
  }
}

async function openNetwork(
  files: ModelFiles,
  name: NetworkName,
  signal: AbortSignal | undefined,
): Promise<TensorReader> {
  const options = signal ? { signal } : {};
  const own = await openWeights(files.folder, weightsPath(name), options);
  return name === 'unet' && files.unet ? overlay(own, await openSafetensors(files.unet, options)) : own;
}

async function loadNetwork(
  name: string,
  parameters: Parameters,
  { signal, onProgress }: ModelOptions,
): Promise<void> {
  await parameters.load({
    ...(signal && { signal }),
    onProgress: (loadedBytes, totalBytes) =>
      onProgress?.({ phase: 'download', file: name, loadedBytes, totalBytes }),
  });
}

/** diffusers and transformers name their weights differently. */
function weightsPath(name: NetworkName): string {
  const diffusers = name === 'vae' || name === 'unet' || name === 'prior';
  return `${name}/${diffusers ? 'diffusion_pytorch_model' : 'model'}.safetensors`;
}
