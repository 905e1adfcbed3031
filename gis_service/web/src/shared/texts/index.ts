/** Every text of the pages in English, under its Chinese wording, one file for each place. A test holds them complete and free of leftovers. */
import { ADMIN } from './admin.en';
import { CHECKS } from './checks.en';
import { IMPORTS } from './imports.en';
import { MAP } from './map.en';
import { PARCELS } from './parcels.en';
import { SHELL } from './shell.en';

export const ENGLISH: Record<string, string> = {
  ...ADMIN,
  ...CHECKS,
  ...IMPORTS,
  ...MAP,
  ...PARCELS,
  ...SHELL,
};
