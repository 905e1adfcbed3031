/** The methods in the order of the library, and the interval as a bar. Pure. */
import type { Estimate, Figures } from '../types';

/** In the order in which the library lists them (`EstimateIn.methods`). */
export const METHODS: Record<string, string> = { thiessen: '泰森多边形', tin: '三角网', idw: '反距离加权', kriging: '普通克里金', sections: '断面法' };

/** Volumes by method in the library's order; a method nobody knows comes last. */
export function inOrder(volumes: Record<string, number>): [string, number][] {
  const known = Object.keys(METHODS);
  const at = (name: string): number => (known.includes(name) ? known.indexOf(name) : known.length);
  return Object.entries(volumes).sort(([a], [b]) => at(a) - at(b) || a.localeCompare(b));
}

export interface Bar {
  /** Per cent of the width. */
  low: number;
  best: number;
  high: number;
  methods: { name: string; at: number }[];
  /** What the right end stands for, m³. */
  most: number;
}

const STEPS = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** The next round number above. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return STEPS.find((step) => step * power >= value)! * power;
}

/** From zero to a round number above everything; what the interval does not hold is seen to lie outside of it. */
export function barOf({ low, best, high }: Figures, volumes: Record<string, number>): Bar {
  const most = roundUp(Math.max(high, ...Object.values(volumes)));
  const at = (value: number): number => (value / most) * 100;
  return { low: at(low), best: at(best), high: at(high), methods: inOrder(volumes).map(([name, m3]) => ({ name, at: at(m3) })), most };
}

export const figuresOf = ({ low_m3, best_m3, high_m3 }: Estimate): Figures => ({ low: low_m3 ?? 0, best: best_m3 ?? 0, high: high_m3 ?? 0 });
