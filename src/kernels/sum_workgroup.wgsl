// LANES neighbouring invocations (a power of two) add up what each has of something they share, by a tree in workgroup
// memory. Every invocation of the workgroup must call it alike; all get the sum, in the same order on every device.
// Workgroup memory: one f32 an invocation.

var<workgroup> partial_sums: array<f32, WORKGROUP>;

fn sum_of_lanes(value: f32, lane: u32) -> f32 {
  workgroupBarrier(); // who still reads the sum before this one
  partial_sums[lane] = value;
  workgroupBarrier();
  for (var step = LANES / 2u; step > 0u; step /= 2u) {
    if (lane % LANES < step) { partial_sums[lane] += partial_sums[lane + step]; }
    workgroupBarrier();
  }
  return partial_sums[lane / LANES * LANES];
}
