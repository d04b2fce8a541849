// The sample clips. Each is named by a static `new URL(…, import.meta.url)`, so that the bundler copies it.

/** A clip to try, and a sentence that suits it. */
export interface Sample {
  readonly name: string;
  readonly url: URL;
  readonly prompt: string;
}

/** Clips of two seconds that come with the page. */
export const SAMPLES: readonly Sample[] = [
  {
    name: 'runner',
    url: new URL('../samples/runner.mp4', import.meta.url),
    prompt: 'a golden robot walking on the moon',
  },
  {
    name: 'dancer',
    url: new URL('../samples/dancer.mp4', import.meta.url),
    prompt: 'a wooden statue dancing on a beach at night',
  },
  {
    name: 'horse',
    url: new URL('../samples/horse.mp4', import.meta.url),
    prompt: 'a brown horse running in a snowy forest',
  },
  {
    name: 'books',
    url: new URL('../samples/books.mp4', import.meta.url),
    prompt: 'a city at night',
  },
];
