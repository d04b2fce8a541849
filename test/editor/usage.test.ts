import { expect, test, vi } from 'vitest';
import { UsageAccount } from '../../src/editor/model/usage.ts';
import type { Gpu } from '../../src/gpu/index.ts';
import { TimeAccount } from '../../src/gpu/time_account.ts';

const device = (peakBytes: number) => ({ time: new TimeAccount(), peakBytes, allocatedBytes: 10 }) as Gpu;

test('counts every millisecond once, and goes on with the next device', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const pass = (ms: number) => vi.advanceTimersByTime(ms);
  try {
    const first = device(100);
    first.time.begin();
    pass(1000);
    first.time.end();
    const account = new UsageAccount(first);
    account.start();
    expect(account.usage).toEqual({ busyMs: 0, compileMs: 0, codecMs: 0, peakBytes: 10 });

    const decoded = account.codec();
    pass(30);
    first.time.begin(); // decoding and working at once is working
    pass(20);
    first.time.end();
    decoded();
    first.peakBytes = 70;
    const second = device(50);
    account.moveTo(second);
    second.time.begin();
    pass(5);
    second.time.end();
    expect(account.usage).toEqual({ busyMs: 25, compileMs: 0, codecMs: 30, peakBytes: 70 });
  } finally {
    vi.useRealTimers();
  }
});

test('frames pass through, and who stops early stops the source', async () => {
  const account = new UsageAccount(device(0));
  let open = 0;
  const source = async function* () {
    open += 1;
    try {
      yield* await Promise.resolve([1, 2, 3]);
    } finally {
      open -= 1;
    }
  };
  const all: number[] = [];
  for await (const frame of account.taken(account.awaited(source()))) all.push(frame);
  expect(all).toEqual([1, 2, 3]);
  for await (const frame of account.awaited(source())) if (frame === 2) break;
  expect(open).toBe(0);
});
