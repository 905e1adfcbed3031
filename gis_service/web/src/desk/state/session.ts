/** What is the same for every page of this visit: the person, the deployment, the words and the layers. */
import { reactive, readonly } from 'vue';

import { api } from '../../shared/api';
import { pick } from '../../shared/i18n';
import type { Area, Config, MapLayer, Me, Unit, Vocabulary } from '../../shared/types';

interface Session {
  me: Me | null;
  config: Config | null;
  vocabulary: Vocabulary;
  areas: Area[];
  units: Unit[];
  layers: MapLayer[];
}

const state = reactive<Session>({ me: null, config: null, vocabulary: {}, areas: [], units: [], layers: [] });

export const session = readonly(state) as Readonly<Session>;

export const may = (permission: string): boolean => state.me?.permissions.includes(permission) ?? false;

/** Loads what every page needs; the layers only for those who may see the map. */
export async function begin(): Promise<void> {
  state.me = await api.me();
  state.config = await api.config();
  if (state.me.must_change_password || state.me.must_enrol) return;
  const mapReader = may('map.read');
  const [vocabulary, areas, units, layers] = await Promise.all([
    api.vocabulary(),
    api.areas(),
    api.units(),
    mapReader ? api.layers() : [],
  ]);
  Object.assign(state, { vocabulary, areas, units, layers });
}

/** After a layer was changed: every page draws it as it stands now. */
export async function reloadLayers(): Promise<void> {
  state.layers = await api.layers();
}

const words = new Map<string, { zh: string; en: string }>();

/** The word for a stored value (`fence_status`, `full` → 已全围蔽 / fully fenced); the value itself if it has none. */
export function word(list: string, value: string | null | undefined): string {
  if (!value) return '–';
  const key = `${list}.${value}`;
  let found = words.get(key);
  if (!found) {
    found = state.vocabulary[list]?.find((entry) => entry.value === value);
    if (!found) return value;
    words.set(key, found);
  }
  return pick(found.zh, found.en);
}

/** The values of a list of words that may be chosen, with the word for each. */
export const wordsOf = (list: string): { value: string; label: string }[] =>
  (state.vocabulary[list] ?? []).filter(({ value }) => value).map(({ value, zh, en }) => ({ value, label: pick(zh, en) }));
