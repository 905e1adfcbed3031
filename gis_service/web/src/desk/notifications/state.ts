/** What the bell knows: how many are unread, and the newest ones. It asks each minute, only while somebody looks. */
import { ref, shallowRef } from 'vue';

import { asProblem, type Problem } from '../../shared/http';
import { calls, type Notification } from './calls';
import { EVERY_MS, isDue } from './watching';

export const unread = ref(0);
export const shown = shallowRef<Notification[]>([]);
export const next = ref<string | null>(null);
export const problem = shallowRef<Problem | null>(null);

let touched = Date.now();
let asked = 0;

export async function refresh(): Promise<void> {
  asked = Date.now();
  try {
    const page = await calls.list();
    problem.value = null;
    unread.value = page.unread;
    shown.value = page.items;
    next.value = page.next;
  } catch (cause) {
    problem.value = asProblem(cause);
  }
}

export async function more(): Promise<void> {
  const page = await calls.list(next.value);
  shown.value = [...shown.value, ...page.items];
  next.value = page.next;
}

export async function markRead(one: Notification): Promise<void> {
  if (one.read_at) return;
  await calls.read(one.id);
  await refresh();
}

export async function markAllRead(): Promise<void> {
  const newest = shown.value[0];
  if (!newest) return;
  await calls.readAll(newest.id);
  await refresh();
}

function look(): void {
  if (isDue({ visible: document.visibilityState === 'visible', touched, asked }, Date.now())) void refresh();
}

function touch(): void {
  touched = Date.now();
  look();
}

/** Begins to watch; returns how to end it. */
export function watchBell(): () => void {
  void refresh();
  const timer = window.setInterval(look, EVERY_MS / 4);
  const touches = ['pointerdown', 'keydown', 'wheel'] as const;
  for (const name of touches) document.addEventListener(name, touch, { passive: true, capture: true });
  document.addEventListener('visibilitychange', look);
  return () => {
    window.clearInterval(timer);
    for (const name of touches) document.removeEventListener(name, touch, { capture: true });
    document.removeEventListener('visibilitychange', look);
  };
}
