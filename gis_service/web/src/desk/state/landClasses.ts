/** Land classes of both standards, loaded when an edit form first asks. */
import { shallowRef } from 'vue';

import { api } from '../../shared/api';
import type { LandClass } from '../../shared/types';

export const landClasses = shallowRef<LandClass[]>([]);

export async function loadLandClasses(): Promise<void> {
  if (!landClasses.value.length) landClasses.value = await api.landClasses();
}
