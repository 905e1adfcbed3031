/** The layouts of the offices, the one that is open with its steps, and the page it makes. */
import { computed, reactive, ref, shallowReactive, shallowRef, watch } from 'vue';

import { asProblem, Problem, wasCancelled } from '../../shared/http';
import { pastOf, type Past } from '../parcels/shape/past';
import { asOf, choose, chosenId, place } from '../state/place';
import { rows } from '../state/rows';
import { session } from '../state/session';
import { calls } from './calls';
import { type Limits, limitsOf, standing } from './geometry';
import type { Box, Choices, Definition, Kind, Layout, Preview } from './types';

/** One open layout; what is not saved stays while another is looked at. */
export interface Open {
  layout: Layout;
  etag: string;
  name: string;
  past: Past<Definition>;
}

const WAIT_MS = 150;
export const list = shallowRef<Layout[]>([]);
export const withArchived = ref(false);
export const choices = shallowRef<Choices | null>(null);
export const problem = shallowRef<Problem | null>(null);
export const clash = shallowRef<{ layout: Layout; etag: string } | null>(null);
export const subjects = reactive({ parcel: '', area: '' });
export const shown = shallowRef<Preview | null>(null);
export const picture = ref('');
export const drawing = ref(false);
export const pictureProblem = shallowRef<Problem | null>(null);
export const page = ref(1);
/** The box that is chosen on the page. */
export const picked = ref('');

const kept = shallowReactive(new Map<number, Open>());
export const open = computed(() => (chosenId.value === null ? undefined : (kept.get(chosenId.value))));
export const draft = computed(() => open.value?.past.now.value);
export const kind = computed<Kind | undefined>(() => choices.value?.kinds.find((one) => one.kind === draft.value?.kind));
export const size = computed(() => kind.value?.sizes.find((one) => one.size === draft.value?.size));
export const subject = computed({
  get: () => (kind.value ? subjects[kind.value.subject] : ''),
  set: (value: string) => void (kind.value && (subjects[kind.value.subject] = value)),
});
export const isDirty = (one: Open): boolean => one.name.trim() !== one.layout.name || JSON.stringify(one.past.now.value) !== JSON.stringify(one.layout.definition);
export const dirty = computed(() => (open.value ? isDirty(open.value) : false));
export const isUnsaved = (id: number): boolean => (kept.has(id) ? isDirty(kept.get(id)!) : false);
export const mine = computed(() => open.value?.layout.mine === true && !open.value.layout.archived_at);

async function tried(act: () => Promise<void>): Promise<void> {
  problem.value = null;
  try {
    await act();
  } catch (cause) {
    problem.value = asProblem(cause);
  }
}

export const load = (): Promise<void> =>
  tried(async () => {
    const [found, some] = await Promise.all([calls.list(withArchived.value), choices.value ?? calls.choices()]);
    list.value = found.items;
    choices.value = some;
    if (chosenId.value === null && found.items.length) choose((found.items.find((one) => one.mine) ?? found.items[0]!).id);
  });

const keep = (layout: Layout, etag: string): void => void kept.set(layout.id, shallowReactive({ layout, etag, name: layout.name, past: pastOf(layout.definition) }));

export const openOne = (id: number): Promise<void> =>
  tried(async () => {
    if (kept.has(id)) return;
    const { value, etag } = await calls.one(id);
    keep(value, etag);
  });

/** A step of the person; `quietly` continues the last one. */
export function set(change: Partial<Definition>, quietly = false): void {
  if (draft.value) open.value!.past.set({ ...draft.value, ...change }, quietly);
}

export const limits = (name: string): Limits => limitsOf(name, size.value ?? shown.value!, choices.value!);

export function setBox(name: string, box: Box, quietly = false): void {
  if (shown.value && draft.value) set({ boxes: { ...standing(shown.value, draft.value.boxes, limits), [name]: box } }, quietly);
}

export const save = (): Promise<void> =>
  tried(async () => {
    const { layout, etag, name } = open.value!;
    clash.value = null;
    try {
      const saved = await calls.change(layout.id, etag, name, draft.value!);
      renew(saved.value, saved.etag);
    } catch (cause) {
      if (!(cause instanceof Problem) || cause.status !== 412) throw cause;
      const { current, etag: now } = cause.body as unknown as { current: Layout; etag: string };
      clash.value = { layout: current, etag: now };
    }
  });

/** The layout as it is saved now; the steps can still be taken back. */
function renew(layout: Layout, etag: string): void {
  Object.assign(open.value!, { layout: { ...layout, definition: draft.value! }, etag, name: layout.name });
  list.value = list.value.map((one) => (one.id === layout.id ? layout : one));
}

/** After somebody else's change: theirs is taken, or ours is put over it. */
export async function settle(theirs: boolean): Promise<void> {
  const found = clash.value;
  clash.value = null;
  if (!found) return;
  if (theirs) return keep(found.layout, found.etag);
  open.value!.etag = found.etag;
  await save();
}

export const make = (name: string, definition: Definition): Promise<void> =>
  tried(async () => {
    const { value, etag } = await calls.make(name, definition);
    keep(value, etag);
    list.value = [...list.value, value];
    choose(value.id);
  });

export const put = (away: boolean): Promise<void> =>
  tried(async () => {
    const { value, etag } = await calls.put(open.value!.layout.id, open.value!.etag, away);
    Object.assign(open.value!, { layout: value, etag });
    await load();
  });

export function plain(kindName: string, sizeName: string): Definition {
  return { kind: kindName, size: sizeName, title: '', subtitle: '', maker: '', scale: null, centre: null, boxes: {}, hidden: [], layers: null, mark: '内部使用', picture: null };
}

// --- the page it makes ---------------------------------------------------------------------------------------------------

let running: AbortController | null = null;
let waiting: ReturnType<typeof setTimeout> | undefined;

/** Asks for the page a moment after the last step; the old picture stays until the new one is there. */
export function redraw(): void {
  clearTimeout(waiting);
  waiting = setTimeout(() => void drawNow(), WAIT_MS);
}

async function drawNow(): Promise<void> {
  running?.abort();
  if (!draft.value || !subject.value) return;
  const own = (running = new AbortController());
  drawing.value = true;
  try {
    const made = await calls.preview(draft.value, subject.value, asOf.value, page.value, own.signal);
    await show(made, own.signal);
    pictureProblem.value = null;
  } catch (cause) {
    if (!wasCancelled(cause) && running === own) pictureProblem.value = asProblem(cause);
  } finally {
    if (running === own) drawing.value = false;
  }
}

async function show(made: Preview, signal: AbortSignal): Promise<void> {
  const url = URL.createObjectURL(new Blob([made.svg], { type: 'image/svg+xml' }));
  const image = new Image();
  image.src = url;
  await image.decode().catch(() => undefined);
  if (signal.aborted) return URL.revokeObjectURL(url);
  const old = picture.value;
  picture.value = url;
  shown.value = made;
  if (old) setTimeout(() => URL.revokeObjectURL(old), 1000);
}

const here = computed(() => place.place === 'layouts');
watch([draft, subject, asOf, page], redraw);
watch(chosenId, () => {
  page.value = 1;
  picked.value = '';
  clash.value = null;
});
watch([here, chosenId], ([is, id]) => void (is && id !== null && openOne(id)), { immediate: true });
/** Something to look at from the beginning: the first parcel, the first area. */
watch([rows, () => session.areas], () => {
  subjects.parcel ||= rows.value[0]?.parcel_no ?? '';
  subjects.area ||= session.areas[0]?.name ?? '';
}, { immediate: true });
