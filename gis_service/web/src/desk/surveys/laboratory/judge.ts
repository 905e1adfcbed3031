/** What is to be said of a value of the laboratory beside its limits. Pure. */
import type { LabResult, Limit, Sample } from '../types';

export type Verdict = 'over' | 'within' | 'unlike' | 'none';

/** Over any limit is over; units that cannot be compared say so; without a limit nothing is said. */
export function verdictOf({ limits }: Pick<LabResult, 'limits'>): Verdict {
  if (limits.some(({ exceeds }) => exceeds)) return 'over';
  if (limits.some(({ exceeds }) => exceeds === null)) return 'unlike';
  return limits.length ? 'within' : 'none';
}

/** The limit that is spoken of first: the highest one exceeded, else the lowest there is. */
export function tellingLimit({ limits }: Pick<LabResult, 'limits'>): Limit | null {
  const over = limits.filter(({ exceeds }) => exceeds).sort((a, b) => b.limit - a.limit);
  return over[0] ?? [...limits].sort((a, b) => a.limit - b.limit)[0] ?? null;
}

/** How many times the limit; null where it cannot be said. */
export const times = (value: number, limit: Limit, unit: string): number | null => (unit === limit.unit && limit.limit > 0 ? value / limit.limit : null);

export const exceeding = (samples: Sample[]): Sample[] => samples.filter(({ results }) => results.some((one) => verdictOf(one) === 'over'));

/** A value of the laboratory as it is written: a number, or `<0.01` below the limit of detection. */
export function readValue(text: string): { value: number; qualifier: '' | '<' } | null {
  const found = /^([<＜]?)\s*(\d+(?:\.\d+)?)$/.exec(text.trim());
  return found ? { value: Number(found[2]), qualifier: found[1] ? '<' : '' } : null;
}

/** The tables of limits that values were held against, each once. */
export function standardsOf(samples: Sample[]): Limit[] {
  const found = new Map<string, Limit>();
  for (const limit of samples.flatMap(({ results }) => results).flatMap(({ limits }) => limits)) found.set(`${limit.standard} ${limit.kind}`, limit);
  return [...found.values()].sort((a, b) => a.standard.localeCompare(b.standard) || a.kind.localeCompare(b.kind));
}
