import { describe, expect, test } from 'vitest';
import { planMemory, type Lifetime } from '../../src/gpu/memory.ts';
import { uniform } from '../random.ts';

/** A random network: each dispatch reads one to three earlier activations and writes a new one. */
function randomNetwork(seed: number, dispatches: number): Lifetime[] {
  const next = uniform(seed);
  const lives: { bytes: number; first: number; last: number; apart: Set<number> }[] = [];
  for (let i = 0; i < dispatches; i++) {
    const output = { bytes: 1 + Math.floor(next() * 5000), first: i, last: i, apart: new Set<number>() };
    for (let reads = Math.min(i, 1 + Math.floor(next() * 3)); reads > 0; reads--) {
      const from = Math.max(0, i - 1 - Math.floor(next() * next() * 12));
      lives[from]!.last = i;
      lives[from]!.apart.add(i);
      output.apart.add(from);
    }
    lives.push(output);
  }
  return lives;
}

const align = (bytes: number) => Math.ceil(bytes / 256) * 256;

describe('planMemory', () => {
  test.each([1, 2, 3, 17, 60, 300])(
    '%i dispatches: nothing alive overlaps, inputs and outputs lie apart',
    (count) => {
      for (let seed = 0; seed < 20; seed++) {
        const lives = randomNetwork(seed, count);
        const plan = planMemory(lives, 1 << 20);
        for (const [i, a] of lives.entries()) {
          const place = plan.places[i]!;
          expect(place.offset % 256).toBe(0);
          expect(place.offset + align(a.bytes)).toBeLessThanOrEqual(plan.arenas[place.arena]!);
          for (const other of a.apart) expect(plan.places[other]!.arena).not.toBe(place.arena);
          for (let j = 0; j < i; j++) {
            const b = lives[j]!;
            const other = plan.places[j]!;
            const together = a.first <= b.last && b.first <= a.last && place.arena === other.arena;
            if (!together) continue;
            const disjoint =
              place.offset + align(a.bytes) <= other.offset || other.offset + align(b.bytes) <= place.offset;
            expect(disjoint, `activations ${j} and ${i} of seed ${seed}`).toBe(true);
          }
        }
        expect(plan.bytes).toBe(plan.arenas.reduce((sum, size) => sum + size, 0));
        expect(plan.bytes).toBeGreaterThanOrEqual(plan.lowerBound);
      }
    },
  );

  test('a chain needs two activations at a time, and gets no more', () => {
    const lives = Array.from({ length: 50 }, (_, i): Lifetime => {
      const apart = new Set([i - 1, i + 1].filter((other) => other >= 0 && other < 50));
      return { bytes: 1024, first: i, last: i + 1, apart };
    });
    const plan = planMemory(lives, 1 << 20);
    expect(plan.lowerBound).toBe(2048);
    expect(plan.bytes).toBe(2048);
  });

  test('arenas stay within the limit, and one activation beyond it is refused', () => {
    const lives = Array.from({ length: 9 }, (): Lifetime => ({
      bytes: 1000,
      first: 0,
      last: 9,
      apart: new Set(),
    }));
    for (const size of planMemory(lives, 2048).arenas) expect(size).toBeLessThanOrEqual(2048);
    expect(() => planMemory([{ bytes: 4097, first: 0, last: 1, apart: new Set() }], 4096)).toThrow(
      /4352.*4096/,
    );
  });
});
