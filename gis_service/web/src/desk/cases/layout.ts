/** Where the nodes of a graph are drawn: rings around the case, the same picture each time. Pure. */
import type { GraphEdge, GraphNode } from './types';

export interface Spot {
  x: number;
  y: number;
}

export const RING = 120;
const LEAST = 90;
const TURN = 2 * Math.PI;

/** Steps from the centre to every node; what is not connected lies one ring farther than the rest. */
export function rings(nodes: GraphNode[], edges: GraphEdge[]): Map<string, number> {
  const found = new Map<string, number>();
  let waiting = nodes.filter(({ center }) => center).map(({ id }) => id);
  for (let ring = 0; waiting.length; ring += 1) {
    for (const id of waiting) found.set(id, ring);
    const next = new Set(waiting.flatMap((id) => neighbours(id, edges)));
    waiting = [...next].filter((id) => !found.has(id)).sort();
  }
  const last = Math.max(0, ...found.values()) + 1;
  for (const { id } of nodes) if (!found.has(id)) found.set(id, last);
  return found;
}

function neighbours(id: string, edges: GraphEdge[]): string[] {
  return edges.flatMap(({ source, target }) => (source === id ? [target] : target === id ? [source] : []));
}

/** Nodes of one ring at equal angles, in the order of what they hang on, so that few lines cross. */
export function layout(nodes: GraphNode[], edges: GraphEdge[]): Map<string, Spot> {
  const ring = rings(nodes, edges);
  const angle = new Map<string, number>();
  const spots = new Map<string, Spot>();
  const last = Math.max(0, ...ring.values());
  for (let at = 0; at <= last; at += 1) {
    const here = nodes.map(({ id }) => id).filter((id) => ring.get(id) === at);
    const wish = new Map(here.map((id) => [id, mean(neighbours(id, edges).flatMap((other) => (ring.get(other)! < at ? [angle.get(other)!] : [])))]));
    here.sort((a, b) => wish.get(a)! - wish.get(b)! || (a < b ? -1 : 1));
    const radius = at === 0 ? 0 : Math.max(at * RING, (here.length * LEAST) / TURN);
    const turns = spread(here.map((id) => wish.get(id)!), LEAST / Math.max(radius, 1), at === 1);
    here.forEach((id, n) => {
      const turn = turns[n]!;
      angle.set(id, turn);
      spots.set(id, { x: Math.cos(turn) * radius, y: Math.sin(turn) * radius });
    });
  }
  return spots;
}

/** Angles near those wished for (in their order), at least `least` apart; evenly around in the first ring or where it is too crowded. */
function spread(wishes: number[], least: number, even: boolean): number[] {
  const turns: number[] = [];
  for (const wish of wishes) turns.push(Math.max(wish, (turns.at(-1) ?? -Infinity) + least));
  const span = turns.length ? turns.at(-1)! - turns[0]! : 0;
  if (turns.length > 1 && (even || span > TURN - least)) return turns.map((_, n) => (n / turns.length) * TURN - TURN / 4);
  const shift = turns.reduce((sum, each, n) => sum + each - wishes[n]!, 0) / Math.max(turns.length, 1);
  return turns.map((turn) => turn - shift);
}

const mean = (turns: number[]): number => (turns.length ? turns.reduce((sum, each) => sum + each, 0) / turns.length : -TURN / 4);

/** The view that holds every spot, with room for words. */
export function viewBox(spots: Iterable<Spot>): string {
  const all = [...spots];
  const xs = all.map(({ x }) => x);
  const ys = all.map(({ y }) => y);
  const [left, top] = [Math.min(...xs) - 84, Math.min(...ys) - 36];
  return `${left} ${top} ${Math.max(...xs) + 84 - left} ${Math.max(...ys) + 44 - top}`;
}
