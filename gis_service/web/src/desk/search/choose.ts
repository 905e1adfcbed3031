/** What choosing a hit does: a parcel is opened, an area or unit filters the list, a place is looked at. */
import { look } from '../map/state';
import { writeFilter } from '../parcels/filters';
import { choose, setQuery } from '../state/place';
import { rows } from '../state/rows';
import type { Hit } from './calls';

const ROLES = ['custodian_unit', 'managing_unit', 'right_holder'] as const;

const only = (value: string): string => writeFilter({ kind: 'set', values: [value] });

/** The role in which most parcels have this unit. */
function roleOf(unit: string): (typeof ROLES)[number] {
  const count = (role: (typeof ROLES)[number]): number => rows.value.filter((row) => row[role] === unit).length;
  return [...ROLES].sort((a, b) => count(b) - count(a))[0]!;
}

export function take(hit: Hit): void {
  switch (hit.kind) {
    case 'parcel':
      setQuery({ q: null });
      choose(hit.id);
      break;
    case 'area': setQuery({ q: null, area_name: only(hit.label) }); break;
    case 'unit': setQuery({ q: null, [roleOf(hit.label)]: only(hit.label) }); break;
    case 'place': setQuery({ q: null }); break;
    case 'document': setQuery({ q: hit.label }); break;
  }
  look(hit.bbox, true);
}
