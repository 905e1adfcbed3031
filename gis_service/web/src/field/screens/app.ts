/** What every screen knows: who is here, what the phone carries, what is not yet sent. */
import { reactive, shallowReactive } from 'vue';

import { t } from '../../shared/i18n';
import { queue } from '../queue';
import type { Gate, KeptGate } from '../gate/gate';
import { NotSecure, QuotaFull, type Counts, type Kept, type KeptLoad, type Missing, type Person, type PushEnd } from '../queue/contract';
import { secure } from '../queue/secure';
import type { KeptPack, Pack } from './pack';
import { ask, Refusal } from './server';
import { forgetWalk, takeUpWalk } from './walk';

interface State {
  phase: 'starting' | 'signin' | 'ready' | 'broken';
  person: Person | null;
  pack: Pack | null;
  packAt: number | null;
  list: Kept[];
  /** What this person may do here, as the server said last. */
  may: string[];
  /** What the gate offers, for those who record loads there; and the loads of this phone. */
  gate: Gate | null;
  gateAt: number | null;
  loads: KeptLoad[];
  counts: Counts;
  online: boolean;
  /** `over`: the server wants the password again; nothing is lost, and the walk goes on without it. */
  session: 'unknown' | 'live' | 'over' | 'denied';
  end: PushEnd | null;
  missing: Missing | null;
  /** A sentence of confirmation, for some seconds. */
  said: string;
  /** What went wrong, until it is put away. */
  trouble: string;
}

const NOTHING: Counts = { records: 0, files: 0, bytes: 0, held: 0, refused: 0, oldest_at: null };

export const app = shallowReactive<State>({
  phase: 'starting', person: null, pack: null, packAt: null, list: [], may: [], gate: null, gateAt: null, loads: [], counts: NOTHING, online: navigator.onLine, session: 'unknown', end: null,
  missing: null, said: '', trouble: '',
});

/** Whether the sign-in page lies over the screens. */
export const overlay = reactive({ open: false });

let fading: ReturnType<typeof setTimeout> | undefined;
export function say(sentence: string): void {
  app.said = sentence;
  clearTimeout(fading);
  fading = setTimeout(() => (app.said = ''), 4000);
}

/** Any failure as a sentence. */
export function sentenceOf(cause: unknown): string {
  if (cause instanceof NotSecure) return t('本页不是 HTTPS 地址，浏览器不允许定位、保存和离线使用。请向管理员索取 https 开头的地址。');
  if (cause instanceof Refusal) return cause.message;
  if (cause instanceof QuotaFull) return t('手机存储已满，没有保存。请先上传或删除手机里的其他内容。');
  const detail = cause instanceof Error ? cause.message : String(cause);
  return t('页面出错：{detail}。已保存的记录都在本机。', { detail });
}

export function fail(cause: unknown): void {
  app.trouble = sentenceOf(cause);
}

/** Runs an act; what goes wrong is shown as a sentence. */
export async function tried(act: () => Promise<unknown>): Promise<boolean> {
  app.trouble = '';
  try {
    await act();
    return true;
  } catch (cause) {
    fail(cause);
    return false;
  }
}

let waiting = 0;

/** More waits than before: it is sent, and how that ends is heard here (the queue's own tries tell nobody that the session is over). */
async function look(): Promise<void> {
  [app.counts, app.list, app.loads] = await Promise.all([queue.counts(), queue.list(), queue.loads()]);
  const now = app.counts.records + app.counts.files;
  if (now > waiting && app.online && app.session !== 'over') setTimeout(() => void send(), 1000);
  waiting = now;
}

let looking = false;
/** The queue may change many times a second; it is looked at a few times. */
function lookSoon(): void {
  if (looking) return;
  looking = true;
  setTimeout(() => {
    looking = false;
    if (app.person) look().catch(fail);
  }, 150);
}

let stopHearing: () => void = () => undefined;

/** Drafts: what the gate offered last, and what this person may do. */
const [GATE, MAY] = ['gate', 'may'];
export const WALKS = 'patrol.record';
export const LOADS = 'manifest.record';

