import type { Tensor } from '../../src/gpu/index.ts';
import { ClipTextModel, endRows, readClipTextConfig } from '../../src/net/clip_text.ts';
import { ClipVisionModel, readClipVisionConfig } from '../../src/net/clip_vision.ts';
import { evaluate } from '../../test/net/network.ts';
import { inputOf, networkRunner } from './network.ts';

/** CLIPTextModel, with or without projection: hidden states, pooled and projected end-of-text token, clip skips. */
export const clipText = networkRunner(
  (json, file, parameters) => new ClipTextModel(readClipTextConfig(json, file), parameters),
  async ({ gpu, network, io, golden, watch }) => {
    const { shape, data } = inputOf(gpu, io, 'in.input_ids', 'in.ids');
    const [batch = 0, tokens = 0] = shape;
    const ends = endRows(data, tokens, network.config.eosTokenId);
    const inputs = {
      ids: { shape, data, dtype: 'u32' },
      ends: { shape: [batch], data: ends, dtype: 'u32' },
    } as const;
    return evaluate(
      gpu,
      golden.name,
      inputs,
      (rec, { ids, ends }) => {
        const { hiddenStates, lastHiddenState, pooled, textEmbeds } = network.record(rec, ids!, ends!);
        const skips = [1, 2].filter((k) => watch(`clip_skip.${k}`));
        return {
          ...statesByName(hiddenStates),
          ...Object.fromEntries(
            skips.map((k) => [`clip_skip.${k}`, network.finalNorm(rec, hiddenStates.at(-1 - k)!)]),
          ),
          last_hidden_state: lastHiddenState,
          pooler_output: pooled,
          ...(textEmbeds && { text_embeds: textEmbeds }),
        };
      },
      watch,
    );
  },
);

/** CLIPVisionModelWithProjection: hidden states and the projected class token. */
export const clipVision = networkRunner(
  (json, file, parameters) => new ClipVisionModel(readClipVisionConfig(json, file), parameters),
  async ({ gpu, network, io, golden, watch }) =>
    evaluate(
      gpu,
      golden.name,
      { pixels: inputOf(gpu, io, 'in.pixel_values') },
      (rec, { pixels }) => {
        const { hiddenStates, imageEmbeds } = network.record(rec, pixels!);
        return {
          ...statesByName(hiddenStates),
          last_hidden_state: hiddenStates.at(-1)!,
          image_embeds: imageEmbeds,
        };
      },
      watch,
    ),
);

function statesByName(states: readonly Tensor[]): Record<string, Tensor> {
  return {
    ...Object.fromEntries(states.map((state, i) => [`hidden_states.${i}`, state])),
    'hidden_states.penultimate': states.at(-2)!,
    'hidden_states.last': states.at(-1)!,
  };
}
