// A request as the part of an address after `#`: its settings, the name of the sample it was made with, and a mask of
// numbers. What is a file, or painted, is too long for an address.
import type { MaskOptions } from '../../src/index.ts';
import { changes, DEFAULTS, type Settings } from './settings.ts';

/** What an address can say. */
export interface Linked {
  readonly settings: Partial<Settings>;
  /** Name of a sample. */
  readonly clip?: string | undefined;
  /** By depth or a box that stands still. */
  readonly mask?: MaskOptions | undefined;
}

/** Names of the settings that are words; all others are numbers. */
const WORDS: ReadonlySet<string> = new Set<keyof Settings>(['mode', 'prompt']);

/** Writes a request. A mask that is painted is left out. */
export function toHash({ settings, clip, mask }: Linked & { readonly settings: Settings }): string {
  const entries = Object.entries(changes(settings)).map(([name, value]) => [name, String(value)]);
  if (clip !== undefined) entries.unshift(['clip', clip]);
  const words = mask && maskWords(mask);
  if (words !== undefined) entries.push(['mask', words]);
  return String(new URLSearchParams(entries));
}

/** What {@link toHash} wrote. Names and numbers that mean nothing here are passed over: a link may be old or mangled. */
export function fromHash(hash: string): Linked {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const settings: Record<string, string | number> = {};
  for (const name of Object.keys(DEFAULTS)) {
    const value = parameters.get(name);
    if (value === null) continue;
    if (WORDS.has(name)) settings[name] = value;
    else if (value.trim() !== '' && Number.isFinite(Number(value))) settings[name] = Number(value);
  }
  return {
    settings,
    clip: parameters.get('clip') ?? undefined,
    mask: maskOf(parameters.get('mask') ?? ''),
  };
}

/** `box 0.25 0.15 0.5 0.7 inside 4`: the region with its numbers, what changes, the seam. */
function maskWords({ region, edit = 'inside', feather = 0 }: MaskOptions): string | undefined {
  if ('depth' in region) return ['depth', ...region.depth, edit, feather].join(' ');
  if (!('box' in region) || !('width' in region.box)) return undefined;
  const { x, y, width, height } = region.box;
  return ['box', ...[x, y, width, height].map((share) => Number(share.toFixed(3))), edit, feather].join(' ');
}

function maskOf(words: string): MaskOptions | undefined {
  const match = /^(depth|box)((?: [\d.]+)+) (inside|outside) ([\d.]+)$/.exec(words);
  if (!match) return undefined;
  const [, kind, list = '', edit, feather] = match;
  const shares = list.trim().split(' ').map(Number);
  if (shares.some((share) => !(share >= 0 && share <= 1)) || !(Number(feather) <= 1000)) return undefined;
  const rest = { edit: edit as 'inside' | 'outside', feather: Number(feather) };
  const [a = 0, b = 0, c = 0, d = 0] = shares;
  if (kind === 'depth')
    return shares.length === 2 && a >= b ? { region: { depth: [a, b] }, ...rest } : undefined;
  const inFrame = shares.length === 4 && c > 0 && d > 0 && a + c <= 1.001 && b + d <= 1.001;
  if (!inFrame) return undefined;
  return { region: { box: { x: a, y: b, width: Math.min(c, 1 - a), height: Math.min(d, 1 - b) } }, ...rest };
}
