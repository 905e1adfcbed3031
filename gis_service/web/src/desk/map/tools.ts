/** Which tool of the map is in hand. One at a time; its panel says how it is used. */
import { computed, ref, watch } from 'vue';

import { setMarks } from './state';

export type ToolName = 'layers' | 'identify' | 'measure' | 'select' | 'goto';
export const tool = ref<ToolName | null>(null);

export const take = (name: ToolName): void => {
  tool.value = tool.value === name ? null : name;
};
export const putDown = (): void => {
  tool.value = null;
};

/** Points and the pointer belong to what is drawn, not to the parcels under it. */
export const sketching = computed(() => tool.value === 'measure' || tool.value === 'select');
watch(tool, () => setMarks('spot'));

/** The view is being made into a page. */
export const printing = ref(false);
