// Appended to kernels that read a guide: its luma, of one channel or three (Rec. 709), CHANNELS_GUIDE in the prelude.
fn luma_at(pixel: u32) -> f32 {
  if (CHANNELS_GUIDE == 1u) { return f32(guide[pixel]); }
  let i = 3u * pixel;
  return dot(vec3f(f32(guide[i]), f32(guide[i + 1u]), f32(guide[i + 2u])), vec3f(0.2126, 0.7152, 0.0722));
}
