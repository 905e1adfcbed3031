import { beforeEach, expect, test } from 'vitest';

import type { Track } from '../src/field/queue/wire';
import { metres } from '../src/field/track/distance';
import type { Lock, Platform } from '../src/field/track/platform';
import { DRAWN, type Keep, makeRecorder, type Recorder, TAIL } from '../src/field/track/recorder';

const START = Date.UTC(2026, 10, 28, 1, 0);
/** About one metre of latitude, in degrees. */
const METRE = 1 / 111_195;

/** A disk: what is written outlives the page, and every write may be the last. */
class Disk implements Keep {
  drafts = new Map<string, string>();
  saved: { body: Track; patrol: string }[] = [];
  full = false;
  writes = 0;
  private room(): void {
    this.writes += 1;
    if (this.full) throw new Error('QuotaExceededError');
  }
  async draft(key: string): Promise<unknown> {
    const text = this.drafts.get(key);
    return text === undefined ? null : JSON.parse(text);
  }
  async keepDraft(key: string, value: unknown): Promise<void> {
    this.room();
    this.drafts.set(key, JSON.stringify(value));
  }
  async dropDraft(key: string): Promise<void> {
    this.drafts.delete(key);
  }
  async save(_kind: 'track', body: Track, { patrol, drafts }: { patrol: string; drafts: Record<string, unknown> }): Promise<string> {
    this.room();
    this.saved.push({ body: JSON.parse(JSON.stringify(body)), patrol });
    for (const [key, value] of Object.entries(drafts)) this.drafts.set(key, JSON.stringify(value));
    return `record ${this.saved.length}`;
  }
}

/** A phone: its wall clock may be set, its ticks only go on. */
class Phone {
  ticks = 0;
  wall = START;
  isHidden = false;
  watches = new Map<number, { fix: PositionCallback; failure: PositionErrorCallback }>();
  locks = 0;
  released: (() => void)[] = [];
  private visibility = new Set<() => void>();
  private timers = new Set<{ ms: number; next: number; act: () => void }>();
  private named = 0;

  platform: Platform = {
    geolocation: {
      watchPosition: (fix, failure) => (this.watches.set((this.named += 1), { fix, failure: failure! }), this.named),
      clearWatch: (id) => void this.watches.delete(id),
    },
    wakeLock: {
      request: async (): Promise<Lock> => {
        this.locks += 1;
        return { release: async () => undefined, addEventListener: (_type, heard) => void this.released.push(heard) };
      },
    },
    now: () => this.wall,
    ticks: () => this.ticks,
    hidden: () => this.isHidden,
    onVisibility: (heard) => (this.visibility.add(heard), () => this.visibility.delete(heard)),
    every: (ms, act) => {
      const timer = { ms, next: this.ticks + ms, act };
      this.timers.add(timer);
      return () => this.timers.delete(timer);
    },
  };

  pass(seconds: number): void {
    const end = this.ticks + seconds * 1000;
    for (;;) {
      const due = [...this.timers].filter(({ next }) => next <= end).sort((a, b) => a.next - b.next)[0];
      if (!due) break;
      this.wall += due.next - this.ticks;
      this.ticks = due.next;
      due.next += due.ms;
      due.act();
    }
    this.wall += end - this.ticks;
    this.ticks = end;
  }
  hide(hidden: boolean): void {
    this.isHidden = hidden;
    if (hidden) this.released.splice(0).forEach((heard) => heard());
    this.visibility.forEach((heard) => heard());
  }
  /** The phone sleeps: nothing ticks but the clock on the wall. */
  sleep(seconds: number): void {
    this.wall += seconds * 1000;
  }
  fix(lon: number, lat: number, more: Record<string, unknown> = {}): void {
    const coords = { longitude: lon, latitude: lat, accuracy: 5, altitude: null, speed: null, heading: null, altitudeAccuracy: null, ...more };
    const position = { coords, timestamp: this.wall, ...more } as unknown as GeolocationPosition;
    [...this.watches.values()].forEach(({ fix }) => fix(position));
  }
  fail(code: number): void {
    [...this.watches.values()].forEach(({ failure }) => failure({ code } as GeolocationPositionError));
  }
  /** Walks north, a metre and a bit each second. */
  walk(seconds: number, from: number): number {
    for (let n = 0; n < seconds; n += 1) {
      this.pass(1);
      this.fix(113.537, 22.4 + (from + (n + 1) * 1.4) * METRE);
    }
    return from + seconds * 1.4;
  }
}

