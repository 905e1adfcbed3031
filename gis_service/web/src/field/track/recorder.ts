/** Records where a walk went. Framework-free.
 *
 * Every fix is on the disk before the next one counts: the unfinished tail of the track is a draft of the queue, written anew at each fix,
 * and becomes a record of kind `track` at 250 fixes or after a minute, in the same moment in which the draft empties. A killed page
 * therefore loses at most the fix that just came, and sends none twice.
 *
 * The order of fixes is that in which they came; how long lies between two is told by a clock that cannot jump. What the phone says of
 * place, time and accuracy is kept as it says it. Where nothing was recorded for a minute, or two places lie more than 200 m apart, there
 * is a gap, with its reason: it is never drawn, measured or sent as a line.
 */
import type { Fix, Gap, Position, Track } from '../queue/wire';
import { metres } from './distance';
import { browser, type Lock, type Platform } from './platform';

/** Over more than this nothing is joined (`gis_service/patrols/rules.py` says the same). */
export const GAP_S = 60;
export const GAP_M = 200;
const BATCH = 250;
const PART_MS = 60_000;
/** Steps shorter than this (or than the accuracy, up to `UNSURE_M`) are the trembling of somebody who stands. */
const STEP_M = 3;
const UNSURE_M = 30;
/** The drawn track keeps a point this often; what is sent keeps all. */
const DRAWN_M = 8;
const LOOK_MS = 5_000;
/** Before this a fix that does not come is nothing to speak of. */
const LATE_MS = 20_000;

/** Where the recorder keeps things: the queue. `drafts` change in the same moment in which the record is saved. */
export interface Keep {
  draft(key: string): Promise<unknown>;
  keepDraft(key: string, value: unknown): Promise<void>;
  dropDraft(key: string): Promise<void>;
  save(kind: 'track', body: Track, options: { patrol: string; drafts: Record<string, unknown> }): Promise<string>;
}

export type Trouble = 'insecure' | 'denied' | 'no_fix' | 'storage';

/** What a page shows of a walk. A new object after every change. */
export interface Walk {
  patrol: string | null;
  paused: boolean;
  /** All of this walk, those from before the page was killed included. */
  fixes: number;
  /** Walked, gaps not counted. */
  distance_m: number;
  last: Position | null;
  heading_deg: number | null;
  /** The track so far in pieces; between two pieces is a gap. */
  pieces: readonly (readonly Place[])[];
  gaps: number;
  trouble: Trouble | null;
  /** `absent`: this browser cannot keep the screen on: say 「请保持屏幕常亮」. */
  screen: 'kept' | 'off' | 'refused' | 'absent';
}

export type Place = [lon: number, lat: number];

export interface Recorder {
  /** The patrol whose track was not finished when the page was last closed or killed, if any. */
  unfinished(): Promise<string | null>;
  /** Begins, or goes on with, the track of a patrol (uuid of its patrol.start). */
  start(patrol: string): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends the track: resolves when all of it is a record on the disk. Call it before patrol.end is saved. */
  stop(): Promise<void>;
  walk(): Walk;
  onChange(heard: () => void): () => void;
}

/** The draft: what is not yet a record, and what is needed to go on after a kill. */
interface Tail {
  patrol: string;
  fixes: Fix[];
  gaps: Gap[];
  mock: boolean;
  /** The last fix, whether or not it is in a record by now. */
  last: Fix | null;
  paused: boolean;
  since: number;
}

/** The draft beside it, written once for each record: the walk as it is drawn. */
interface Drawn {
  patrol: string;
  pieces: Place[][];
  fixes: number;
  distance_m: number;
  gaps: number;
}

export const TAIL = 'track';
export const DRAWN = 'track.drawn';

const emptyTail = (patrol: string, since: number): Tail => ({ patrol, fixes: [], gaps: [], mock: false, last: null, paused: false, since });
const emptyDrawn = (patrol: string): Drawn => ({ patrol, pieces: [], fixes: 0, distance_m: 0, gaps: 0 });

