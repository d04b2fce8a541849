import { expect, test } from 'vitest';
import { Config } from '../../src/net/config.ts';
import { WeightsError } from '../../src/net/errors.ts';
import { readUNetConfig } from '../../src/net/unet_config.ts';
import { vaeAliases } from '../../src/net/vae.ts';
import { readAutoencoderKLConfig } from '../../src/net/vae_config.ts';
import { loadJson } from '../tensors.ts';

const config = new Config(
  {
    layers: 2,
    sizes: [4, 8],
    rate: 0.5,
    flag: true,
    flags: [true, false],
    word: 'silu',
    nothing: null,
    inner: { a: 1 },
  },
  'x/config.json',
);

test('keys that are there, absent ones by their fallback, null as absent', () => {
  expect([config.count('layers'), config.count('missing', 3), config.count('nothing', 4)]).toEqual([2, 3, 4]);
  expect(config.counts('sizes')).toEqual([4, 8]);
  expect(config.number('rate')).toBe(0.5);
  expect([config.boolean('flag'), config.boolean('missing', false)]).toEqual([true, false]);
  expect(config.booleans('flags', 2)).toEqual([true, false]);
  expect(config.oneOf('word', ['silu', 'gelu'])).toBe('silu');
  expect(config.section('inner').count('a')).toBe(1);
  expect([config.has('layers'), config.has('nothing'), config.has('missing')]).toEqual([true, false, false]);
  config.only('word', 'silu');
  config.only('missing', 'anything');
  config.only('nothing', null);
});

test.each([
  [() => config.count('rate'), 'x/config.json: expected rate to be a whole number of at least 1, got 0.5.'],
  [() => config.count('layers', undefined, 3), /layers to be a whole number of at least 3, got 2/],
  [() => config.count('missing'), /missing to be .*, got no such key/],
  [() => config.counts('word'), /word to be a list/],
  [() => config.number('word'), /word to be a number, got "silu"/],
  [() => config.boolean('layers'), /layers to be true or false, got 2/],
  [() => config.booleans('flags', 3), /flags to be a list of 3/],
  [() => config.oneOf('word', ['gelu', 'relu']), /word to be 'gelu' or 'relu', got "silu"/],
  [() => config.only('word', 'relu'), /word to be "relu", the only graph implemented, got "silu"/],
  [() => config.section('sizes'), /expected a JSON object, got \[4,8\]/],
  [() => new Config([], 'list.json'), /list.json: expected a JSON object/],
])('%s is refused by name', (read, message) => {
  expect(read).toThrow(WeightsError);
  expect(read).toThrow(message);
});

test("AutoencoderKL: the class's defaults, and keys that would be another graph", () => {
  const defaults = readAutoencoderKLConfig({}, 'vae');
  expect(defaults).toMatchObject({
    blockOutChannels: [64],
    normGroups: 32,
    latentChannels: 4,
    shiftFactor: 0,
  });
  expect(defaults).toMatchObject({ scalingFactor: 0.18215, quantConv: true, midAttention: true });
  const changes = {
    _class_name: 'AutoencoderTiny',
    act_fn: 'mish',
    down_block_types: ['DownEncoderBlock2D', 'AttnDownEncoderBlock2D'],
    up_block_types: ['AttnUpDecoderBlock2D'],
    latents_mean: [0],
    block_out_channels: [48],
  };
  for (const [key, value] of Object.entries(changes)) {
    expect(() => readAutoencoderKLConfig({ [key]: value }, 'vae'), key).toThrow(`expected ${key} to be`);
  }
});

test('UNet: the bundled config, and keys that would be another graph', async () => {
  const json = await loadJson<Record<string, unknown>>('../../weights/nano/unet/config.json');
  expect(readUNetConfig(json, 'unet')).toMatchObject({
    latentChannels: 24,
    structureStepChannels: 4,
    headDim: 32,
  });
  const changes = {
    _class_name: 'UNet2DConditionModel',
    use_linear_projection: false,
    temporal_kernel_size: 5,
    in_channels: 28,
    attention: [true],
    attention_head_dim: 48,
    norm_num_groups: 24,
  };
  for (const [key, value] of Object.entries(changes)) {
    expect(() => readUNetConfig({ ...json, [key]: value }, 'unet'), key).toThrow(`expected ${key} to be`);
  }
});

test('names that the mid attention of a VAE had before', () => {
  const attention = 'encoder.mid_block.attentions.0';
  expect(vaeAliases(`${attention}.to_q.weight`)).toEqual([`${attention}.query.weight`]);
  expect(vaeAliases(`${attention}.to_out.0.bias`)).toEqual([`${attention}.proj_attn.bias`]);
  expect(vaeAliases(`${attention}.group_norm.bias`)).toEqual([]);
  expect(vaeAliases('encoder.conv_in.weight')).toEqual([]);
});