let disk: Disk;
let phone: Phone;
const settle = async (): Promise<void> => {
  for (let n = 0; n < 400; n += 1) await Promise.resolve();
};
const opened = (): Recorder => makeRecorder(disk, { platform: phone.platform });
const sent = (): Track['fixes'] => disk.saved.flatMap(({ body }) => body.fixes);
const gaps = (): string[] => disk.saved.flatMap(({ body }) => body.gaps.map(({ reason }) => reason));

beforeEach(() => {
  disk = new Disk();
  phone = new Phone();
});

test('each fix is on the disk as soon as it came', async () => {
  await opened().start('p1');
  for (let n = 1; n <= 5; n += 1) {
    phone.walk(1, n);
    await settle();
    expect(((await disk.draft(TAIL)) as { fixes: unknown[] }).fixes).toHaveLength(n);
  }
});

test('a record is made each minute, and the whole walk is in the records once', async () => {
  const recorder = opened();
  await recorder.start('p1');
  for (let n = 0; n < 200; n += 1) {
    phone.walk(1, n * 1.4);
    await settle();
  }
  expect(disk.saved.map(({ body }) => body.fixes.length)).toEqual([61, 61, 61]);
  await recorder.stop();
  const times = sent().map(([, , ms]) => ms);
  expect(times).toHaveLength(200);
  expect(new Set(times).size).toBe(200);
  expect(gaps()).toEqual([]);
  expect([...disk.drafts.keys()]).toEqual([]);
});

test('no record holds more fixes than the server takes', async () => {
  const recorder = opened();
  await recorder.start('p1');
  for (let n = 0; n < 600; n += 1) {
    phone.pass(0.1);
    phone.fix(113.537, 22.4 + n * METRE);
  }
  await recorder.stop();
  expect(disk.saved.map(({ body }) => body.fixes.length).every((count) => count <= 250)).toBe(true);
  expect(sent()).toHaveLength(600);
});

test('a killed page loses nothing that was written, sends nothing twice, and the hole has its reason', async () => {
  await opened().start('p1');
  const at = phone.walk(90, 0);
  await settle();
  phone.watches.clear(); // the process is gone, without a word
  phone.pass(40);

  const next = opened();
  expect(await next.unfinished()).toBe('p1');
  await next.start('p1');
  phone.walk(10, at + 30);
  await next.stop();
  expect(new Set(sent().map(([, , ms]) => ms)).size).toBe(100);
  expect(sent()).toHaveLength(100);
  expect(gaps()).toEqual(['killed']);
  expect(next.walk().pieces).toHaveLength(2);
  expect(next.walk().fixes).toBe(100);
});

test('at whatever fix the page is killed, all written fixes arrive in order', async () => {
  for (let killed = 1; killed <= 130; killed += 13) {
    [disk, phone] = [new Disk(), new Phone()];
    await opened().start('p1');
    phone.walk(killed, 0);
    await settle();
    phone.watches.clear();
    const next = opened();
    await next.start('p1');
    await next.stop();
    const times = sent().map(([, , ms]) => ms);
    expect([killed, times.length]).toEqual([killed, killed]);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
  }
});

test('the unfinished track of another patrol is finished under its own name', async () => {
  await opened().start('p1');
  phone.walk(10, 0);
  await settle();
  phone.watches.clear();
  const next = opened();
  await next.start('p2');
  phone.walk(5, 50);
  await next.stop();
  expect(disk.saved.map(({ patrol, body }) => [patrol, body.fixes.length])).toEqual([['p1', 10], ['p2', 5]]);
  expect(gaps()).toEqual([]);
});

test('a locked screen is a gap of its reason, although the ticks stood still', async () => {
  const recorder = opened();
  await recorder.start('p1');
  const at = phone.walk(10, 0);
  phone.hide(true);
  phone.sleep(300);
  phone.hide(false);
  phone.walk(10, at + 100);
  await recorder.stop();
  const [gap] = disk.saved.flatMap(({ body }) => body.gaps);
  expect(gap?.reason).toBe('hidden');
  expect(gap!.to - gap!.from).toBe(301_000);
  expect(recorder.walk().pieces).toHaveLength(2);
});

test('a short look at another app is no gap', async () => {
  const recorder = opened();
  await recorder.start('p1');
  const at = phone.walk(10, 0);
  phone.hide(true);
  phone.sleep(20);
  phone.hide(false);
  phone.walk(10, at + 20);
  await recorder.stop();
  expect(gaps()).toEqual([]);
  expect(recorder.walk().pieces).toHaveLength(1);
});

test('a minute without satellites is a gap, and the page is told before', async () => {
  const recorder = opened();
  await recorder.start('p1');
  const at = phone.walk(10, 0);
  phone.pass(25);
  expect(recorder.walk().trouble).toBe('no_fix');
  phone.fail(3);
  phone.pass(40);
  phone.walk(5, at + 60);
  await recorder.stop();
  expect(gaps()).toEqual(['no_fix']);
  expect(recorder.walk().trouble).toBeNull();
});

