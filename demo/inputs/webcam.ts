// A few seconds from the camera as a clip: a dialog with the camera's picture, a button, and the recorder.
import { make, openDialog } from '../dom.ts';

const SECONDS = 4;
/** Browsers that record mp4 name one of these. */
const TYPES = ['video/mp4;codecs=avc1.42E01F', 'video/mp4;codecs=vp09.00.10.08', 'video/mp4'];

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
    const type = TYPES.find(
      (each) => typeof MediaRecorder !== 'undefined' && MediaRecorder.isTypeSupported(each),
    );
    if (!('mediaDevices' in navigator) || type === undefined) {
      status.textContent = 'This browser gives pages no camera, or records no mp4. Choose a file instead.';
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
    const opened = stream;
    const filmed = new Promise<File>((resolve, reject) => {
      record.addEventListener('click', () => {
        record.disabled = true;
        recordFor(opened, type, (left) => (status.textContent = `Filming: ${left} s left`)).then(
          resolve,
          reject,
        );
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

async function recordFor(stream: MediaStream, type: string, tell: (left: number) => void): Promise<File> {
  const recorder = new MediaRecorder(stream, { mimeType: type });
  const parts: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  const stopped = new Promise<void>((resolve, reject) => {
    recorder.addEventListener('stop', () => resolve());
    recorder.addEventListener('error', () => reject(new Error('The recorder failed.')));
  });
  recorder.start();
  for (let left = SECONDS; left > 0; left--) {
    tell(left);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  recorder.stop();
  await stopped;
  return new File(parts, 'camera.mp4', { type: 'video/mp4' });
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
