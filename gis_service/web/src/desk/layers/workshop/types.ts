/** What the doors of the workshop speak. */
import type { LayerStyle, MapLayer } from '../../../shared/types';

/** All of a layer that concerns the eye. */
export interface Content {
  title: string;
  title_en: string;
  group: string;
  group_en: string;
  order: number;
  minzoom: number;
  maxzoom: number;
  /** The attribute whose value is a feature's name. */
  label?: string;
  visible: boolean;
  style: LayerStyle;
  description: string;
  description_en: string;
}

export interface Said {
  zh: string;
  en: string;
}

export interface Fault extends Said {
  /** The place in the content, with dots. */
  field: string;
}

export interface Version {
  version: number;
  made_at: string;
  made_by: string;
  reason: string;
  restored: number | null;
  as_shipped: boolean;
  /** Whether this release can still use it. */
  fits: boolean;
  changes: Said[];
}

/** A way of seeing: a 3 × 3 matrix over linear light. */
export type Sight = Said & { matrix: number[][] };

export interface Workshop {
  layer: string;
  geometry: MapLayer['geometry'];
  current: number;
  content: Content;
  shipped: Content;
  weaknesses: Said[];
  values: (Said & { value: string })[];
  attributes: (Said & { name: string; tiles_from: number | null })[];
  sights: Record<string, Sight>;
  may_save: boolean;
  items: Version[];
}

export interface Checked {
  faults: Fault[];
  weaknesses: Said[];
  changes: Said[];
}
