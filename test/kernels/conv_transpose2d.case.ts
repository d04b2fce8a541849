import { convTranspose2d, packConvTranspose } from '../../src/kernels/conv_transpose2d.ts';
import { doesGemm } from '../../src/kernels/gemm_variants.ts';
import { randomArray } from '../random.ts';
import type { KernelCase } from './case.ts';

/** Transposed convolution with stride = kernel: every output pixel has one tap. */
export const convTranspose2dCase: KernelCase = {
  op: 'conv_transpose2d',
  variants: ['plain', 'register', 'tile', 'subgroup'],
  shapes: [
    { n: 1, h: 1, w: 1, cin: 1, cout: 1, kernel: 1 },
    { n: 2, h: 3, w: 5, cin: 7, cout: 3, kernel: 2, bias: 1 },
    { n: 2, h: 4, w: 4, cin: 32, cout: 20, kernel: 4, bias: 1 },
  ],
  inputs({ n = 1, h = 1, w = 1, cin = 1, cout = 1, kernel = 1, bias }) {
    const weight = randomArray(cin * cout * kernel * kernel, 2);
    return {
      x: { shape: [n, h, w, cin], data: randomArray(n * h * w * cin, 1) },
      weight: {
        shape: [cin, cout, kernel, kernel],
        data: weight,
        upload: {
          shape: [cin, kernel * kernel * cout],
          data: packConvTranspose(weight, cin, cout, kernel),
        },
      },
      ...(bias && { bias: { shape: [cout], data: randomArray(cout, 3) } }),
    };
  },
  record(rec, { cin = 1, cout = 1, kernel = 1 }, variant, { x, weight, bias }) {
    if (!doesGemm(rec.gpu, variant, { channels: cin, columns: cout * kernel * kernel })) return undefined;
    const parameters = { weight: weight!, inChannels: cin, outChannels: cout, ...(bias && { bias }) };
    return convTranspose2d(rec, x!, { ...parameters, kernel: [kernel, kernel] }, { stride: kernel, variant });
  },
  reference({ n = 1, h = 1, w = 1, cin = 1, cout = 1, kernel: k = 1 }, { x, weight, bias }) {
    const out = new Float32Array(n * h * k * w * k * cout);
    for (const [i] of out.entries()) {
      const o = i % cout;
      const ox = Math.floor(i / cout) % (w * k);
      const oy = Math.floor(i / cout / (w * k)); // over all images
      const pixel = Math.floor(oy / k) * w + Math.floor(ox / k);
      let sum = bias ? bias[o]! : 0;
      for (let c = 0; c < cin; c++) {
        sum += x![pixel * cin + c]! * weight![((c * cout + o) * k + (oy % k)) * k + (ox % k)]!;
      }
      out[i] = sum;
    }
    return out;
  },
  flops: ({ n = 1, h = 1, w = 1, cin = 1, cout = 1, kernel = 1 }) => 2 * n * h * w * cin * cout * kernel ** 2,
  bytes: ({ n = 1, h = 1, w = 1, cin = 1, cout = 1, kernel = 1, bias = 0 }, size) =>
    size * (n * h * w * (cin + cout * kernel ** 2) + cin * cout * kernel ** 2 + bias * cout),
  rtol: 1e-4,
  atol: 2e-5,
};
