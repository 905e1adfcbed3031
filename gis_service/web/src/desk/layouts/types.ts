/** Layouts of sheets as the server tells them. Lengths in mm of the page, coordinates in metres. */
export type Box = [left: number, top: number, wide: number, high: number];

export interface Definition {
  kind: string;
  size: string;
  title: string;
  subtitle: string;
  maker: string;
  scale: number | null;
  /** A place of the land where it is fixed, else so far from the middle of the subject. */
  centre: { fixed: boolean; east_m: number; north_m: number } | null;
  boxes: Record<string, Box>;
  hidden: string[];
  /** The lowest first; null is as the kind draws. */
  layers: string[] | null;
  mark: string;
  /** The orthophoto under the map. */
  picture?: number | 'newest' | null;
}

export interface Layout {
  id: number;
  name: string;
  version: number;
  unit_id: number;
  unit: string;
  kind: string;
  kind_zh: string;
  kind_en: string;
  definition: Definition;
  mine: boolean;
  updated_at: string;
  updated_by: string;
  archived_at: string | null;
}

export interface Part {
  name: string;
  box: Box;
  used: Box;
  /** The column it stands in, from 1; 0 is none. */
  column: number;
}

export interface Preview {
  svg: string;
  page: number;
  pages: number;
  width_mm: number;
  height_mm: number;
  map: Box;
  scale: number;
  centre: [east: number, north: number];
  middle: [east: number, north: number];
  parts: Part[];
  layers: string[];
  title: string;
  told: { zh: string; en: string }[];
}

export interface Size {
  size: string;
  title: string;
  width_mm: number;
  height_mm: number;
  parts: string[];
}

export interface Kind {
  kind: string;
  title: string;
  title_en: string;
  subject: 'parcel' | 'area';
  sizes: Size[];
}

export interface Choices {
  kinds: Kind[];
  scales: number[];
  layers: { id: string; title: string; title_en: string }[];
  least_mm: Record<string, [wide: number, high: number]>;
  edge_mm: number;
  foot_mm: number;
  band_mm: number;
}
