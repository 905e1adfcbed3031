/** What a sheet may be of, by the names of the service. */
export type Of = 'parcel' | 'area' | 'batch' | 'patrol' | 'patrols' | 'case';

/** A size a kind of sheet comes in; the first of a kind is the usual one. */
export interface Paper {
  size: string;
  width_mm: number;
  height_mm: number;
}

/** A kind of sheet, as the service lists it. */
export interface Kind {
  kind: string;
  title: string;
  title_en: string;
  subject: Of;
  sizes: Paper[];
  file: string;
}

/** Something that a page is about: what it is, how the door names it, and its heading in the menu. */
export interface Subject {
  of: Of;
  name: string;
  title: string;
}
