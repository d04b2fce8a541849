import { expect, test } from 'vitest';
import {
  DeviceLostError,
  Heap,
  OutOfMemoryError,
  profile,
  type Program,
  Recorder,
  ShaderError,
  UnsupportedError,
  type ShaderSource,
  type Tensor,
} from '../../src/gpu/index.ts';
import { Gpu } from '../../src/gpu/device.ts';
import { createGpu } from '../../bin/dawn.ts';
import { gpuTest } from '../gpu.ts';

const SCALE: ShaderSource = {
  name: 'scale',
  wgsl: `struct Params { count: u32, factor: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < p.count) { y[id.x] = p.factor * x[id.x]; }
}`,
};

function scale(rec: Recorder, x: Tensor, factor: number): Tensor {
  const count = x.shape.reduce((a, b) => a * b, 1);
  const y = rec.tensor(x.shape, 'f32', 'scaled');
  const params = [count, { f32: factor }];
  rec.dispatch({
    source: SCALE,
    prelude: {},
    inputs: [x],
    outputs: [y],
    params,
    workgroups: [Math.ceil(count / 64)],
  });
  return y;
}

gpuTest('a recorded chain replays with new inputs, in two arenas', async (gpu) => {
  const rec = new Recorder(gpu, 'chain');
  let x = rec.input('x', [1000], 'f32');
  for (let i = 0; i < 40; i++) x = scale(rec, x, i % 2 === 0 ? 2 : 0.5);
  rec.output('y', scale(rec, x, 3));
  using program = await rec.finish();
  expect(program.memory.arenas.length).toBe(2);
  expect(program.memory.bytes).toBe(program.memory.lowerBound);
  for (const first of [1, 100]) {
    program.write(
      'x',
      Float32Array.from({ length: 1000 }, (_, i) => first + i),
    );
    await program.run();
    const y = await program.read('y');
    expect(y[0]).toBe(3 * first);
    expect(y[999]).toBe(3 * (first + 999));
  }
});

gpuTest('what is allocated is what the plan says', async (gpu) => {
  const before = gpu.allocatedBytes;
  const rec = new Recorder(gpu, 'account');
  rec.output('y', scale(rec, rec.input('x', [5000], 'f32'), 2));
  const program = await rec.finish();
  const uniforms = 256;
  expect(gpu.allocatedBytes - before).toBe(program.memory.bytes + uniforms);
  program.dispose();
  expect(gpu.allocatedBytes).toBe(before);
});

gpuTest(
  'programs share a heap as large as the largest needs, and say when their numbers are gone',
  async (gpu) => {
    const heap = new Heap(gpu, 'shared');
    const record = (length: number, factor: number): Promise<Program> => {
      const rec = new Recorder(gpu, `times ${factor}`);
      rec.output('y', scale(rec, scale(rec, rec.input('x', [length], 'f32'), factor), 1));
      return rec.finish(heap);
    };
    using small = await record(100, 2);
    small.write('x', new Float32Array(100).fill(1));
    await small.run();
    using large = await record(5000, 3);
    expect(heap.bytes).toBe(large.memory.bytes);
    await expect(small.read('y')).rejects.toThrow(/gone/);
    await expect(small.run()).rejects.toThrow(/write the inputs/);
    for (const [program, length, factor] of [
      [small, 100, 2],
      [large, 5000, 3],
      [small, 100, 2],
    ] as const) {
      program.write('x', new Float32Array(length).fill(7));
      await program.run();
      expect((await program.read('y'))[length - 1]).toBe(7 * factor);
    }
    await expect(large.read('y')).rejects.toThrow(/gone/);
    heap.dispose();
  },
);

gpuTest('a kernel that does not compile names file and line', async (gpu) => {
  const broken: ShaderSource = {
    name: 'broken',
    wgsl: '\n\n@compute @workgroup_size(1) fn main() { let a: f32 = 1u; }',
  };
  const rec = new Recorder(gpu, 'broken');
  const y = rec.tensor([1], 'f32', 'y');
  rec.dispatch({
    source: broken,
    prelude: { constants: { A: 1 } },
    inputs: [],
    outputs: [y],
    workgroups: [1],
  });
  gpu.device.pushErrorScope('validation');
  await expect(rec.finish()).rejects.toThrow(/broken\.wgsl:3:/);
  await gpu.device.popErrorScope();
});

gpuTest('wrong use is refused by name', async (gpu) => {
  const rec = new Recorder(gpu, 'wrong');
  const x = rec.input('x', [4], 'f32');
  expect(() => rec.input('x', [4], 'f32')).toThrow(/'x' is declared twice/);
  expect(() => rec.reshape(x, [5])).toThrow(/4 elements.*5/);
  expect(() => scale(rec, rec.tensor([4], 'f32', 'never written'), 1)).toThrow(/read before it is written/);
  expect(() => rec.tensor([gpu.limits.maxBufferSize], 'f32', 'huge')).toThrow(OutOfMemoryError);
  const other = new Recorder(gpu, 'other');
  expect(() => scale(other, x, 1)).toThrow(/belongs to another recorder/);
  const workgroups: [number] = [gpu.limits.maxComputeWorkgroupsPerDimension + 1];
  const y = rec.tensor([4], 'f32', 'y');
  expect(() => rec.dispatch({ source: SCALE, prelude: {}, inputs: [x], outputs: [y], workgroups })).toThrow(
    RangeError,
  );
  rec.output('y', scale(rec, x, 2));
  using program = await rec.finish();
  expect(() => program.write('z', [1])).toThrow(/no input 'z', only x/);
  expect(() => program.write('x', [1, 2, 3])).toThrow(/holds 4 values.*got 3/);
});

gpuTest('an aborted run rejects with the reason and the program stays usable', async (gpu) => {
  const rec = new Recorder(gpu, 'abort');
  let x = rec.input('x', [64], 'f32');
  for (let i = 0; i < 200; i++) x = scale(rec, x, 1);
  rec.output('y', x);
  using program = await rec.finish();
  program.write('x', new Float32Array(64).fill(7));
  const controller = new AbortController();
  const run = program.run({ signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(run).rejects.toThrow('enough');
  await program.run();
  expect((await program.read('y'))[0]).toBe(7);
});

gpuTest('a profile accounts for every dispatch', async (gpu) => {
  if (!gpu.features.timestamps) throw new Error('both CPU adapters have timestamp-query');
  const rec = new Recorder(gpu, 'profile');
  let x = rec.input('x', [4096], 'f32');
  for (let i = 0; i < 200; i++) x = scale(rec, x, 1);
  rec.output('y', x);
  using program = await rec.finish();
  const rows = await profile(program);
  expect(rows.map(({ label, dispatches }) => ({ label, dispatches }))).toEqual([
    { label: 'scale', dispatches: 200 },
  ]);
});

test('a lost device rejects what waits for it', async () => {
  const gpu = await createGpu();
  const rec = new Recorder(gpu, 'lost');
  rec.output('y', scale(rec, rec.input('x', [64], 'f32'), 1));
  const program = await rec.finish();
  program.write('x', new Float32Array(64));
  gpu.device.destroy();
  await gpu.device.lost;
  await expect(program.run()).rejects.toThrow(DeviceLostError);
  gpu.dispose();
});

test('no WebGPU, no adapter, no f16: UnsupportedError with the reason', async () => {
  await expect(
    Gpu.create({ gpu: { requestAdapter: () => Promise.resolve(null) } as unknown as GPU }),
  ).rejects.toThrow(UnsupportedError);
  await expect(Gpu.create()).rejects.toThrow(/no WebGPU/);
  expect(new ShaderError('x').name).toBe('ShaderError');
});
