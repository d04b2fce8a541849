// A scene as a clip to edit: grey frames and their exact depth, from the ray caster on a device of their own.

import { Gpu, type GpuOptions, Recorder } from '../../gpu/index.ts';
import { rayCast, SOLID_NUMBERS, VIEW_NUMBERS } from '../../kernels/ray_cast.ts';
import type { DepthMap } from '../ask/depth_source.ts';
import type { Size } from '../ask/geometry.ts';
import { SCENES, type SceneName } from './built_in.ts';
import { packSolids, packView, type Scene } from './scene.ts';

/** What to render. */
export interface SceneOptions {
  /** A built-in scene by name, or one of your own. */
  readonly scene: SceneName | Scene;
  /** Default 2. */
  readonly seconds?: number;
  /** Frames per second, default 8. */
  readonly fps?: number;
  /** Even sides; default 320x192. */
  readonly size?: Size;
  /** Where the device comes from that the scene is rendered on. */
  readonly gpu?: GpuOptions;
}

/**
 * A rendered clip for `editor.edit(frames, { depth, … })`. Both may be read any number of times; each reading opens a
 * device, renders frame by frame as it is read, and closes it.
 */
export interface RenderedScene {
  readonly size: Size;
  /** Frames in all. */
  readonly count: number;
  readonly frames: AsyncIterable<VideoFrame>;
  readonly depth: AsyncIterable<DepthMap>;
}

/** One frame: `[height, width]` grey in 0..1, and disparity, 0 for the sky. */
export interface SceneFrame {
  readonly grey: Float32Array;
  readonly disparity: Float32Array;
}

/** A scene that is checked. */
interface SceneClip {
  readonly scene: Scene;
  readonly fps: number;
  readonly size: Size;
  readonly count: number;
}

/** Renders a scene. Throws RangeError for options out of range; reading throws as `Gpu.create` does. */
export function renderScene(options: SceneOptions): RenderedScene {
  const clip = checkedClip(options);
  const { size, count, fps } = clip;
  const frames = async function* (): AsyncGenerator<SceneFrame, void, undefined> {
    const gpu = await Gpu.create(options.gpu);
    try {
      yield* sceneFrames(gpu, clip);
    } finally {
      gpu.dispose();
    }
  };
  return {
    size,
    count,
    frames: {
      async *[Symbol.asyncIterator]() {
        let index = 0;
        for await (const { grey } of frames()) yield greyFrame(grey, size, fps, index++);
      },
    },
    depth: {
      async *[Symbol.asyncIterator]() {
        for await (const { disparity } of frames()) yield { ...size, data: disparity };
      },
    },
  };
}

/** The frames of a clip, rendered on `gpu` one by one. */
export async function* sceneFrames(
  gpu: Gpu,
  { scene, fps, size, count }: SceneClip,
): AsyncGenerator<SceneFrame, void, undefined> {
  const { width, height } = size;
  const solids = scene.solids(0).length;
  const rec = new Recorder(gpu, 'scene');
  const { grey, disparity } = rayCast(
    rec,
    rec.input('solids', [1, solids, SOLID_NUMBERS], 'f32'),
    rec.input('view', [1, VIEW_NUMBERS], 'f32'),
    [height, width],
  );
  rec.output('grey', grey);
  rec.output('disparity', disparity);
  const program = await rec.finish();
  try {
    for (let index = 0; index < count; index++) {
      const time = index / fps;
      program.write('solids', packSolids(scene.solids(time)));
      program.write('view', packView(scene.camera(time, index / count), width / height));
      await program.run();
      yield {
        grey: (await program.read('grey')) as Float32Array,
        disparity: (await program.read('disparity')) as Float32Array,
      };
    }
  } finally {
    program.dispose();
  }
}

/** Checks what is asked for and fills in the defaults. Throws RangeError. */
export function checkedClip({
  scene,
  seconds = 2,
  fps = 8,
  size = { width: 320, height: 192 },
}: SceneOptions): SceneClip {
  const found = typeof scene === 'string' ? SCENES[scene] : scene;
  if (!found) {
    throw new RangeError(`scene must be one of ${Object.keys(SCENES).join(', ')}, got '${scene as string}'.`);
  }
  if (!(seconds > 0 && seconds <= 600)) {
    throw new RangeError(`seconds must be more than 0 to 600, got ${seconds}.`);
  }
  if (!(fps > 0 && fps <= 120)) throw new RangeError(`fps must be more than 0 to 120, got ${fps}.`);
  for (const side of [size.width, size.height]) {
    if (!Number.isInteger(side) || side < 16 || side > 4096 || side % 2 !== 0) {
      throw new RangeError(`size must have even sides from 16 to 4096, got ${size.width}x${size.height}.`);
    }
  }
  return { scene: found, fps, size, count: Math.max(1, Math.round(seconds * fps)) };
}

function greyFrame(grey: Float32Array, { width, height }: Size, fps: number, index: number): VideoFrame {
  const rgba = new Uint8Array(4 * grey.length).fill(255);
  for (let i = 0; i < grey.length; i++) rgba.fill(Math.round(255 * grey[i]!), 4 * i, 4 * i + 3);
  const at = (frame: number) => Math.round((1e6 * frame) / fps);
  const timing = { timestamp: at(index), duration: at(index + 1) - at(index) };
  return new VideoFrame(rgba, { format: 'RGBA', codedWidth: width, codedHeight: height, ...timing });
}
