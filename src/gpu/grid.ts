// Grids of workgroups that fit the 65,535 a side that WebGPU allows.

/** Workgroups a side that every device allows. */
const MAX_SIDE = 65535;

/**
 * A grid of at least `count` workgroups as [x, y]. A kernel numbers them by
 * `workgroup_id.x + workgroup_id.y * num_workgroups.x` and must return when that is `count` or more.
 * Throws RangeError beyond 65,535².
 */
export function flatGrid(count: number): [x: number, y: number] {
  if (count > MAX_SIDE * MAX_SIDE) throw new RangeError(`a grid of ${count} workgroups exceeds ${MAX_SIDE}²`);
  const y = Math.max(1, Math.ceil(count / MAX_SIDE));
  return [Math.max(1, Math.ceil(count / y)), y];
}

/** `⌈a / b⌉`. */
export function ceilDiv(a: number, b: number): number {
  return Math.ceil(a / b);
}
