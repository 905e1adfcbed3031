/** The six status axes of a parcel, never one 状态; each has a layer of its own on the map. */
import type { Axis } from '../../shared/types';

export const AXES: { axis: Axis; label: string }[] = [
  { axis: 'supply_status', label: '供应' },
  { axis: 'use_status', label: '使用' },
  { axis: 'fence_status', label: '围蔽' },
  { axis: 'survey_status', label: '摸排' },
  { axis: 'disposal_status', label: '处置' },
  { axis: 'handover_status', label: '移交' },
];

export const isAxis = (name: string): name is Axis => AXES.some(({ axis }) => axis === name);
