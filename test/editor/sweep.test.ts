import { expect, test, vi } from 'vitest';
import type { EditOptions } from '../../src/editor/ask/options.ts';
import type { Quality } from '../../src/editor/after/quality.ts';
import { sweepCsv, sweepGrid } from '../../src/editor/after/sweep.ts';

/** Gives videos that say which edit they are of. */
function fakeEditor() {
  const edit = vi.fn((_: unknown, { temporal, structure }: EditOptions) =>
    Promise.resolve({ video: new Blob([`${temporal} ${structure}`]) }),
  );
  const evaluate = async (_: unknown, video: Blob, { prompt }: EditOptions): Promise<Quality> => {
    const [frame = 0, depthCorrelation = 0] = (await video.text()).split(' ').map(Number);
    const consistency = { prompt: prompt === undefined ? undefined : 0.5, consecutive: [] };
    return {
      ...{ frames: 8, content: 0.75, depthCorrelation },
      result: { ...consistency, frame },
      source: { ...consistency, frame: 0.25 },
    };
  };
  return { edit, evaluate } as unknown as Parameters<typeof sweepGrid>[0] & { edit: typeof edit };
}

const clip = new Blob(['clip']);
const grid = { temporal: [0.5, 1], structure: [0, 7] };

test('every point is edited and measured, and told', async () => {
  const editor = fakeEditor();
  const told: string[] = [];
  const points = await sweepGrid(editor, clip, { prompt: 'a robot', steps: 3 }, grid, {
    onPoint: ({ temporal, structure }, done, total) =>
      told.push(`${temporal} ${structure}: ${done}/${total}`),
  });
  expect(told).toEqual(['0.5 0: 1/4', '0.5 7: 2/4', '1 0: 3/4', '1 7: 4/4']);
  expect(editor.edit.mock.calls.map(([, options]) => options)).toEqual(
    [
      [0.5, 0],
      [0.5, 7],
      [1, 0],
      [1, 7],
    ].map(([temporal, structure]) => ({ prompt: 'a robot', steps: 3, temporal, structure })),
  );
  expect(sweepCsv(points.slice(2)).split('\r\n')).toEqual([
    'temporal,structure,frame_consistency,prompt_consistency,source_frame_consistency,source_prompt_consistency,depth_correlation,content,frames',
    '1,0,1,0.5,0.25,0.5,0,0.75,8',
    '1,7,1,0.5,0.25,0.5,7,0.75,8',
    '',
  ]);
});

test('without a prompt its column is empty; frames and empty grids are refused', async () => {
  const points = await sweepGrid(fakeEditor(), clip, { picture: clip }, { temporal: [1], structure: [2] });
  expect(sweepCsv(points)).toContain('\r\n1,2,1,,0.25,,2,0.75,8\r\n');
  const frames = [] as unknown as Blob;
  await expect(sweepGrid(fakeEditor(), frames, { prompt: 'x' }, grid)).rejects.toThrow(/give a video file/);
  await expect(sweepGrid(fakeEditor(), clip, { prompt: 'x' }, { ...grid, temporal: [] })).rejects.toThrow(
    RangeError,
  );
});
