// Untextured solids seen by a camera: grey by Lambert and ambient light, and exact disparity.
// One invocation one pixel of one frame: samples² rays for the grey, one through the centre for the disparity; every
// ray meets every solid. A ray is eye + t * (forward + x * right + y * up), so that t is the depth itself.
// Layout: solids [frames, n, 12], views [frames, 20], grey and disparity [frames, height, width].
// Compute-bound: about 90 flops a ray and solid; the solids are the same for a whole workgroup. No workgroup memory,
// some 40 registers.

struct Params {
  frames: u32,
  height: u32,
  width: u32,
  solids: u32,
  samples: u32,   // of the grey, a side
  sky: f32,       // its grey
}

struct Solid {
  a: vec3f,       // one end of a capsule, the centre of a box, any point of the ground
  kind: f32,      // 0 capsule (a sphere where both ends are one), 1 box, 2 ground
  b: vec3f,       // the other end, half the sides
  radius: f32,
  turn: vec2f,    // cosine and sine of the box's turn about y
  albedo: f32,
  unused: f32,
}

struct View {
  eye: vec3f,
  unused0: f32,
  right: vec3f,   // from the picture's centre to its right edge, at depth 1
  unused1: f32,
  up: vec3f,
  unused2: f32,
  forward: vec3f, // of length 1
  unused3: f32,
  light: vec3f,   // towards it, of length 1
  ambient: f32,
}

struct Hit {
  t: f32,         // FAR for none
  normal: vec3f,
}

const NEAR = 1e-3;
const FAR = 1e30;

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> solids: array<Solid>;
@group(0) @binding(2) var<storage, read> views: array<View>;
@group(0) @binding(3) var<storage, read_write> grey: array<f32>;
@group(0) @binding(4) var<storage, read_write> disparity: array<f32>;

fn nearer(a: Hit, b: Hit) -> Hit {
  if (b.t < a.t) { return b; }
  return a;
}

fn sphere(origin: vec3f, ray: vec3f, centre: vec3f, radius: f32) -> Hit {
  let offset = origin - centre;
  let square = dot(ray, ray);
  let half = dot(offset, ray);
  let root = half * half - square * (dot(offset, offset) - radius * radius);
  let t = (-half - sqrt(max(root, 0.0))) / square;
  if (root < 0.0 || t < NEAR) { return Hit(FAR, vec3f()); }
  return Hit(t, (offset + t * ray) / radius);
}

// The round side between both ends: as a sphere's, without the parts along the axis.
fn side(origin: vec3f, ray: vec3f, solid: Solid) -> Hit {
  let axis = solid.b - solid.a;
  let length2 = dot(axis, axis);
  if (length2 == 0.0) { return Hit(FAR, vec3f()); }
  let offset = origin - solid.a;
  let along = dot(offset, axis) / length2;
  let speed = dot(ray, axis) / length2;
  let flat_offset = offset - along * axis;
  let flat_ray = ray - speed * axis;
  let square = dot(flat_ray, flat_ray);
  let half = dot(flat_offset, flat_ray);
  let root = half * half - square * (dot(flat_offset, flat_offset) - solid.radius * solid.radius);
  if (root < 0.0 || square < 1e-12) { return Hit(FAR, vec3f()); }
  let t = (-half - sqrt(root)) / square;
  let height = along + t * speed;
  if (t < NEAR || height < 0.0 || height > 1.0) { return Hit(FAR, vec3f()); }
  return Hit(t, (flat_offset + t * flat_ray) / solid.radius);
}

fn capsule(origin: vec3f, ray: vec3f, solid: Solid) -> Hit {
  let ends = nearer(sphere(origin, ray, solid.a, solid.radius), sphere(origin, ray, solid.b, solid.radius));
  return nearer(ends, side(origin, ray, solid));
}

// Into the frame of a box that is turned about y, or, with the sine's sign changed, out of it.
fn turned(v: vec3f, turn: vec2f) -> vec3f {
  return vec3f(turn.x * v.x - turn.y * v.z, v.y, turn.y * v.x + turn.x * v.z);
}

// Slabs: the ray is inside from the last of the near planes to the first of the far ones.
fn box(origin: vec3f, ray: vec3f, solid: Solid) -> Hit {
  let offset = turned(origin - solid.a, solid.turn);
  let to = turned(ray, solid.turn);
  let safe = select(to, vec3f(1e-12), abs(to) < vec3f(1e-12));
  let middle = -offset / safe;
  let reach = solid.b / abs(safe);
  let enter = middle - reach;
  let leave = middle + reach;
  let t = max(max(enter.x, enter.y), enter.z);
  if (t < NEAR || t > min(min(leave.x, leave.y), leave.z)) { return Hit(FAR, vec3f()); }
  let face = select(vec3f(), -sign(safe), vec3<bool>(t == enter.x, t == enter.y && t != enter.x, t != enter.x && t != enter.y));
  return Hit(t, turned(face, vec2f(solid.turn.x, -solid.turn.y)));
}

fn ground(origin: vec3f, ray: vec3f, solid: Solid) -> Hit {
  if (abs(ray.y) < 1e-12) { return Hit(FAR, vec3f()); }
  let t = (solid.a.y - origin.y) / ray.y;
  if (t < NEAR) { return Hit(FAR, vec3f()); }
  return Hit(t, vec3f(0.0, -sign(ray.y), 0.0));
}

// Grey and disparity of the ray through (x, y), both -1..1, y up.
fn seen(frame: u32, x: f32, y: f32) -> vec2f {
  let view = views[frame];
  let ray = view.forward + x * view.right + y * view.up;
  var first = Hit(FAR, vec3f());
  var albedo = 0.0;
  for (var i = 0u; i < p.solids; i++) {
    let solid = solids[frame * p.solids + i];
    var hit: Hit;
    if (solid.kind == 0.0) { hit = capsule(view.eye, ray, solid); }
    else if (solid.kind == 1.0) { hit = box(view.eye, ray, solid); }
    else { hit = ground(view.eye, ray, solid); }
    if (hit.t < first.t) {
      first = hit;
      albedo = solid.albedo;
    }
  }
  if (first.t == FAR) { return vec2f(p.sky, 0.0); }
  let lambert = max(dot(first.normal, view.light), 0.0);
  return vec2f(albedo * (view.ambient + (1.0 - view.ambient) * lambert), 1.0 / first.t);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = (group.x + group.y * groups.x) * 64u + lane;
  let pixels = p.width * p.height;
  if (index >= p.frames * pixels) { return; }
  let frame = index / pixels;
  let corner = vec2f(f32(index % p.width), f32(index % pixels / p.width));
  let scale = 2.0 / vec2f(f32(p.width), f32(p.height));
  var sum = 0.0;
  for (var i = 0u; i < p.samples * p.samples; i++) {
    let within = (vec2f(f32(i % p.samples), f32(i / p.samples)) + 0.5) / f32(p.samples);
    let at = (corner + within) * scale - 1.0;
    sum += seen(frame, at.x, -at.y).x;
  }
  grey[index] = sum / f32(p.samples * p.samples);
  let centre = (corner + 0.5) * scale - 1.0;
  disparity[index] = seen(frame, centre.x, -centre.y).y;
}
