/** Which bases there are, which is drawn, and downloads under way. One for the whole page. */
import { computed, reactive, ref, shallowReactive, shallowRef } from 'vue';

import { lang, t } from '../../shared/i18n';
import type { Base } from '../map/model';
import type { Fault } from './download';
import { canKeep, held, type Held, remove, RESERVE_BYTES, room } from './files';
import type { Package, Tianditu } from './model';
import type { Told } from './worker';

/** `plain`, `package:<code>` or `online:<vec|img>`. */
export type Choice = string;

const KEPT = 'gis.field.base';
const keptChoice = (): Choice => {
  try {
    return localStorage.getItem(KEPT) ?? 'plain';
  } catch {
    return 'plain';
  }
};

export const choice = ref<Choice>(keptChoice());
export const offered = shallowRef<Package[]>([]);
export const onPhone = shallowRef<Held[]>([]);
/** Bytes of unfinished downloads, by hash. */
export const parts = shallowRef<Map<string, number>>(new Map());
export const tianditu = shallowRef<Tianditu>({ layers: [], note: '' });
export const free = ref<number | null>(null);
/** Downloads under way: bytes so far, by hash. */
export const running = reactive<Record<string, number>>({});
/** Sentences on downloads that ended without a package, by hash. */
export const faults = reactive<Record<string, string>>({});
const workers = shallowReactive(new Map<string, Worker>());

/** Online layers that belong together: a picture and its labels. */
const ONLINE: Record<string, [picture: string, labels: string]> = { vec: ['vec', 'cva'], img: ['img', 'cia'] };

export const onlineChoices = computed(() => Object.keys(ONLINE).filter((name) => ONLINE[name]!.every((layer) => tianditu.value.layers.includes(layer))));

/** What the map is to draw: hand it to `FieldMap`. */
export const base = computed<Base | null>(() => {
  const [kind, name = ''] = choice.value.split(':');
  if (kind === 'online' && onlineChoices.value.includes(name)) return { kind: 'online', code: name, name: tianditu.value.note, layers: ONLINE[name]!, gcj02: false, grid: tianditu.value.grid };
  const found = kind === 'package' ? newest(name) : undefined;
  return found ? { kind: 'package', code: found.code, name: found.name, tiles: found.kind, gcj02: found.gcj02, file: found.file } : null;
});

const newest = (code: string): Held | undefined => onPhone.value.filter((one) => one.code === code).sort((a, b) => b.made_on.localeCompare(a.made_on))[0];

export function choose(wanted: Choice): void {
  choice.value = wanted;
  try {
    localStorage.setItem(KEPT, wanted);
  } catch {
    // a browser that keeps nothing draws the plain map next time
  }
}

/** What lies on the phone; works without a network. Call it when the app opens. */
export async function lookHere(): Promise<void> {
  if (!canKeep()) return;
  const found = await held();
  onPhone.value = found.packages;
  parts.value = found.parts;
  free.value = await room();
}

async function asked<T>(path: string): Promise<T> {
  const answer = await fetch(`/api/v1/field/${path}`, { headers: { Accept: 'application/json', 'Accept-Language': lang.value === 'zh' ? 'zh-CN' : 'en' }, credentials: 'same-origin' });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as T;
}

/** What the server offers; false without a network. */
export async function lookThere(): Promise<boolean> {
  try {
    [offered.value, tianditu.value] = await Promise.all([asked<Package[]>('basemaps'), asked<Tianditu>('tianditu')]);
    return true;
  } catch {
    return false;
  }
}

const SAID: Record<Fault | 'stopped', () => string> = {
  network: () => t('网络断了，已下载的部分保留，有网时可继续'),
  server: () => t('服务器出错，稍后再继续'),
  gone: () => t('这份底图已被新的替换，请刷新列表'),
  signin: () => t('登录已过期，请重新登录后继续'),
  differs: () => t('下载的内容不完整或有误，已丢弃，请重新下载'),
  full: () => t('本机空间不足，已删去未完成的部分，记录不受影响'),
  stopped: () => '',
};

export const isTooLarge = (of: Package): boolean => free.value !== null && of.size_bytes - (parts.value.get(of.sha256) ?? 0) + RESERVE_BYTES > free.value;

/** Starts or goes on with a download; resolves when it has ended, however it did. */
export async function fetchPackage(of: Package): Promise<void> {
  if (workers.has(of.sha256)) return;
  delete faults[of.sha256];
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  workers.set(of.sha256, worker);
  running[of.sha256] = parts.value.get(of.sha256) ?? 0;
  const failed = await new Promise<keyof typeof SAID | null>((end) => {
    worker.onmessage = ({ data }: MessageEvent<Told>) => {
      if ('bytes' in data) running[of.sha256] = data.bytes;
      else end('done' in data ? null : (data.failed as Fault));
    };
    worker.onerror = () => end('server');
    worker.postMessage({ ...of });
  });
  worker.terminate();
  workers.delete(of.sha256);
  delete running[of.sha256];
  if (failed && SAID[failed]()) faults[of.sha256] = SAID[failed]();
  if (!failed) await dropOlder(of);
  await lookHere();
}

/** The newer package is whole: the older of its code is not needed any more. */
async function dropOlder(than: Package): Promise<void> {
  const found = await held();
  for (const one of found.packages) if (one.code === than.code && one.sha256 !== than.sha256) await remove(one.sha256);
}

export const pause = (of: Package): void => workers.get(of.sha256)?.postMessage('stop');

export async function drop(of: Package): Promise<void> {
  await remove(of.sha256);
  if (choice.value === `package:${of.code}`) choose('plain');
  await lookHere();
}
