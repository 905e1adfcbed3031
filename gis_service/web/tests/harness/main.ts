import '../../src/shared/style/tokens.css';
import '../../src/shared/style/base.css';
import '../../src/shared/style/controls.css';

import { createApp, defineAsyncComponent, h, shallowReactive } from 'vue';

import BaseMaps from '../../src/field/base/BaseMaps.vue';
import { base, choose, lookHere } from '../../src/field/base/state';
import { type Keep, makeRecorder } from '../../src/field/track/recorder';
import { watchPlace } from '../../src/field/track/position';

const FieldMap = defineAsyncComponent(() => import('../../src/field/map/FieldMap.vue'));
const drafts = new Map<string, unknown>();
const keep: Keep = {
  draft: async (key) => drafts.get(key) ?? null,
  keepDraft: async (key, value) => void drafts.set(key, JSON.parse(JSON.stringify(value))),
  dropDraft: async (key) => void drafts.delete(key),
  save: async (_kind, body, { drafts: changed }) => {
    saved.push(JSON.parse(JSON.stringify(body)));
    Object.entries(changed).forEach(([key, value]) => drafts.set(key, value));
    return String(saved.length);
  },
};
const saved: unknown[] = [];
const recorder = makeRecorder(keep);
const props = shallowReactive<Record<string, unknown>>({ page: 'map', pack: null, stops: [], mode: 'look', theme: 'day', position: null, heading: null, track: [] });
const heard: Record<string, unknown[]> = { parcel: [], drawn: [], spot: [], rendered: [] };
let map: { zoomTo(ids: number[]): void; zoomToTask(): void } | null = null;

recorder.onChange(() => (props['track'] = recorder.walk().pieces));
void lookHere();

createApp(() => {
  const { page, ...rest } = props;
  if (page === 'bases') return h('div', { style: 'height:100%;overflow:auto;padding:12px;background:var(--paper)' }, [h(BaseMaps)]);
  const hears = Object.fromEntries(Object.keys(heard).map((name) => [`on${name[0]!.toUpperCase()}${name.slice(1)}`, (value: unknown) => heard[name]!.push(value === undefined ? performance.now() : value)]));
  return h(FieldMap, { ...rest, base: base.value, ...hears, ref: (one: unknown) => void (map = one as typeof map) } as never);
}).mount('#app');

Object.assign(window, { props, heard, recorder, saved, choose, theMap: () => map, watch: () => watchPlace(({ position, heading_deg }) => Object.assign(props, { position, heading: heading_deg }), () => undefined) });
