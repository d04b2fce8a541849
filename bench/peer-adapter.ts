// Our kernels and the bundled UNet as the peer benchmark asks for them: raw numbers in, a function that encodes one
// evaluation out. Built into dist/bench/peer-adapter.js; README.md has the command. Everything is stored in f32, as the
// peers store it.

import { elementCount, Gpu, Recorder, type Tensor } from '../src/gpu/index.ts';
import { encodeStep } from '../src/gpu/program.ts';
import {
  attention,
  conv2d,
  groupNorm,
  linear,
  prefersWinograd,
  transformWeights,
} from '../src/kernels/index.ts';
import { mappedFolder, openWeights, Parameters, readUNetConfig, UNet } from '../src/net/index.ts';
import { structureStepChannels } from '../src/net/unet.ts';
import { NANO_FILES } from '../weights/nano.js';

/** A kernel on the device. `record` encodes one evaluation; its output is then the `size` f32 from the start of `out`. */
export interface BenchKernel {
  record(encoder: GPUCommandEncoder): void;
  readonly out: GPUBuffer;
  readonly size: number;
  dispose(): void;
}

/** The kernels on a device of the benchmark's own. */
export async function createBenchEngine(device: GPUDevice): Promise<BenchEngine> {
  return new BenchEngine(await Gpu.create({ device, precision: 'f32' }));
}

/** Each method uploads its operands and compiles. Layouts are NHWC and HWIO; attention's are `[B, S, heads, D]`. */
class BenchEngine {
  constructor(readonly gpu: Gpu) {}

  /** a `[M, K]` times b `[K, N]`. */
  matmul(a: Float32Array, b: Float32Array, M: number, K: number, N: number): Promise<BenchKernel> {
    return this.#prepare({ a: [a, M, K], b: [b, K, N] }, (rec, t) =>
      linear(rec, t.a, { weight: t.b, inFeatures: K, outFeatures: N }),
    );
  }

  /** 3x3, stride 1, zeros round the input: x `[B, H, W, C]`, w `[3, 3, C, O]`. */
  conv(
    x: Float32Array,
    w: Float32Array,
    ...[B, H, W, C, O]: [B: number, H: number, W: number, C: number, O: number]
  ): Promise<BenchKernel> {
    const conv = { inChannels: C, outChannels: O, kernel: [3, 3] } as const;
    const winograd = prefersWinograd(this.gpu, { ...conv, stride: 1 });
    const weight = winograd ? transformWeights(w, C, O) : w;
    return this.#prepare({ x: [x, B, H, W, C], w: [weight, weight.length / O, O] }, (rec, t) =>
      conv2d(rec, t.x, { ...conv, winograd, weight: t.w }),
    );
  }

  /** softmax(q·kᵀ / √D) v with S queries and SK keys. */
  attn(
    q: Float32Array,
    k: Float32Array,
    v: Float32Array,
    ...[B, S, SK, heads, D]: [B: number, S: number, SK: number, heads: number, D: number]
  ): Promise<BenchKernel> {
    const stride = heads * D;
    return this.#prepare(
      { q: [q, B * S, stride], k: [k, B * SK, stride], v: [v, B * SK, stride] },
      (rec, t) =>
        attention(rec, {
          q: { tensor: t.q, offset: 0, stride },
          k: { tensor: t.k, offset: 0, stride },
          v: { tensor: t.v, offset: 0, stride },
          ...{ batch: B, queries: S, keys: SK, heads, headDim: D },
        }),
    );
  }

  /** x `[B, H, W, C]` in G groups, moments per image. */
  groupnorm(
    x: Float32Array,
    gamma: Float32Array,
    beta: Float32Array,
    ...[B, H, W, C, groups, eps]: [B: number, H: number, W: number, C: number, G: number, eps: number]
  ): Promise<BenchKernel> {
    return this.#prepare({ x: [x, B, H, W, C], weight: [gamma, C], bias: [beta, C] }, (rec, t) =>
      groupNorm(rec, t.x, { weight: t.weight, bias: t.bias }, { groups, eps }),
    );
  }

  async #prepare<Name extends string>(
    operands: Readonly<Record<Name, readonly [values: Float32Array, ...shape: number[]]>>,
    operation: (rec: Recorder, tensors: Readonly<Record<Name, Tensor>>) => Tensor,
  ): Promise<BenchKernel> {
    const { gpu } = this;
    const uploaded = Object.entries<readonly [Float32Array, ...number[]]>(operands).map(
      ([name, [values, ...shape]]) =>
        [name, gpu.createTensor(shape, 'f32', name, Float32Array.from(values))] as const,
    );
    const rec = new Recorder(gpu, 'peer case');
    const result = operation(rec, Object.fromEntries(uploaded) as unknown as Record<Name, Tensor>);
    rec.output('out', result);
    const program = await rec.finish();
    const steps = await program.steps();
    const { buffer, offset = 0 } = program.outputs.get('out')!.range;
    const size = elementCount(result.shape);
    // The contract wants an output that starts its buffer; where scratch memory lies before it, it is copied.
    const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const copy = offset === 0 ? undefined : gpu.createBuffer(4 * size, usage, 'output');
    return {
      record(encoder) {
        const pass = encoder.beginComputePass();
        for (const step of steps) encodeStep(pass, step);
        pass.end();
        if (copy) encoder.copyBufferToBuffer(buffer, offset, copy, 0, 4 * size);
      },
      out: copy ?? buffer,
      size,
      dispose() {
        program.dispose();
        if (copy) gpu.destroyBuffer(copy);
        for (const [, tensor] of uploaded) gpu.destroyBuffer(tensor.buffer);
      },
    };
  }
}

