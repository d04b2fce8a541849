import { floatToHalf, halfToFloat } from '../../src/gpu/index.ts';
import { conv2d, packConv } from '../../src/kernels/conv2d.ts';
import { doesGemm } from '../../src/kernels/gemm_variants.ts';
import { prefersWinograd, transformWeights } from '../../src/kernels/winograd.ts';
import { randomArray, randomWeights } from '../random.ts';
import { activationReference } from './activation.case.ts';
import { byElement, type KernelCase, type Shape } from './run-case.ts';

const ACTIVATIONS = ['none', 'silu', 'gelu', 'quick_gelu', 'relu'] as const;

// Sizes with their defaults: kernel 3 (kw = kernel), stride 1, pad = kernel >> 1 on every side unless `asymmetric`
// (diffusers' Downsample2D with padding 0: one zero row and column after the input), up = [uh, uw] of the upsampled input.
function geometry(shape: Shape) {
  const { n = 1, h = 1, w = 1, cin = 1, cout = 1, kernel = 3, stride = 1, asymmetric = 0 } = shape;
  const { kw = kernel, pad = kernel >> 1, uh = h, uw = w } = shape;
  const padW = shape['pad'] ?? kw >> 1;
  const [top, left, bottom, right] = asymmetric ? [0, 0, 1, 1] : [pad, padW, pad, padW];
  const ho = Math.floor((uh + top + bottom - kernel) / stride) + 1;
  const wo = Math.floor((uw + left + right - kw) / stride) + 1;
  return { n, h, w, cin, cout, kh: kernel, kw, stride, uh, uw, top, left, bottom, right, ho, wo };
}

const hasWinograd = (shape: Shape) => {
  const { kh, kw, stride } = geometry(shape);
  return kh === 3 && kw === 3 && stride === 1;
};

