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
    url: new URL('../../samples/runner.mp4', import.meta.url),
    prompt: 'a golden robot walking on the moon',
  },
  {
    name: 'dancer',
    url: new URL('../../samples/dancer.mp4', import.meta.url),
    prompt: 'a clay puppet dancing in the snow',
  },
  {
    name: 'horse',
    url: new URL('../../samples/horse.mp4', import.meta.url),
    prompt: 'a brown horse on a green meadow',
  },
  {
    name: 'books',
    url: new URL('../../samples/books.mp4', import.meta.url),
    prompt: 'a city with tall buildings at night',
  },
];

/** Sentences that the bundled model knows the words of, by what stands on their buttons. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  'golden robot': 'a golden robot walking on the moon',
  'clay puppet': 'a clay puppet dancing in the snow',
  'brown horse': 'a brown horse on a green meadow',
  'city at night': 'a city with tall buildings at night',
  'wooden statue': 'a wooden statue on a beach at sunset',
};
