/**
 * The service worker of the field: the app opens with no network at all. It keeps this build's files, hands out the page, and leaves
 * the server's data alone: what was recorded lies in the queue.
 *
 * A new build never takes over while any queue of this phone holds something unsent. It waits, and when the browser lets it in by itself
 * (every page was closed), it goes on handing out the old page until the queues are empty.
 */
import { people, unsent } from './queue/db';
import { Keeping } from './queue/keep';
import { Pump } from './queue/pump';

declare const __BUILD__: string;
declare const __FILES__: string[];
declare const __ENTRY__: string;

interface Lasting extends Event { waitUntil(work: Promise<unknown>): void }
interface Fetching extends Lasting { request: Request; respondWith(answer: Promise<Response>): void }
interface Told extends Lasting { data: unknown; ports: readonly MessagePort[] }
interface Syncing extends Lasting { tag: string }
interface Scope {
  addEventListener(type: 'install' | 'activate', heard: (event: Lasting) => void): void;
  addEventListener(type: 'fetch', heard: (event: Fetching) => void): void;
  addEventListener(type: 'message', heard: (event: Told) => void): void;
  addEventListener(type: 'sync', heard: (event: Syncing) => void): void;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}
const worker = globalThis as unknown as Scope;

const PREFIX = 'field-app-';
const MINE = PREFIX + __BUILD__;
const SHELL = '/field/';

worker.addEventListener('install', (event) => event.waitUntil(fill()));
worker.addEventListener('activate', (event) => event.waitUntil(chosen().then(() => worker.clients.claim())));

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate' && pathname.startsWith('/field/')) event.respondWith(page(request));
  else if (pathname.startsWith('/static/') || pathname === '/field/manifest.webmanifest') event.respondWith(kept(request));
});

worker.addEventListener('message', (event) => {
  if (event.data === 'take') event.waitUntil(unsent().then((some) => (some.length ? undefined : worker.skipWaiting())));
  if (event.data === 'older?') event.waitUntil(older().then((some) => event.ports[0]?.postMessage(some.length > 0)));
});

/** Chromium wakes the worker when there is network again, even with no page open. A rejected promise is tried again by it. */
worker.addEventListener('sync', (event) => {
  if (event.tag === 'field-queue') event.waitUntil(sendAll());
});

async function sendAll(): Promise<void> {
  const here = (await people()).find((one) => one.here);
  if (!here) return;
  const keeping = new Keeping(here);
  const pump = new Pump(keeping);
  try {
    const end = await pump.push();
    if (end !== 'empty' && end !== 'signin' && end !== 'denied') throw new Error(end);
  } finally {
    pump.stop();
    await keeping.close();
  }
}

/** All files or none: the page itself is kept last, and only when it is the page of these files. */
async function fill(): Promise<void> {
  const cache = await caches.open(MINE);
  await Promise.all(__FILES__.map(async (file) => {
    const known = file.startsWith('/static/assets/') ? await caches.match(file, { ignoreVary: true }) : undefined;
    await cache.put(file, known ?? (await good(fetch(file, { cache: 'no-cache' }))));
  }));
  const shell = await good(fetch(SHELL, { cache: 'reload', redirect: 'error' }));
  if (!(await shell.clone().text()).includes(__ENTRY__)) throw new Error('the page belongs to another build');
  await cache.put(SHELL, shell);
}

async function good(answer: Promise<Response>): Promise<Response> {
  const response = await answer;
  if (!response.ok || response.redirected) throw new Error(`${response.url}: ${response.status}`);
  return response;
}

/** Caches of earlier builds that are whole, the longest there first: that one is in use. */
async function older(): Promise<string[]> {
  const all = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  const before = all.slice(0, Math.max(0, all.indexOf(MINE)));
  const whole = await Promise.all(before.map(async (name) => ((await (await caches.open(name)).match(SHELL)) ? name : null)));
  return whole.filter((name) => name !== null);
}

/** The build to hand out: the old one as long as anything is unsent, else this one, and then the old files go. */
async function chosen(): Promise<string> {
  const [oldest] = await older();
  if (oldest && (await unsent().catch(() => [null])).length) return oldest;
  const all = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  await Promise.all(all.slice(0, Math.max(0, all.indexOf(MINE))).map((name) => caches.delete(name)));
  return MINE;
}

async function page(request: Request): Promise<Response> {
  const cache = await caches.open(await chosen());
  return (await cache.match(SHELL, { ignoreVary: true })) ?? fetch(request);
}

const kept = async (request: Request): Promise<Response> => (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