test('places more than 200 m apart are never joined, nor counted as walked', async () => {
  const recorder = opened();
  await recorder.start('p1');
  const at = phone.walk(20, 0);
  const walked = recorder.walk().distance_m;
  phone.walk(20, at + 250);
  await recorder.stop();
  expect(gaps()).toEqual(['unknown']);
  expect(recorder.walk().distance_m - walked).toBeLessThan(40);
});

test('a pause is a gap however short, and nothing is recorded in it', async () => {
  const recorder = opened();
  await recorder.start('p1');
  phone.walk(10, 0);
  await recorder.pause();
  expect(phone.watches.size).toBe(0);
  phone.pass(20);
  await recorder.resume();
  phone.walk(10, 20);
  await recorder.stop();
  expect(gaps()).toEqual(['paused']);
  expect(sent()).toHaveLength(20);
});

test.each([-7200, 7200])('a clock that jumps by %i s makes no gap and keeps the order in which fixes came', async (jump) => {
  const recorder = opened();
  await recorder.start('p1');
  const at = phone.walk(30, 0);
  phone.wall += jump * 1000;
  phone.walk(30, at);
  await recorder.stop();
  expect(gaps()).toEqual([]);
  const north = sent().map(([, lat]) => lat);
  expect([...north].sort((a, b) => a - b)).toEqual(north);
  expect(recorder.walk().distance_m).toBeGreaterThan(70);
});

test('somebody who stands does not walk', async () => {
  const recorder = opened();
  await recorder.start('p1');
  for (let n = 0; n < 120; n += 1) {
    phone.pass(1);
    phone.fix(113.537 + (n % 3) * 3 * METRE, 22.4 + (n % 2) * 4 * METRE, { accuracy: 12 });
  }
  expect(recorder.walk().distance_m).toBeLessThan(15);
  await recorder.stop();
});

test('the distance is that of the walk', async () => {
  const recorder = opened();
  await recorder.start('p1');
  phone.walk(1000, 0);
  await recorder.stop();
  expect(recorder.walk().distance_m).toBeGreaterThan(1380);
  expect(recorder.walk().distance_m).toBeLessThan(1401);
});

test('mock is said only when the phone says so', async () => {
  const recorder = opened();
  await recorder.start('p1');
  phone.walk(3, 0);
  await recorder.pause();
  await recorder.resume();
  phone.pass(1);
  phone.fix(113.537, 22.41, { mocked: true });
  await recorder.stop();
  expect(disk.saved.map(({ body }) => body.mock)).toEqual([undefined, true]);
});

test('a full disk forgets nothing: all is written when there is room again', async () => {
  const recorder = opened();
  await recorder.start('p1');
  const at = phone.walk(30, 0);
  await settle();
  disk.full = true;
  phone.walk(100, at);
  await settle();
  expect(recorder.walk().trouble).toBe('storage');
  await expect(recorder.stop()).rejects.toThrow();
  disk.full = false;
  await recorder.stop();
  expect(sent()).toHaveLength(130);
});

test('the screen is kept on, and again after the page was hidden', async () => {
  const recorder = opened();
  await recorder.start('p1');
  await settle();
  expect([phone.locks, recorder.walk().screen]).toEqual([1, 'kept']);
  phone.hide(true);
  expect(recorder.walk().screen).toBe('off');
  phone.hide(false);
  await settle();
  expect([phone.locks, recorder.walk().screen]).toEqual([2, 'kept']);
  await recorder.stop();
});

test('a page that may not ask for positions says why', async () => {
  phone.platform.geolocation = null;
  phone.platform.wakeLock = null;
  const recorder = opened();
  await recorder.start('p1');
  expect([recorder.walk().trouble, recorder.walk().screen]).toEqual(['insecure', 'absent']);
  await recorder.stop();
});

test('a refusal of the person is told from a lost signal', async () => {
  const recorder = opened();
  await recorder.start('p1');
  phone.fail(1);
  expect(recorder.walk().trouble).toBe('denied');
});

test('the drawn way is short however long the walk, and lies where the walk was', async () => {
  const recorder = opened();
  await recorder.start('p1');
  phone.walk(3600, 0);
  await settle();
  const [piece] = recorder.walk().pieces;
  expect(piece!.length).toBeLessThan(700);
  expect(metres(piece![0]!, piece!.at(-1)!)).toBeGreaterThan(5000);
  expect(disk.drafts.get(DRAWN)!.length).toBeLessThan(20_000);
  await recorder.stop();
});
