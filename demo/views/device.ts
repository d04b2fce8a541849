// What the device is and what it can do, in words; or that it can't run Refilm, and why.
import { Gpu } from '../../src/gpu/index.ts';
import { UnsupportedError } from '../../src/index.ts';
import { make, openDialog, requireElement } from '../dom.ts';
import { messageOf } from '../errors.ts';

type Row = readonly [name: string, words: string];

/** Asks for a GPU before anybody has chosen a clip in vain, and says what it found. */
export async function describeDevice(): Promise<void> {
  const chip = requireElement('device', HTMLButtonElement);
  try {
    const gpu = await Gpu.create();
    const rows = deviceRows(gpu);
    gpu.dispose();
    chip.textContent = gpu.software
      ? 'Runs on the CPU (no GPU found)'
      : `Runs on ${gpu.info.description || gpu.info.vendor}`;
    chip.addEventListener('click', () => void openDevice(rows));
  } catch (error) {
    chip.hidden = true;
    showUnsupported(error instanceof UnsupportedError ? error.reasons : [messageOf(error).text]);
  }
}

function deviceRows(gpu: Gpu): Row[] {
  const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 30 ? 2 : 0)} GiB`;
  return [
    ['Computes on', gpu.describe()],
    [
      'Speed',
      gpu.software
        ? 'A CPU does a GPU’s work: a two-second clip takes half a minute rather than seconds, at 4 frames a second and 8 steps unless you ask for more.'
        : 'Every frame of the clip and the model’s own number of steps, unless you ask for less.',
    ],
    [
      'Numbers',
      gpu.precision === 'f16'
        ? 'Stored in 16 bits, summed in 32: half the memory.'
        : `Stored and summed in 32 bits${gpu.features.f16 ? '' : '; this device offers no 16-bit shaders'}.`,
    ],
    ['Subgroups', gpu.features.subgroups ? 'Available.' : 'Not available.'],
    [
      'Largest buffer',
      `${gib(gpu.limits.maxBufferSize)}, ${gib(gpu.limits.maxStorageBufferBindingSize)} of it at once`,
    ],
    ['Model', 'nano, 28 MB, comes with the page. It knows people, animals and things in simple landscapes.'],
    ['Privacy', 'Clips, pictures and takes stay in this browser.'],
  ];
}

async function openDevice(rows: readonly Row[]): Promise<void> {
  const all = [...rows.slice(0, 5), ['Writes video as', await encoders()] as const, ...rows.slice(5)];
  openDialog(
    'This device',
    make(
      'dl',
      {},
      ...all.flatMap(([name, words]) => [
        make('dt', { textContent: name }),
        make('dd', { textContent: words }),
      ]),
    ),
  );
}

async function encoders(): Promise<string> {
  if (typeof VideoEncoder === 'undefined') return 'nothing: this browser has no WebCodecs.';
  const known = { 'H.264': 'avc1.42001f', VP9: 'vp09.00.31.08', AV1: 'av01.0.05M.08' };
  const names: string[] = [];
  for (const [name, codec] of Object.entries(known)) {
    const answer = await VideoEncoder.isConfigSupported({ codec, width: 640, height: 352 }).catch(
      () => undefined,
    );
    if (answer?.supported) names.push(name);
  }
  return names.length > 0
    ? `mp4 with ${names[0]}${names.length > 1 ? ` (also ${names.slice(1).join(', ')})` : ''}`
    : 'nothing that fits in mp4.';
}

function showUnsupported(reasons: readonly string[]): void {
  const items = reasons.map((textContent) => make('li', { textContent }));
  requireElement('unsupported-reasons', HTMLUListElement).replaceChildren(...items);
  requireElement('unsupported', HTMLElement).hidden = false;
  requireElement('editor', HTMLElement).hidden = true;
}