/** Opens what this person has on this phone: works without network. */
async function arrive(person: Person): Promise<void> {
  stopHearing();
  await queue.open(person);
  stopHearing = queue.onChange(lookSoon);
  const kept = await queue.pack<KeptPack>();
  app.person = person;
  app.pack = kept?.pack ?? null;
  app.packAt = kept?.got_at ?? null;
  const gate = (await queue.draft(GATE)) as KeptGate | null;
  app.gate = gate?.gate ?? null;
  app.gateAt = gate?.got_at ?? null;
  app.may = ((await queue.draft(MAY)) as string[] | null) ?? [WALKS];
  app.missing = await queue.missing();
  await look();
  await takeUpWalk();
  app.phase = 'ready';
}

/** A sign-out without network: the session is ended as soon as there is one. */
const OWED = 'field.signout';

/** Under way: a sign-in waits for it, or its answer would take away the new session. */
let ending: Promise<void> = Promise.resolve();

function endSession(): Promise<void> {
  return (ending = ending.then(endNow, endNow));
}

async function endNow(): Promise<void> {
  try {
    await ask('DELETE', '/sessions/current');
    localStorage.removeItem(OWED);
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    if (cause.status === 0) localStorage.setItem(OWED, '1');
    else localStorage.removeItem(OWED);
  }
}

export async function begin(): Promise<void> {
  if (localStorage.getItem(OWED)) endSession().catch(fail);
  addEventListener('online', () => {
    app.online = true;
    if (localStorage.getItem(OWED)) endSession().catch(fail);
    void send();
    void refresh();
  });
  addEventListener('offline', () => (app.online = false));
  try {
    if (!secure()) throw new NotSecure();
    const last = await queue.remembered();
    if (!last) {
      app.phase = 'signin';
      return;
    }
    await arrive(last);
  } catch (cause) {
    fail(cause);
    app.phase = cause instanceof NotSecure || !isSecureContext ? 'broken' : 'signin';
    return;
  }
  void refresh();
  void send();
}

/** The person has read that something was lost here. */
export function readMissing(): void {
  queue.forgetMissing();
  app.missing = null;
}

let refreshing: Promise<void> | null = null;

/** Fetches anew what the phone carries; without network the old stays. Whoever asks meanwhile waits for the same. */
export function refresh(): Promise<void> {
  return refreshing ?? afresh();
}

function afresh(): Promise<void> {
  const mine: Promise<void> = refreshNow().finally(() => refreshing === mine && (refreshing = null));
  return (refreshing = mine);
}

async function refreshNow(): Promise<void> {
  try {
    const me = (await (await ask('GET', '/me')).json()) as Me;
    if (me.id !== app.person?.id) return;
    await keepMay(me.permissions);
  } catch (cause) {
    heardNo(cause);
    return;
  }
  if (app.may.includes(LOADS)) await refreshGate().catch(heardNo);
  if (app.may.includes(WALKS)) await refreshPack();
}

async function keepMay(permissions: string[]): Promise<void> {
  app.may = permissions.filter((one) => one === WALKS || one === LOADS);
  await queue.keepDraft(MAY, app.may);
}

async function refreshGate(): Promise<void> {
  const gate = (await (await ask('GET', '/disposals/gate')).json()) as Gate;
  const got_at = Date.now();
  await queue.keepDraft(GATE, { got_at, gate } satisfies KeptGate);
  [app.gate, app.gateAt, app.session, app.online] = [gate, got_at, 'live', true];
}

function heardNo(cause: unknown): void {
  if (cause instanceof Refusal && cause.status === 401) app.session = 'over';
  else if (cause instanceof Refusal && cause.status === 403) app.session = 'denied';
  else if (cause instanceof Refusal && cause.status === 0) app.online = navigator.onLine && app.online;
  else fail(cause);
}

async function refreshPack(): Promise<void> {
  const kept = await queue.pack<KeptPack>();
  try {
    const answer = await ask('GET', '/field/pack', kept ? { headers: { 'If-None-Match': kept.etag } } : {});
    const got_at = Date.now();
    app.session = 'live';
    app.online = true;
    if (answer.status === 304) {
      if (kept) await queue.keepPack<KeptPack>({ ...kept, got_at });
      app.packAt = got_at;
      return;
    }
    const pack = (await answer.json()) as Pack;
    if (pack.person.id !== app.person?.id) return;  // somebody else's session: their pack is not for this queue
    await queue.keepPack<KeptPack>({ etag: answer.headers.get('ETag') ?? '', got_at, pack });
    app.pack = pack;
    app.packAt = got_at;
  } catch (cause) {
    heardNo(cause);
  }
}

