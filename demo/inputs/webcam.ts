// A few seconds from the camera as a clip: a dialog with the camera's picture, a button, and the frames that it shows.
import { make, openDialog } from '../dom.ts';
import { film } from '../state/film.ts';

const SECONDS = 4;
const FPS = 10;

/** Lets the person film themselves. Gives the clip, or undefined when the dialog is closed without one. */
export async function filmClip(): Promise<File | undefined> {
  const video = make('video', { muted: true, playsInline: true, ariaLabel: "The camera's picture" });
  video.style.width = '100%';
  const status = make('p', { role: 'status', textContent: 'Asking for the camera …' });
  const record = make('button', {
    type: 'button',
    className: 'button primary',
    textContent: `Film ${SECONDS} seconds`,
    disabled: true,
  });
  const dialog = openDialog('Film with the camera', video, status, make('p', { className: 'row' }, record));
  const closed = new Promise<undefined>((resolve) =>
    dialog.addEventListener('close', () => resolve(undefined)),
  );
  let stream: MediaStream | undefined;
  try {
    if (!('mediaDevices' in navigator)) {
      status.textContent = 'This browser gives pages no camera. Choose a file instead.';
      return await closed;
    }
    stream = await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: 640 }, facingMode: 'user' },
    });
    if (!dialog.open) return undefined;
    video.srcObject = stream;
    await video.play();
    record.disabled = false;
    record.focus();
    status.textContent = 'Ready. The film stays on this device.';
    const filmed = new Promise<File>((resolve, reject) => {
      record.addEventListener('click', () => {
        record.disabled = true;
        const tell = (left: number): void => void (status.textContent = `Filming: ${left} s left`);
        film(shots(video, tell), FPS).then((blob) => resolve(new File([blob], 'camera.mp4')), reject);
      });
    });
    return await Promise.race([filmed, closed]);
  } catch (error) {
    status.textContent = cameraFault(error);
    status.className = 'fault';
    return await closed;
  } finally {
    for (const track of stream?.getTracks() ?? []) track.stop();
    dialog.close();
  }
}

/** What `video` shows, for {@link SECONDS}. */
async function* shots(
  video: HTMLVideoElement,
  tell: (left: number) => void,
): AsyncGenerator<VideoFrame, void, undefined> {
  const start = performance.now();
  for (let shot = 0; shot < SECONDS * FPS; shot++) {
    const wait = start + (1000 * shot) / FPS - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const seconds = (performance.now() - start) / 1000;
    if (seconds >= SECONDS) return;
    tell(Math.ceil(SECONDS - seconds));
    yield new VideoFrame(video, { timestamp: Math.round(1e6 * seconds) });
  }
}

function cameraFault(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotFoundError' || name === 'OverconstrainedError')
    return 'No camera was found. Connect one and try again, or choose a file instead.';
  if (name === 'NotAllowedError')
    return "The camera was not allowed. Allow it in the browser's address bar, or choose a file instead.";
  if (name === 'NotReadableError')
    return 'The camera is in use by another program. Close that and try again.';
  return `The camera can't be used: ${error instanceof Error ? error.message : String(error)}`;
}
