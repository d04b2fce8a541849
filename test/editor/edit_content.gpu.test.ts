import { expect } from 'vitest';
import { contentOfPrompt } from '../../src/editor/content/content.ts';
import { editContent } from '../../src/editor/content/edit_content.ts';
import { Engine } from '../../src/editor/model/engine.ts';
import { readModelFiles } from '../../src/editor/model/model.ts';
import { cosine } from '../../src/editor/after/quality.ts';
import { slerp } from '../../src/editor/content/slerp.ts';
import { createGpu } from '../../bin/dawn.ts';
import { gpuTest } from '../gpu.ts';
import { diskFolder } from '../nano.ts';
import { randomArray } from '../random.ts';

// Pictures need a browser: modes.e2e.test.ts has them.
gpuTest("strength: the prompt's content, the source's, and the way between them", async () => {
  const engine = await Engine.create(
    await createGpu({ precision: 'f32' }),
    await readModelFiles(await diskFolder()),
  );
  try {
    const stage = <T>(work: (engine: Engine) => Promise<T>) => work(engine);
    const prompt = 'a dog made of glass';
    const source = Float64Array.from(randomArray(128, 8));
    let asked = 0;
    const ofSource = () => {
      asked += 1;
      return Promise.resolve(source);
    };
    const at = (strength: number) =>
      editContent({ content: { prompt, picture: undefined, blend: 0 }, strength, seed: 3 }, ofSource, {
        stage,
      });
    const want = await contentOfPrompt(engine, prompt, { seed: 3 });
    expect(await at(1)).toEqual(want);
    expect(asked).toBe(0);
    expect(await at(0)).toEqual(source);
    const half = await at(0.5);
    expect(half).toEqual(slerp(source, want, 0.5));
    expect(cosine(half, want)).toBeCloseTo(cosine(half, source), 9);
    expect(asked).toBe(2);
  } finally {
    engine.dispose();
  }
});
