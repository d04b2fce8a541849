import { expect, test, vi } from 'vitest';
import { TimeAccount } from '../../src/gpu/time_account.ts';

test('a device that works while kernels compile is not idle', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const account = new TimeAccount();
    const pass = (ms: number) => vi.advanceTimersByTime(ms);
    let compiled!: () => void;
    const waiting = account.compiling(new Promise<void>((resolve) => (compiled = resolve)));
    pass(100);
    account.begin();
    pass(40);
    account.begin(); // a second submission in flight is not counted again
    pass(10);
    account.end();
    account.end();
    pass(5);
    compiled();
    await waiting;
    expect(account.busyMs).toBe(50);
    expect(account.compileMs).toBe(105);
    account.begin();
    pass(7);
    expect(account.busyMs).toBe(57); // up to now
  } finally {
    vi.useRealTimers();
  }
});
