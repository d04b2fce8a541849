// Mean, and sum of squares about it, of every lane of `count` V of x (see width.ts) that lie `stride` apart, read once.
// Four at a time are reduced exactly and merged into the running pair (Chan, Golub, LeVeque 1983), so that nothing cancels
// whatever the mean is.
struct Moments {
  mean: V,
  squares: V,
}

fn moments_of(first: u32, stride: u32, count: u32) -> Moments {
  var mean = V();
  var squares = V();
  var at = first;
  var done = 0u;
  for (; done + 4u <= count; done += 4u) {
    let a = V(x[at]);
    let b = V(x[at + stride]);
    let c = V(x[at + 2u * stride]);
    let d = V(x[at + 3u * stride]);
    at += 4u * stride;
    let here = (a + b) * 0.25 + (c + d) * 0.25;
    let share = 4.0 / f32(done + 4u);
    let step = here - mean;
    mean += step * share;
    squares += (a - here) * (a - here) + (b - here) * (b - here) + (c - here) * (c - here) + (d - here) * (d - here)
      + step * step * (f32(done) * share);
  }
  for (; done < count; done++) {
    let step = V(x[at]) - mean;
    at += stride;
    mean += step / f32(done + 1u);
    squares += step * step * (f32(done) / f32(done + 1u));
  }
  return Moments(mean, squares);
}
