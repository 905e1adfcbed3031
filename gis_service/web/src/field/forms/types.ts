/** A form as it comes in the pack; `gis_service/patrols/forms/models.py` checked it. */
export interface Words { zh: string; en: string }
export interface Choice extends Words { value: string }
export type Kind =
  | 'select_one' | 'select_multiple' | 'integer' | 'decimal' | 'text' | 'photo' | 'geopoint' | 'geotrace' | 'geoshape' | 'note' | 'calculate' | 'repeat';

export interface Question {
  type: Kind;
  name: string;
  zh?: string;
  en?: string;
  unit?: string;
  hint?: Words;
  choices?: Choice[];
  required?: boolean | string;
  relevant?: string;
  constraint?: string;
  constraint_message?: Words;
  calculation?: string;
  default?: unknown;
  questions?: Question[];
}

export interface FacilityRule { noun: 'fences' | 'signs' | 'cameras'; asked: string; conditions: Record<string, string> }

export interface Form {
  code: string;
  version: number;
  zh: string;
  en: string;
  item?: string;
  quantity?: string;
  quantity_unit?: string;
  facility?: FacilityRule;
  questions: Question[];
}

export type Answers = Record<string, unknown>;
