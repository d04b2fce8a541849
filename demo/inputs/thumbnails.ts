// Small pictures of a clip, drawn into one strip by a video element of their own that nobody sees.
import { make } from '../dom.ts';
import type { Clip } from './clip.ts';

/** Fills `strip` with frames of `clip`, one after another. What can't be shown stays blank: the strip works without. */
export async function drawThumbnails(
  clip: Clip,
  strip: HTMLCanvasElement,
  signal: AbortSignal,
): Promise<void> {
  const context = strip.getContext('2d');
  context?.clearRect(0, 0, strip.width, strip.height);
  const video = make('video', { muted: true, preload: 'auto', src: clip.url });
  try {
    await until(video, 'loadeddata', signal);
    const height = strip.height;
    const width = (height * clip.width) / clip.height;
    const count = Math.max(1, Math.ceil(strip.width / width));
    const each = strip.width / count;
    for (let i = 0; i < count; i++) {
      video.currentTime = (clip.duration * (i + 0.5)) / count;
      await until(video, 'seeked', signal);
      // The middle of the frame, so that no picture is squeezed.
      const cut = (video.videoWidth * each) / width;
      context?.drawImage(
        video,
        (video.videoWidth - cut) / 2,
        0,
        cut,
        video.videoHeight,
        i * each,
        0,
        each,
        height,
      );
    }
  } catch {
    // Another clip was chosen meanwhile, or this one can't be played.
  } finally {
    video.removeAttribute('src');
    video.load();
  }
}

function until(video: HTMLVideoElement, event: 'loadeddata' | 'seeked', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error('The clip cannot be shown.'));
    if (signal.aborted) return fail();
    signal.addEventListener('abort', fail, { once: true });
    video.addEventListener('error', fail, { once: true });
    video.addEventListener(event, () => resolve(), { once: true });
  });
}