/** A changed fact of the pack (a fence's new condition) is seen on the phone before the server knows it. */
export async function changePack(change: (pack: Pack) => void): Promise<void> {
  const kept = await queue.pack<KeptPack>();
  if (!kept) return;
  change(kept.pack);
  await queue.keepPack(kept);
  app.pack = kept.pack;
}

const ENDS: Record<PushEnd, () => string> = {
  empty: () => t('全部已上传'),
  offline: () => t('连不上服务器。已记录的都在本机，有网络时自动上传。'),
  signin: () => t('登录已过期，请重新登录后上传。记录都在本机。'),
  denied: () => t('此账号不能上传巡查记录，请联系管理员。记录都在本机，可保存救援文件。'),
  server: () => t('服务器暂时不可用，稍后自动再试。记录都在本机。'),
  busy: () => t('另一个页面正在上传。'),
  storage: () => t('服务器存储已满，请告知管理员。记录都在本机。'),
};

/** Somebody asked to send: where the session has ended they sign in first. */
export async function sendNow(): Promise<void> {
  if (app.session === 'over') overlay.open = true;
  else await send(true);
}

export async function send(aloud = false): Promise<void> {
  if (!app.person) return;
  try {
    const end = await queue.push();
    app.end = end;
    if (end === 'signin') app.session = 'over';
    if (end === 'denied') app.session = 'denied';
    if (end === 'empty') app.session = 'live';
    if (aloud) say(ENDS[end]());
    if (aloud && end === 'signin') overlay.open = true;
  } catch (cause) {
    fail(cause);
  }
}

interface Me { id: number; display_name: string; must_change_password: boolean; must_enrol: boolean; permissions: string[] }

/** Signs in, or says what the code of the second step is to be sent with. Throws a `Refusal` with its sentence. */
export async function signIn(username: string, password: string): Promise<string | null> {
  await ending.catch(() => undefined);
  const { second_step } = (await (await ask('POST', '/sessions', { body: { username, password } })).json()) as { second_step?: string | null };
  if (second_step) return second_step;
  await comeIn();
  return null;
}

/** The second step: the code of the authenticator, or one from paper. */
export async function signInByCode(step: string, code: string): Promise<void> {
  await ask('POST', '/sessions/code', { body: { step, code } });
  await comeIn();
}

/** After the server let somebody in; a queue that is open stays as it is when the same person comes back. */
async function comeIn(): Promise<void> {
  localStorage.removeItem(OWED);
  const me = (await (await ask('GET', '/me')).json()) as Me;
  if (me.must_change_password) throw new Refusal(403, 'access.must_change_password', t('请先在电脑上修改初始密码，再用手机登录。'));
  if (me.must_enrol) throw new Refusal(403, 'access.must_enrol', t('请先在电脑上绑定身份验证器（两步登录），再用手机登录。'));
  const walks = me.permissions.includes(WALKS);
  if (!walks && !me.permissions.includes(LOADS)) throw new Refusal(403, 'access.forbidden', t('此账号没有巡查、门岗权限，请联系管理员。'));
  if (app.person && app.person.id !== me.id) await depart();
  if (app.person?.id !== me.id) {
    await arrive({ id: me.id, name: me.display_name });
    await keepMay(me.permissions);
    location.hash = walks ? '/tasks' : '/gate';
  }
  app.session = 'live';
  overlay.open = false;
  await afresh();  // one that is under way was of the session before
  void send();
}

async function depart(): Promise<void> {
  stopHearing();
  await forgetWalk();
  await queue.close();
  Object.assign(app, { person: null, pack: null, packAt: null, list: [], may: [], gate: null, gateAt: null, loads: [], counts: NOTHING, session: 'unknown', end: null, missing: null });
}

/** What was recorded stays on the phone and waits for the same person. */
export async function signOut(): Promise<void> {
  await endSession();
  await depart();
  app.phase = 'signin';
}

/** Hands the rescue file to the phone: to share where it can be, else as a download. */
export async function rescue(): Promise<void> {
  const file = await queue.rescue();
  if (navigator.canShare?.({ files: [file] })) {
    const shared = await navigator.share({ files: [file], title: file.name }).then(() => true, (cause: unknown) => cause instanceof DOMException && cause.name === 'AbortError');
    if (shared) return;
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  say(t('救援文件已保存：{name}', { name: file.name }));
}
