// One invocation does what LANES would share: its sum is the sum (sum_workgroup.wgsl is the other way).
fn sum_of_lanes(value: f32, lane: u32) -> f32 { return value; }