/** Convolution; `bias`, `residual` and `residual2` are 0 or 1, `channelBias` is the number of its rows. */
export const conv2dCase: KernelCase = {
  op: 'conv2d',
  variants: ['plain', 'register', 'tile', 'tile32', 'subgroup', 'register/3', 'tile/2', 'winograd'],
  shapes: [
    { n: 1, h: 1, w: 1, cin: 1, cout: 1 },
    { n: 1, h: 3, w: 5, cin: 3, cout: 7, bias: 1, activation: 1 },
    { n: 2, h: 7, w: 4, cin: 12, cout: 8, bias: 1, residual: 1, residual2: 1 },
    { n: 4, h: 5, w: 6, cin: 8, cout: 20, bias: 1, channelBias: 2, activation: 4 },
    { n: 2, h: 8, w: 9, cin: 4, cout: 12, stride: 2, bias: 1 },
    { n: 2, h: 8, w: 6, cin: 4, cout: 5, stride: 2, asymmetric: 1, bias: 1 },
    { n: 2, h: 5, w: 3, cin: 8, cout: 8, uh: 10, uw: 6, bias: 1 },
    { n: 1, h: 5, w: 3, cin: 8, cout: 8, uh: 9, uw: 5 },
    { n: 2, h: 12, w: 8, cin: 3, cout: 16, kernel: 4, stride: 4, pad: 0, bias: 1 },
    { n: 3, h: 5, w: 5, cin: 16, cout: 12, kernel: 1, bias: 1, channelBias: 3, residual: 1 },
    { n: 2, h: 6, w: 4, cin: 4, cout: 8, kernel: 1, stride: 2 },
    { n: 2, h: 6, w: 7, cin: 8, cout: 8, kernel: 3, kw: 1, residual: 1 },
    { n: 1, h: 9, w: 7, cin: 5, cout: 4, kernel: 5, bias: 1 },
    { n: 4, h: 16, w: 15, cin: 52, cout: 64, bias: 1 },
    { n: 1, h: 259, w: 251, cin: 4, cout: 4, bias: 1, residual: 1 },
  ],
  nano: [
    { n: 16, h: 8, w: 8, cin: 64, cout: 64, bias: 1 },
    { n: 16, h: 4, w: 4, cin: 128, cout: 128, bias: 1 },
  ],
  peers: [
    { n: 1, h: 32, w: 32, cin: 320, cout: 320 },
    { n: 8, h: 32, w: 32, cin: 64, cout: 64 },
    { n: 8, h: 16, w: 16, cin: 128, cout: 128 },
  ],
  sd15: [
    { n: 1, h: 32, w: 56, cin: 12, cout: 320, bias: 1 },
    { n: 1, h: 32, w: 56, cin: 320, cout: 4, bias: 1 },
    { n: 1, h: 16, w: 28, cin: 320, cout: 640, kernel: 1, bias: 1, residual: 1 },
    { n: 1, h: 32, w: 56, cin: 320, cout: 320, stride: 2, bias: 1 },
    { n: 1, h: 4, w: 7, cin: 1280, cout: 1280, bias: 1, channelBias: 1 },
    { n: 1, h: 32, w: 56, cin: 320, cout: 320, bias: 1, channelBias: 1 },
    { n: 1, h: 16, w: 28, cin: 640, cout: 640, bias: 1, residual: 1 },
    { n: 1, h: 4, w: 7, cin: 1280, cout: 1280, uh: 8, uw: 14, bias: 1 },
    { n: 1, h: 8, w: 14, cin: 2560, cout: 1280, bias: 1, channelBias: 1 },
  ],
  inputs(shape) {
    const { n, h, w, cin, cout, kh, kw, ho, wo } = geometry(shape);
    // In f16 already: Winograd's f32 weights are made of what the device holds.
    const weight = halfToFloat(floatToHalf(randomWeights(cout * cin * kh * kw, cin * kh * kw, 2)));
    const packed = packConv(weight, cout, cin, kh, kw);
    const output = { shape: [n, ho, wo, cout] };
    const { bias, channelBias, residual, residual2 } = shape;
    return {
      x: { shape: [n, h, w, cin], data: randomArray(n * h * w * cin, 1) },
      weight: {
        shape: [cout, cin, kh, kw],
        data: weight,
        upload: { shape: [kh * kw * cin, cout], data: packed },
      },
      ...(hasWinograd(shape) && {
        winograd: {
          shape: [cout, cin, kh, kw],
          data: weight,
          dtype: 'f32' as const,
          upload: { shape: [16, cin, cout], data: transformWeights(packed, cin, cout) },
        },
      }),
      ...(bias && { bias: { shape: [cout], data: randomArray(cout, 3) } }),
      ...(channelBias && {
        channelBias: { shape: [channelBias, cout], data: randomArray(channelBias * cout, 4) },
      }),
      ...(residual && { residual: { ...output, data: randomArray(n * ho * wo * cout, 5) } }),
      ...(residual2 && { residual2: { ...output, data: randomArray(n * ho * wo * cout, 6) } }),
    };
  },
  record(rec, shape, variant, { x, weight, winograd, bias, channelBias, residual, residual2 }) {
    const { h, w, uh, uw, cin, cout, kh, kw, stride, top, left, bottom, right } = geometry(shape);
    const conv = { inChannels: cin, outChannels: cout, kernel: [kh, kw] as const };
    const half = rec.precision === 'f16';
    const transformed = variant ? variant === 'winograd' : prefersWinograd(rec.gpu, { ...conv, stride });
    const direct = !variant || doesGemm(rec.gpu, variant, { channels: cin, columns: cout, half });
    if (!(transformed ? winograd : direct)) return undefined;
    const form = transformed ? { weight: winograd!, winograd: true } : { weight: weight! };
    return conv2d(
      rec,
      x!,
      { ...form, ...conv, ...(bias && { bias }) },
      {
        stride,
        padding: [top, left, bottom, right],
        activation: ACTIVATIONS[shape['activation'] ?? 0]!,
        channelBias,
        residual,
        residual2,
        ...((uh !== h || uw !== w) && {
          upsample: uh === 2 * h && uw === 2 * w ? (true as const) : ([uh, uw] as const),
        }),
        variant: transformed || !variant ? undefined : variant,
      },
    );
  },
  ...byElement((shape, { x, weight, bias, channelBias, residual, residual2 }) => {
    const g = geometry(shape);
    const at = (i: number) => {
      const o = i % g.cout;
      const ox = Math.floor(i / g.cout) % g.wo;
      const oy = Math.floor(i / g.cout / g.wo) % g.ho;
      const n = Math.floor(i / g.cout / g.wo / g.ho);
      let sum = bias ? bias[o]! : 0;
      if (channelBias) sum += channelBias[Math.floor((n * channelBias.length) / g.cout / g.n) * g.cout + o]!;
      for (let ky = 0; ky < g.kh; ky++) {
        for (let kx = 0; kx < g.kw; kx++) {
          const y = oy * g.stride + ky - g.top;
          const xx = ox * g.stride + kx - g.left;
          if (y < 0 || y >= g.uh || xx < 0 || xx >= g.uw) continue;
          const pixel = (n * g.h + Math.floor((y * g.h) / g.uh)) * g.w + Math.floor((xx * g.w) / g.uw);
          for (let c = 0; c < g.cin; c++) {
            sum += x![pixel * g.cin + c]! * weight![((o * g.cin + c) * g.kh + ky) * g.kw + kx]!;
          }
        }
      }
      const activated = activationReference(sum, ACTIVATIONS[shape['activation'] ?? 0]!);
      return activated + (residual ? residual[i]! : 0) + (residual2 ? residual2[i]! : 0);
    };
    return { count: g.n * g.ho * g.wo * g.cout, at };
  }),
  flops(shape) {
    const { n, ho, wo, cin, cout, kh, kw } = geometry(shape);
    return 2 * n * ho * wo * cout * cin * kh * kw;
  },
  // With weights as the checkpoint has them: Winograd's form is 16/9 of their size.
  bytes(shape, size) {
    const { n, h, w, ho, wo, cin, cout, kh, kw } = geometry(shape);
    const { bias = 0, channelBias = 0, residual = 0, residual2 = 0 } = shape;
    const outputs = (1 + residual + residual2) * n * ho * wo + bias + channelBias;
    return size * (n * h * w * cin + cin * cout * kh * kw + outputs * cout);
  },
  rtol: 1e-4,
  atol: 5e-5,
};
