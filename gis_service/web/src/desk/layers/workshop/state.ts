/** The layer that is worked on: its draft with the steps taken, what the server thinks of it, and who else saved it meanwhile. */
import { computed, ref, shallowReactive, shallowRef, watch } from 'vue';

import { useAttempt } from '../../../shared/attempt';
import { asProblem, Problem, type Seen, wasCancelled } from '../../../shared/http';
import type { MapLayer } from '../../../shared/types';
import { type Past, pastOf } from '../../parcels/shape/past';
import { choose, place } from '../../state/place';
import { reloadLayers, session } from '../../state/session';
import { calls } from './calls';
import { isDrawable, layerOf, same } from './draft';
import type { Checked, Content, Workshop } from './types';

/** One layer in work; what is not saved stays while another is looked at. */
interface Open {
  workshop: Workshop;
  etag: string;
  past: Past<Content>;
}

const WAIT_MS = 300;
const kept = shallowReactive(new Map<string, Open>());

export const { busy, problem, attempt: tried } = useAttempt();
/** Somebody else saved while this draft was made. */
export const clash = shallowRef<{ workshop: Workshop; etag: string } | null>(null);
export const checked = shallowRef<Checked | null>(null);
export const saved = ref(0);

const here = computed(() => (place.place === 'layer_workshop' ? place.chosen : null));
export const open = computed(() => (here.value ? kept.get(here.value) : undefined));
export const workshop = computed(() => open.value?.workshop);
export const draft = computed(() => open.value?.past.now.value);
export const dirty = computed(() => !!open.value && !same(draft.value, open.value.workshop.content));
export const isUnsaved = (id: string): boolean => {
  const one = kept.get(id);
  return !!one && !same(one.past.now.value, one.workshop.content);
};

const base = computed(() => session.layers.find(({ id }) => id === here.value));
/** The last draft that can be drawn: a colour half typed in is passed over. */
const drawable = shallowRef<Content>();
watch(draft, (now) => (!now || isDrawable(now)) && (drawable.value = now), { immediate: true, flush: 'sync' });
/** The layer as the map draws it. */
export const shown = computed(() => (base.value && workshop.value && drawable.value ? layerOf(base.value as MapLayer, drawable.value, workshop.value) : undefined));

const keep = ({ value, etag }: Seen<Workshop>): void => void kept.set(value.layer, { workshop: value, etag, past: pastOf(value.content) });

export function set(change: Partial<Content>, quietly = false): void {
  if (draft.value) put({ ...draft.value, ...change }, quietly);
}

/** A step of the person; `quietly` continues the last one, as typing and dragging do. */
export function put(content: Content, quietly = false): void {
  open.value?.past.set(content, quietly);
}

async function opened(id: string): Promise<void> {
  saved.value = 0;
  clash.value = null;
  if (!kept.has(id)) await tried(async () => keep(await calls.open(id)));
}

/** Saves, or finds that somebody else did. */
async function sent(act: (one: Open) => Promise<Seen<Workshop>>): Promise<void> {
  await tried(async () => {
    const one = open.value!;
    clash.value = null;
    try {
      const answer = await act(one);
      keep(answer);
      saved.value = answer.value.current;
      await reloadLayers();
    } catch (cause) {
      if (!(cause instanceof Problem) || cause.status !== 412) throw cause;
      const { current, etag } = cause.body as unknown as { current: Workshop; etag: string };
      clash.value = { workshop: current, etag };
    }
  });
}

export const save = (reason: string): Promise<void> => sent((one) => calls.save(one.workshop.layer, one.etag, draft.value!, reason));
export const restore = (version: number, reason: string): Promise<void> => sent((one) => calls.restore(one.workshop.layer, one.etag, version, reason));

/** After somebody else's save: theirs is taken, or ours stays as a draft over it. */
export function settle(theirs: boolean): void {
  const found = clash.value;
  clash.value = null;
  if (!found) return;
  const mine = draft.value!;
  keep({ value: found.workshop, etag: found.etag });
  if (!theirs) put(mine);
  void reloadLayers();
}

/** The content of an earlier version as the draft, to be looked at and perhaps saved. */
export const take = (version: number): Promise<void> => tried(async () => put((await calls.one(workshop.value!.layer, version)).content));

watch(here, (id) => id && void opened(id), { immediate: true });
watch(() => place.place === 'layer_workshop' && !place.chosen && session.layers.length > 0, (empty) => empty && choose(session.layers[0]!.id), { immediate: true });

let asking: AbortController | null = null;
let waiting = 0;
watch([draft, workshop], ([content, of]) => {
  clearTimeout(waiting);
  asking?.abort();
  if (!content || !of) return void (checked.value = null);
  if (same(content, of.content)) return void (checked.value = { faults: [], weaknesses: of.weaknesses, changes: [] });
  waiting = window.setTimeout(() => {
    asking = new AbortController();
    calls.check(of.layer, content, asking.signal).then((found) => (checked.value = found), (cause: unknown) => {
      if (!wasCancelled(cause)) problem.value = asProblem(cause);
    });
  }, WAIT_MS);
}, { immediate: true });
