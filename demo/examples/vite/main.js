import { Editor } from 'refilm';

const form = document.querySelector('form');
const output = document.querySelector('output');
const onProgress = (event) => {
  output.textContent =
    'fraction' in event ? `${event.phase} ${Math.round(100 * event.fraction)} %` : event.phase;
};
let editor;

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { clip, prompt, steps } = form.elements;
  try {
    editor ??= await Editor.load('nano', { onProgress });
    const options = { prompt: prompt.value, steps: steps.valueAsNumber, onProgress };
    const { video } = await editor.edit(clip.files[0], options);
    document.querySelector('video').src = URL.createObjectURL(video);
    output.textContent = 'Done';
  } catch (error) {
    output.textContent = String(error);
  }
});
