// Guidance as weights of network evaluations: Gen-1's rule over image and video model, and the prior's plain rule.

/** An evaluation of the one network: as image model (temporal layers skipped) or video model, without or with content. */
export type Evaluation = 'image-unconditional' | 'video-unconditional' | 'video-conditional';

/** An evaluation and its share of the guided output. */
export interface Weighted<E> {
  readonly evaluation: E;
  readonly weight: number;
}

/**
 * Gen-1 (Esser et al. 2023), eq. 8, with content guidance w and temporal guidance w_t:
 *
 *     image(none) + w_t (video(none) - image(none)) + w (video(content) - video(none))
 *
 * Only evaluations with a weight are listed, in the order of `Evaluation`: three in general, two with w_t = 1, one
 * with w = w_t = 1. The weights add up to 1. Throws `RangeError` unless both are finite.
 */
export function gen1Guidance(guidance: number, temporal: number): Weighted<Evaluation>[] {
  checkFinite('guidance', guidance);
  checkFinite('temporal', temporal);
  return weighted([
    ['image-unconditional', 1 - temporal],
    ['video-unconditional', temporal - guidance],
    ['video-conditional', guidance],
  ]);
}

/**
 * Classifier-free guidance (Ho & Salimans 2022, eq. 6, in the scale of its implementations): none + w (cond - none).
 * One evaluation with w = 1 or 0. Throws `RangeError` unless w is finite.
 */
export function classifierFreeGuidance(guidance: number): Weighted<'unconditional' | 'conditional'>[] {
  checkFinite('guidance', guidance);
  return weighted([
    ['unconditional', 1 - guidance],
    ['conditional', guidance],
  ]);
}

function weighted<E>(terms: readonly (readonly [E, number])[]): Weighted<E>[] {
  return terms.filter(([, weight]) => weight !== 0).map(([evaluation, weight]) => ({ evaluation, weight }));
}

function checkFinite(name: string, value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`${name} is ${value}, allowed: finite numbers.`);
}
