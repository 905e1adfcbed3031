/** Every text of the field app in English, under its Chinese wording. The desk's do not travel to the phone. */
import { FIELD } from './field.en';
import { FIELD_MAP } from './fieldmap.en';
import { GATE } from './gate.en';
import { QUEUE } from './queue.en';

export const FIELD_ENGLISH: Record<string, string> = { ...FIELD, ...FIELD_MAP, ...GATE, ...QUEUE };
