// Plans where activations live: liveness in, arenas and offsets out. Pure; no GPU here.
//
// WebGPU lets no buffer be read-only and writable storage in one dispatch, whatever the ranges. So the inputs and
// the outputs of a dispatch must lie in different arenas: a graph colouring, done together with the packing.

/** One activation: its size and the dispatches between which it must stay. */
export interface Lifetime {
  readonly bytes: number;
  /** Index of the dispatch that writes it first; -1 for a program's input. */
  readonly first: number;
  /** Index of the dispatch that reads it last; the number of dispatches for a program's output. */
  readonly last: number;
  /** Activations (by index) that share a dispatch with this one on the other side: they need another arena. */
  readonly apart: ReadonlySet<number>;
}

/** Where one activation lies. */
export interface Place {
  readonly arena: number;
  readonly offset: number;
}

/** A plan: a place per activation, the size of each arena, and the least that any plan could need. */
export interface MemoryPlan {
  readonly places: readonly Place[];
  readonly arenas: readonly number[];
  /** Sum of the arenas in bytes: what the program will allocate. */
  readonly bytes: number;
  /** Most bytes alive at once: no plan can do with less. */
  readonly lowerBound: number;
}

/** Sizes are rounded up to this, the largest minStorageBufferOffsetAlignment. */
const ALIGNMENT = 256;

const align = (bytes: number) => Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);

/**
 * Greedy by size: the largest activation first, each at the offset, among the arenas open to it, where the arenas
 * grow least. `arenaLimit` bounds an arena (the binding or buffer limit of the device).
 * Throws RangeError when one activation alone exceeds it.
 */
export function planMemory(lifetimes: readonly Lifetime[], arenaLimit: number): MemoryPlan {
  const order = lifetimes.map((_, i) => i).sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes || a - b);
  const places: (Place | undefined)[] = lifetimes.map(() => undefined);
  const arenas: { size: number; members: number[] }[] = [];

  for (const index of order) {
    const life = lifetimes[index]!;
    const size = align(life.bytes);
    if (size > arenaLimit) {
      throw new RangeError(`memory plan: an activation needs ${size} bytes, an arena may hold ${arenaLimit}`);
    }
    let best: { arena: number; offset: number; growth: number } | undefined;
    for (const [number, arena] of arenas.entries()) {
      if (arena.members.some((member) => life.apart.has(member))) continue;
      const busy = arena.members
        .filter((member) => overlaps(life, lifetimes[member]!))
        .map((member) => ({
          start: places[member]!.offset,
          end: places[member]!.offset + align(lifetimes[member]!.bytes),
        }))
        .sort((a, b) => a.start - b.start);
      const offset = firstGap(busy, size);
      const growth = Math.max(0, offset + size - arena.size);
      if (offset + size <= arenaLimit && (!best || growth < best.growth))
        best = { arena: number, offset, growth };
    }
    // A second arena costs as much as growing the first by the whole size, and leaves the colours freer.
    if (!best || (best.growth >= size && arenas.length < 2)) {
      arenas.push({ size: 0, members: [] });
      best = { arena: arenas.length - 1, offset: 0, growth: size };
    }
    const arena = arenas[best.arena]!;
    arena.members.push(index);
    arena.size = Math.max(arena.size, best.offset + size);
    places[index] = { arena: best.arena, offset: best.offset };
  }
  // The largest arena first: programs that share a heap then find arenas of about their size.
  const bySize = arenas.map((_, i) => i).sort((a, b) => arenas[b]!.size - arenas[a]!.size);
  const rank = new Map(bySize.map((arena, i) => [arena, i]));
  return {
    places: places.map((place) => ({ arena: rank.get(place!.arena)!, offset: place!.offset })),
    arenas: bySize.map((arena) => arenas[arena]!.size),
    bytes: arenas.reduce((sum, { size }) => sum + size, 0),
    lowerBound: mostAlive(lifetimes),
  };
}

function overlaps(a: Lifetime, b: Lifetime): boolean {
  return a.first <= b.last && b.first <= a.last;
}

function firstGap(busy: readonly { start: number; end: number }[], size: number): number {
  let offset = 0;
  for (const { start, end } of busy) {
    if (start - offset >= size) break;
    offset = Math.max(offset, end);
  }
  return offset;
}

function mostAlive(lifetimes: readonly Lifetime[]): number {
  const steps = lifetimes.flatMap((life) => [
    { at: life.first, delta: align(life.bytes) },
    { at: life.last + 1, delta: -align(life.bytes) },
  ]);
  steps.sort((a, b) => a.at - b.at || a.delta - b.delta);
  let alive = 0;
  let most = 0;
  for (const { delta } of steps) most = Math.max(most, (alive += delta));
  return most;
}