/** Some wrappers say it on the position, some on its coordinates; browsers say nothing, and nothing is guessed. */
const isMock = (position: GeolocationPosition): boolean =>
  [position, position.coords].some((one) => (one as { mocked?: unknown; isMock?: unknown }).mocked === true || (one as { isMock?: unknown }).isMock === true);

const finite = (value: number | null | undefined): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

export function fixOf({ coords, timestamp }: GeolocationPosition): Fix {
  return [coords.longitude, coords.latitude, Math.round(timestamp), coords.accuracy, finite(coords.altitude), finite(coords.speed), finite(coords.heading)];
}

export function positionOf(fix: Fix, mock = false): Position {
  const [lon, lat, at, accuracy_m, altitude_m] = fix;
  return { lon, lat, at, accuracy_m, altitude_m, ...(mock ? { mock } : {}) };
}

export function makeRecorder(keep: Keep, options: { platform?: Platform; batch?: number } = {}): Recorder {
  const platform = options.platform ?? browser();
  const batch = Math.min(options.batch ?? BATCH, BATCH);
  const hearers = new Set<() => void>();

  let tail: Tail | null = null;
  let drawn = emptyDrawn('');
  /** Where the last counted step of the walk ended; null after a gap. */
  let anchor: Fix | null = null;
  let mock = false;
  let trouble: Trouble | null = null;
  let screen: Walk['screen'] = 'off';
  let shown: Walk | null = null;

  let watching: number | null = null;
  let lock: Lock | null = null;
  let stops: (() => void)[] = [];
  /** Ticks of the last fix of this page, and of the first in the tail. */
  let cameAt: number | null = null;
  let tailSince = 0;
  /** Why there may be a hole since the last fix. The first reason stands. */
  let why: Gap['reason'] | null = null;
  /** Writes go one after the other. */
  let writing: Promise<void> = Promise.resolve();

  const tell = (): void => {
    shown = null;
    hearers.forEach((heard) => heard());
  };

  const write = (act: () => Promise<void>): Promise<void> => {
    writing = writing.then(act).then(
      () => {
        if (trouble === 'storage') trouble = null;
      },
      () => {
        trouble = 'storage'; // nothing is forgotten: the tail stays in memory and is written again at the next fix
        tell();
      },
    );
    return writing;
  };

  const keepTail = (): Promise<void> => write(async () => {
    if (tail) await keep.keepDraft(TAIL, tail);
  });

  /** The tail becomes a record; what came in the meantime stays in the new tail. */
  const saveTail = (): Promise<void> => write(async () => {
    if (!tail?.fixes.length) return;
    const { patrol, fixes, gaps, mock: pretended } = tail;
    const taken = fixes.slice(0, batch);
    const end = taken.at(-1)![2];
    const all = taken.length === fixes.length;
    const sent = all ? [...gaps] : gaps.filter((gap) => gap.to <= end);
    const rest: Tail = { ...tail, fixes: fixes.slice(taken.length), gaps: all ? [] : gaps.filter((gap) => gap.to > end) };
    await keep.save('track', { fixes: taken, gaps: sent, ...(pretended ? { mock: true } : {}) }, { patrol, drafts: { [TAIL]: rest, [DRAWN]: drawn } });
    if (tail?.patrol !== patrol) return;
    // fixes and gaps that came while it was written lie behind those that are gone
    tail = { ...tail, fixes: tail.fixes.slice(taken.length), gaps: tail.gaps.filter((gap) => !sent.includes(gap)), mock: false };
    tailSince = platform.ticks();
  });

  function addGap(gap: Gap): void {
    tail!.gaps.push(gap);
    drawn.gaps += 1;
    anchor = null;
  }

  /** How long nothing was recorded, in ms. The clock that cannot jump may stand still while a phone sleeps, so a hidden page asks the wall. */
  function silence(fix: Fix, last: Fix): number {
    const slept = cameAt === null || why === 'hidden' || why === 'killed' || why === 'paused';
    const ticked = cameAt === null ? 0 : platform.ticks() - cameAt;
    return slept ? Math.max(ticked, fix[2] - last[2]) : ticked;
  }

  function joinsOrGap(fix: Fix): void {
    const { last, since } = tail!;
    if (!last) {
      if (fix[2] - since > GAP_S * 1000 && (why || trouble)) addGap({ from: since, to: fix[2], reason: why ?? 'no_fix' });
      return;
    }
    const quiet = silence(fix, last);
    const broken = quiet > GAP_S * 1000 || metres(last, fix) > GAP_M || why === 'paused' || why === 'killed';
    if (broken) addGap({ from: last[2], to: Math.max(fix[2], last[2] + Math.round(quiet)), reason: why ?? 'unknown' });
  }

  function draw(fix: Fix): void {
    const place: Place = [Number(fix[0].toFixed(6)), Number(fix[1].toFixed(6))];
    const piece = drawn.pieces.at(-1);
    if (!anchor || !piece) drawn.pieces.push([place]);
    else if (metres(piece.at(-1)!, place) >= DRAWN_M) piece.push(place);
    if (!anchor) anchor = fix;
    const step = metres(anchor, fix);
    if (step >= Math.max(STEP_M, Math.min(fix[3], UNSURE_M))) {
      drawn.distance_m += step;
      anchor = fix;
    }
    drawn.fixes += 1;
  }

  function onFix(position: GeolocationPosition): void {
    if (!tail || tail.paused) return;
    const fix = fixOf(position);
    if (![fix[0], fix[1], fix[2], fix[3]].every(Number.isFinite)) return;
    if (tail.last && fix[2] === tail.last[2] && fix[0] === tail.last[0] && fix[1] === tail.last[1]) return; // told twice
    if (!tail.fixes.length) tailSince = platform.ticks();
    joinsOrGap(fix);
    mock = isMock(position);
    tail.mock ||= mock;
    tail.fixes.push(fix);
    tail.last = fix;
    draw(fix);
    cameAt = platform.ticks();
    why = platform.hidden() ? 'hidden' : null;
    if (trouble !== 'storage') trouble = null;
    void keepTail();
    if (tail.fixes.length >= batch || cameAt - tailSince >= PART_MS) void saveTail();
    tell();
  }

  function onFailure(error: GeolocationPositionError): void {
    if (!tail || tail.paused) return;
    why ??= 'no_fix';
    trouble = error.code === 1 ? 'denied' : 'no_fix';
    tell();
  }

  function watchAgain(): void {
    if (watching !== null) platform.geolocation?.clearWatch(watching);
    watching = null;
    if (!platform.geolocation) {
      trouble = 'insecure';
      return;
    }
    watching = platform.geolocation.watchPosition(onFix, onFailure, { enableHighAccuracy: true, maximumAge: 0, timeout: 30_000 });
  }

  async function keepScreenOn(): Promise<void> {
    if (!platform.wakeLock) {
      screen = 'absent';
      return;
    }
    if (lock || platform.hidden()) return;
    try {
      const held = await platform.wakeLock.request('screen');
      if (watching === null) return void held.release();
      lock = held;
      screen = 'kept';
      held.addEventListener('release', () => {
        if (lock !== held) return;
        lock = null;
        screen = 'off';
        tell();
      });
    } catch {
      screen = 'refused'; // low battery, or the page lost the foreground in this moment: asked again when it comes back
    }
    tell();
  }

  function letScreenGo(): void {
    const held = lock;
    lock = null;
    if (screen === 'kept') screen = 'off';
    void held?.release().catch(() => undefined);
  }

  function onVisibility(): void {
    if (!tail || tail.paused) return;
    if (platform.hidden()) {
      why ??= 'hidden';
      void saveTail(); // a hidden page may never come back
      return;
    }
    watchAgain(); // some browsers let a watch die while the page is hidden
    void keepScreenOn();
  }

  /** Every few seconds: say so when no fix comes, and let nothing wait in the draft for long. */
  function look(): void {
    if (!tail || tail.paused) return;
    const ticks = platform.ticks();
    if (cameAt !== null && ticks - cameAt > LATE_MS && !trouble) {
      trouble = 'no_fix';
      why ??= platform.hidden() ? 'hidden' : 'no_fix';
      tell();
    }
    if (tail.fixes.length && ticks - tailSince >= PART_MS) void saveTail();
  }

  function listen(): void {
    hush();
    stops = [platform.onVisibility(onVisibility), platform.every(LOOK_MS, look)];
    cameAt = null;
    trouble = null;
    watchAgain();
    void keepScreenOn();
  }

  function hush(): void {
    stops.forEach((stop) => stop());
    stops = [];
    if (watching !== null) platform.geolocation?.clearWatch(watching);
    watching = null;
    letScreenGo();
  }

  /** The tail of a killed page becomes a record; its last fix is where the gap begins. */
  async function takeUp(left: Tail): Promise<void> {
    tail = { ...emptyTail(left.patrol, left.since), ...left };
    const picture = (await keep.draft(DRAWN)) as Drawn | null | undefined;
    drawn = picture?.patrol === left.patrol ? structuredClone(picture) : emptyDrawn(left.patrol);
    const end = drawn.pieces.at(-1)?.at(-1);
    anchor = end ? [...end, 0, 0, null, null, null] : null;
    let told = -Infinity;
    for (const fix of left.fixes) {
      if (left.gaps.some(({ to }) => to > told && to <= fix[2])) anchor = null;
      draw(fix);
      told = fix[2];
    }
    await saveTail();
    anchor = null;
  }

  async function start(patrol: string): Promise<void> {
    if (tail?.patrol === patrol) return resume();
    if (tail) await stop();
    const left = (await keep.draft(TAIL)) as Tail | null | undefined;
    if (left) await takeUp(left);
    if (left?.patrol === patrol) {
      why = left.paused ? 'paused' : 'killed';
      tail!.paused = false;
    } else {
      if (left) await finish();
      tail = emptyTail(patrol, platform.now());
      drawn = emptyDrawn(patrol);
      anchor = null;
      why = null;
    }
    listen();
    await keepTail();
    tell();
  }

  async function pause(): Promise<void> {
    if (!tail || tail.paused) return;
    tail.paused = true;
    why = 'paused';
    hush();
    await saveTail();
    await keepTail();
    tell();
  }

  async function resume(): Promise<void> {
    if (!tail?.paused) return;
    tail.paused = false;
    listen();
    why = 'paused';
    await keepTail();
    tell();
  }

  /** All of the tail as records; throws when the disk has no room, and then nothing is forgotten. */
  async function finish(): Promise<void> {
    while (tail?.fixes.length) {
      const before = tail.fixes.length;
      await saveTail();
      if (tail.fixes.length === before) throw new Error('the track could not be saved');
    }
    await writing;
    await keep.dropDraft(TAIL);
    await keep.dropDraft(DRAWN);
    tail = null;
  }

  async function stop(): Promise<void> {
    if (!tail) return;
    hush();
    await finish();
    tell();
  }

  return {
    async unfinished() {
      if (tail) return tail.patrol;
      return ((await keep.draft(TAIL)) as Tail | null | undefined)?.patrol ?? null;
    },
    start,
    pause,
    resume,
    stop,
    walk: () =>
      (shown ??= {
        patrol: tail?.patrol ?? null,
        paused: tail?.paused ?? false,
        fixes: drawn.fixes,
        distance_m: drawn.distance_m,
        last: tail?.last ? positionOf(tail.last, mock) : null,
        heading_deg: tail?.last?.[6] ?? null,
        pieces: drawn.pieces.map((piece) => [...piece]),
        gaps: drawn.gaps,
        trouble,
        screen,
      }),
    onChange(heard) {
      hearers.add(heard);
      return () => hearers.delete(heard);
    },
  };
}
