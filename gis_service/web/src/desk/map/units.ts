/** Lengths and areas as people read them. Pure. */
import { number, toMu } from '../../shared/format';

/** Metres below a kilometre, else kilometres to the metre. */
export const lengthText = (metres: number): string => (metres < 1000 ? `${number(metres, 1)} m` : `${number(metres / 1000, 3)} km`);

export interface AreaTexts { m2: string; mu: string; hectares: string }

export const areaTexts = (m2: number): AreaTexts => ({ m2: number(m2, m2 < 10_000 ? 1 : 0), mu: number(toMu(m2), 2), hectares: number(m2 / 10_000, 4) });

const STEPS = [1, 2, 5];

/** A round length for a scale bar that takes at most so many metres. */
export function roundLength(most: number): number {
  const digit = 10 ** Math.floor(Math.log10(most));
  return digit * Math.max(...STEPS.filter((step) => step * digit <= most));
}
