/** Hatches: a second sign beside colour, so that a map reads in grey and to the colour-blind. One square of 8 × 8. */
import type { Hatch } from './types';

export const TILE = 8;

/** Strokes of one tile as [x1, y1, x2, y2]; they run past the edge so that neighbours join. */
const LINES: Record<string, number[][]> = {
  diagonal: [[-2, 10, 10, -2], [-2, 2, 2, -2], [6, 10, 10, 6]],
  'back-diagonal': [[-2, -2, 10, 10], [6, -2, 10, 2], [-2, 6, 2, 10]],
  horizontal: [[0, 4, 8, 4]],
  vertical: [[4, 0, 4, 8]],
};

export const hatchLines = (hatch: Hatch | undefined): number[][] => {
  if (hatch === 'cross') return [...LINES['diagonal']!, ...LINES['back-diagonal']!];
  return (hatch && LINES[hatch]) || [];
};

export const hatchDots = (hatch: Hatch | undefined): number[][] => (hatch === 'dots' ? [[2, 2], [6, 6]] : []);
