import { expect } from 'vitest';
import { dawn } from '../../bin/dawn.ts';
import { readModelFiles } from '../../src/editor/model/model.ts';
import { Session } from '../../src/editor/model/session.ts';
import { gpuTest } from '../gpu.ts';
import { diskFolder } from '../nano.ts';

gpuTest('a loss that is told half a second after a read has failed is recovered from', async () => {
  const session = await Session.open(await readModelFiles(await diskFolder()), { gpu: dawn() });
  try {
    const first = session.engine;
    const told: string[] = [];
    const second = await session.run(
      (engine) => {
        if (engine !== first) return Promise.resolve(engine);
        setTimeout(() => engine.gpu.device.destroy(), 500);
        return Promise.reject(new DOMException('the map was aborted', 'AbortError'));
      },
      { onProgress: ({ phase }) => told.push(phase) },
    );
    expect(second).toBe(session.engine);
    expect(told).toContain('recover');

    // Where the device has nothing to say, what failed is told as it is.
    const alone = new DOMException('no loss at all', 'OperationError');
    await expect(session.run(() => Promise.reject(alone))).rejects.toBe(alone);
    expect(session.engine).toBe(second);
  } finally {
    session.dispose();
  }
});
