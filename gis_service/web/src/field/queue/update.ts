/** The app installed for use without network, and how a newer build comes in: only when nothing on this phone is unsent. */
import { unsent } from './db';
import { secure } from './secure';

const HOUR_MS = 3_600_000;

/** A newer build is there. `waits_for`: who still has something unsent on this phone, and how much; empty: 有新版本,点此更新. */
export interface Update { waits_for: { id: number; name: string; unsent: number }[] }

let registration: ServiceWorkerRegistration | null = null;
const heard = new Set<() => void>();
const tell = (): void => heard.forEach((one) => one());

/** Installs the service worker; once per page. On plain HTTP there is none, and the screens say so (`secure`). */
export async function startWorker(): Promise<void> {
  if (!secure() || !('serviceWorker' in navigator)) return;
  const followed = navigator.serviceWorker.controller !== null;
  // The page and its files belong together: when the worker changes under a page, the page follows. Drafts are on the disk.
  navigator.serviceWorker.addEventListener('controllerchange', () => followed && location.reload());
  registration = await navigator.serviceWorker.register('/field/sw.js', { scope: '/field/', updateViaCache: 'none' }).catch(() => null);
  registration?.addEventListener('updatefound', () => registration?.installing?.addEventListener('statechange', tell));
  const look = (): void => void registration?.update().catch(() => undefined);
  setInterval(look, HOUR_MS);
  addEventListener('online', look);
  tell();
}

/** Heard when a newer build may have come; ask `update()` then. Returns how to stop. */
export function onUpdate(listener: () => void): () => void {
  heard.add(listener);
  return () => heard.delete(listener);
}

/** The newer build that waits, or null. */
export async function update(): Promise<Update | null> {
  if (!registration?.waiting && !(await newerServes())) return null;
  return { waits_for: await unsent() };
}

/** Takes the newer build: the page loads anew. False when something is unsent; nothing happens then. */
export async function takeUpdate(): Promise<boolean> {
  if ((await unsent()).length) return false;
  if (registration?.waiting) registration.waiting.postMessage('take');
  else location.reload();
  return true;
}

/** The browser let a newer worker in by itself, and it still hands out the page of the build before. */
function newerServes(): Promise<boolean> {
  const worker = navigator.serviceWorker.controller;
  if (!worker) return Promise.resolve(false);
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data === true);
    setTimeout(() => resolve(false), 2000);
    worker.postMessage('older?', [port2]);
  });
}
