// Keeps the page for visits without a network. All files of the page but the model's, which the engine keeps itself,
// are listed in offline.json (vite.config.ts); they are fetched once and taken from the cache from then on, because a
// file of new content has a new name. The page itself is asked of the network first, so that a new one is seen at once.
export {};

interface WorkEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends WorkEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
declare const clients: { claim(): Promise<void> };

const CACHE = 'refilm-page';
const PAGE = 'index.html';
/** What is kept; all else goes to the network as if there were no service worker. */
const KEPT = /\.(?:js|css|svg|mp4)$/;
/** A network that takes longer, in milliseconds, is treated as none. */
const PATIENCE = 5000;

self.addEventListener('install', (event) => (event as WorkEvent).waitUntil(keep()));
self.addEventListener('activate', (event) => (event as WorkEvent).waitUntil(clients.claim()));
self.addEventListener('fetch', (event) => {
  const fetching = event as FetchEvent;
  const { request } = fetching;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate') {
    const network = fetch(request);
    fetching.respondWith(pageOf(network));
    fetching.waitUntil(network.then(keep).catch(() => undefined));
  } else if (KEPT.test(pathname)) fetching.respondWith(fileOf(request));
});

/** Brings the cache in line with the list: new files first, so that what is there stays whole if one can't be had. */
async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  const list = await fetch('offline.json', { cache: 'no-cache' });
  const wanted = ((await list.json()) as string[]).map((file) => new URL(file, location.href).href);
  const kept = (await cache.keys()).map(({ url }) => url);
  await cache.addAll(wanted.filter((url) => !kept.includes(url) || url.endsWith(PAGE)));
  for (const url of kept) if (!wanted.includes(url)) await cache.delete(url);
}

async function pageOf(network: Promise<Response>): Promise<Response> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE, undefined));
  const answer = await Promise.race([network, late]).catch(() => undefined);
  return answer ?? (await caches.match(new URL(PAGE, location.href).href)) ?? network;
}

async function fileOf(request: Request): Promise<Response> {
  const whole = await (await caches.open(CACHE)).match(request.url);
  if (!whole) return fetch(request);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('range') ?? '');
  return range ? part(whole, Number(range[1]), range[2]! === '' ? undefined : Number(range[2])) : whole;
}

/** Bytes `first` to `last` of a file: players ask for parts, the cache holds whole files. */
async function part(whole: Response, first: number, last: number | undefined): Promise<Response> {
  const content = await whole.blob();
  const end = Math.min((last ?? Infinity) + 1, content.size);
  const headers = new Headers(whole.headers);
  if (first >= end) {
    headers.set('content-range', `bytes */${content.size}`);
    return new Response(null, { status: 416, headers });
  }
  headers.set('content-range', `bytes ${first}-${end - 1}/${content.size}`);
  headers.set('content-length', String(end - first));
  return new Response(content.slice(first, end, content.type), { status: 206, headers });
}
