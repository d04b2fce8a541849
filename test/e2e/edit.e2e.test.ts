// `npm run edit` as a user runs it: what it writes, and how it fails. What it refuses before it starts a browser:
// test/bin/edit.test.ts; other faulty files: edit-files.full.test.ts.
import { openAsBlob } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobSource, Input, MP4, EncodedPacketSink } from 'mediabunny';
import { expect, test } from 'vitest';
import type { EditReport } from '../../demo/command-types.ts';
import { demux } from '../../src/codec/demux.ts';
import type { Movie, Sample } from '../../src/codec/movie.ts';
import { openSample } from '../codec/fixtures.ts';
import { damagedModel, png, ROBOT, runCommand, RUNNER, SHORT, withFolder } from './command.ts';

const bytesOf = async ({ file }: Movie, samples: readonly Sample[]): Promise<Uint8Array> => {
  const parts = samples.map(({ offset, size }) => file.slice(offset, offset + size));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
};

test('a whole clip: frames at their source times, its duration, its sound untouched', async () => {
  await withFolder(async (folder, files) => {
    const output = join(folder, 'out.mp4');
    const { code, stdout, stderr } = await runCommand([
      'edit',
      RUNNER,
      ...ROBOT,
      ...SHORT,
      '-o',
      output,
      '--json',
    ]);
    expect(stderr).toMatch(/Adapter: .*software/);
    expect(stderr).toMatch(/8 frames in one window, worked on at 64x64, written at 320x192/);
    expect(code).toBe(0);
    expect(files()).toEqual(['out.mp4']);

    const report = JSON.parse(stdout) as EditReport;
    const { plan } = report;
    expect(report.frames).toBe(8);
    expect(plan.weightBytes + plan.activationBytes + plan.stateBytes).toBe(plan.allocatedBytes);
    expect(report.peakBytes).toBeGreaterThanOrEqual(plan.allocatedBytes);
    expect(plan.dispatches).toBeGreaterThan(100);
    expect(report.gpuSeconds).toBeGreaterThan(0);
    const accounted = report.gpuSeconds + report.compileSeconds + report.codecSeconds;
    expect(accounted).toBeLessThanOrEqual(report.seconds);
    // JavaScript and the API: 5 % are asked of an edit of the model's own size, this one has a quarter of its pixels.
    expect(1 - accounted / report.seconds).toBeLessThan(0.25);

    const source = await demux(await openSample('runner'));
    const result = await demux(await openAsBlob(output));
    expect([result.video.displayWidth, result.video.displayHeight]).toEqual([320, 192]);
    const seconds = (movie: Movie) => movie.video.frames.map(({ time }) => time / movie.video.timescale);
    expect(seconds(result)).toEqual(seconds(source).filter((_, i) => i % 3 === 0));
    expect(await bytesOf(result, result.audio[0]!.samples)).toEqual(
      await bytesOf(source, source.audio[0]!.samples),
    );

    // Another reader sees the same file.
    const input = new Input({ source: new BlobSource(await openAsBlob(output)), formats: [MP4] });
    const track = (await input.getPrimaryVideoTrack())!;
    const packets = [];
    for await (const { timestamp } of new EncodedPacketSink(track).packets()) packets.push(timestamp);
    expect(packets).toEqual(seconds(result));
    expect(await track.computeDuration()).toBeCloseTo(source.video.duration / source.video.timescale, 6);
    expect(await input.getPrimaryAudioTrack()).not.toBeNull();
  });
});

test('a part of a clip after a picture: cut alike, and its frames decode', async () => {
  await withFolder(async (folder, files) => {
    const picture = join(folder, 'style.png');
    const output = join(folder, 'part.mp4');
    await writeFile(picture, png(48, 32, [220, 160, 30]));
    const part = ['--start', '0.5', '--duration', '1', '--out-size', '160x96'];
    const edited = await runCommand(['edit', RUNNER, '--picture', picture, ...SHORT, ...part, '-o', output]);
    expect(edited).toMatchObject({ code: 0 });
    expect(edited.stdout).toMatch(/^Wrote .*part\.mp4 .*4 frames edited.*GPU work/);
    expect(files()).toEqual(['part.mp4', 'style.png']);
    const probed = await runCommand(['probe', output, '--json']);
    const found = JSON.parse(probed.stdout) as Record<string, unknown>;
    expect(found).toMatchObject({
      frames: 4,
      displayWidth: 160,
      displayHeight: 96,
      firstTime: 0,
      lastTime: 0.75,
    });
    expect(found['duration']).toBeCloseTo(1, 1);
  });
});

test('damaged weights are refused by their file, and nothing is written', async () => {
  await withFolder(async (model) => {
    await damagedModel(model);
    await withFolder(async (folder, files) => {
      const output = join(folder, 'out.mp4');
      const ended = await runCommand(['edit', RUNNER, ...ROBOT, ...SHORT, '--model', model, '-o', output]);
      expect(ended.code).toBe(1);
      expect(ended.stderr).toMatch(/WeightsError: .*unet\/diffusion_pytorch_model\.safetensors/);
      expect(files()).toEqual([]);
    });
  });
});

test('Ctrl-C while denoising ends at once and leaves nothing', async () => {
  await withFolder(async (folder, files) => {
    const output = join(folder, 'out.mp4');
    const args = ['edit', RUNNER, ...ROBOT, '--software', '--steps', '100', '-o', output];
    const { code, seconds } = await runCommand(args, { interruptAt: 'denoising' });
    expect(code).toBe(130);
    expect(seconds).toBeLessThan(3);
    expect(files()).toEqual([]);
  });
});