/** Inputs of one evaluation in the order of the ONNX model: latents `[8, 24, 8, 8]` (NCHW), content `[1, 128]`. */
export interface BenchUNetInputs {
  readonly z: Float32Array;
  readonly structure: Float32Array;
  /** Timestep and t_s, one number each. */
  readonly t: Float32Array;
  readonly ts: Float32Array;
  readonly content: Float32Array;
}

const FRAMES = 8;
const SIZE = 8;
const PIXELS = SIZE * SIZE;

/** The bundled video UNet on a device of its own; `run` resolves to the prediction `[8, 24, 8, 8]` (NCHW). */
export async function createBenchUNet(): Promise<{
  run(inputs: BenchUNetInputs): Promise<Float32Array>;
  dispose(): void;
}> {
  const gpu = await Gpu.create({ precision: 'f32' });
  const folder = mappedFolder('nano', (path) => NANO_FILES[path]?.href);
  const config = readUNetConfig(await folder.json('unet/config.json'), 'unet/config.json');
  const weights = await openWeights(folder, 'unet/diffusion_pytorch_model.safetensors');
  const parameters = new Parameters(gpu, weights);
  const unet = new UNet(config, parameters);
  const { latentChannels, structureChannels, structureStepChannels: stepChannels } = config;
  const rec = new Recorder(gpu, 'unet');
  const latents = (name: string, channels: number) => rec.input(name, [FRAMES, SIZE, SIZE, channels], 'f32');
  const inputs = {
    z: latents('z', latentChannels),
    structure: latents('structure', structureChannels),
    structureStep: latents('structureStep', stepChannels),
    timestep: rec.input('timestep', [1], 'f32'),
  };
  const keyValues = unet.recordContent(rec, rec.input('content', [1, config.contentDim], 'f32'));
  rec.output('v', unet.record(rec, { ...inputs, keyValues, contents: 1, video: true }));
  const [program] = await Promise.all([rec.finish(), parameters.load()]);
  return {
    async run({ z, structure, t, ts, content }) {
      program.write('z', transposeImages(z, latentChannels, PIXELS));
      program.write('structure', transposeImages(structure, structureChannels, PIXELS));
      program.write('structureStep', structureStepChannels(config, ts[0]!, FRAMES * PIXELS));
      program.write('timestep', t);
      program.write('content', content);
      await program.run();
      const v = (await program.read('v')) as Float32Array;
      return transposeImages(v, PIXELS, config.outChannels);
    },
    dispose: () => gpu.dispose(),
  };
}

/** `[images, rows, columns]` to `[images, columns, rows]`: NCHW to NHWC with rows = channels, and back. */
function transposeImages(values: Float32Array, rows: number, columns: number): Float32Array {
  const size = rows * columns;
  return values.map((_, i) => {
    const within = i % size;
    return values[i - within + (within % rows) * columns + Math.floor(within / rows)]!;
  });
}
