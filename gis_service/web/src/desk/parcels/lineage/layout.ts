/** Where the boxes of a lineage stand: generations downwards, acts between them. Pure. */
import type { Act, Graph, GraphNode } from './calls';

export const BOX = { width: 116, height: 46, gap: 14 };
export const HUB = { width: 152, height: 34 };
/** From one generation to the next: room for a box, an act and the lines between them. */
const STEP = BOX.height + HUB.height + 44;
const EDGE = 8;

export interface Box {
  node: GraphNode;
  x: number;
  y: number;
}

export interface Hub {
  act: Act;
  x: number;
  y: number;
}

export interface Stroke {
  key: string;
  path: string;
  undone: boolean;
  /** Land that moved between two that both stay. */
  sideways: boolean;
}

export interface Picture {
  width: number;
  height: number;
  boxes: Box[];
  hubs: Hub[];
  strokes: Stroke[];
}

/** Generation of every node: one below the deepest of those it came from; who only exchanged land stands beside the other. */
function generations(graph: Graph): Map<number, number> {
  const down = graph.edges.filter(({ kind }) => kind !== 'adjust');
  const found = new Map(graph.nodes.map(({ id }) => [id, 0]));
  for (let round = 0; round < graph.nodes.length; round += 1) {
    let moved = false;
    for (const { parent_id, child_id } of down) {
      const wanted = found.get(parent_id)! + 1;
      if (wanted > found.get(child_id)!) moved = !!found.set(child_id, wanted);
    }
    if (!moved) break;
  }
  const bound = new Set(down.flatMap(({ parent_id, child_id }) => [parent_id, child_id]));
  for (const { kind, parent_id, child_id } of graph.edges) {
    if (kind !== 'adjust') continue;
    if (!bound.has(child_id)) found.set(child_id, found.get(parent_id)!);
    else if (!bound.has(parent_id)) found.set(parent_id, found.get(child_id)!);
  }
  return found;
}

/** Rows from the top, each sorted so that children stand below their parents. */
function rowsOf(graph: Graph): GraphNode[][] {
  const level = generations(graph);
  const rows: GraphNode[][] = [];
  for (const node of graph.nodes) (rows[level.get(node.id)!] ??= []).push(node);
  const at = new Map<number, number>();
  for (const row of rows) {
    const wish = (node: GraphNode): number => {
      const parents = graph.edges.filter(({ child_id, kind }) => child_id === node.id && kind !== 'adjust').map(({ parent_id }) => at.get(parent_id)!);
      return parents.length ? parents.reduce((sum, one) => sum + one, 0) / parents.length : Infinity;
    };
    row.sort((a, b) => (wish(a) === wish(b) ? a.parcel_no.localeCompare(b.parcel_no, 'en', { numeric: true }) : wish(a) - wish(b)));
    row.forEach((node, n) => at.set(node.id, n - row.length / 2));
  }
  return rows;
}

export function layout(graph: Graph): Picture {
  const rows = rowsOf(graph);
  const widest = Math.max(1, ...rows.map((row) => row.length));
  const width = Math.max(widest * (BOX.width + BOX.gap) - BOX.gap, HUB.width) + 2 * EDGE;
  const boxes = rows.flatMap((row, level) => {
    const left = (width - row.length * (BOX.width + BOX.gap) + BOX.gap) / 2;
    return row.map((node, n): Box => ({ node, x: left + n * (BOX.width + BOX.gap), y: EDGE + level * STEP }));
  });
  const hubs = hubsOf(graph, new Map(boxes.map((box) => [box.node.id, box])), width);
  const beside = hubs.some(({ y }) => y < 0) ? STEP - BOX.height : 0;
  for (const one of [...boxes, ...hubs]) one.y += beside;
  const height = Math.max(...boxes.map(({ y }) => y + BOX.height), ...hubs.map(({ y }) => y + HUB.height)) + EDGE;
  return { width, height, boxes, hubs, strokes: strokesOf(graph, boxes, hubs) };
}

/** Each act stands above the parcels it led to, pushed aside where two would meet. */
function hubsOf(graph: Graph, places: Map<number, Box>, width: number): Hub[] {
  const hubs = graph.events.flatMap((act): Hub[] => {
    const edges = graph.edges.filter(({ event_id }) => event_id === act.id);
    if (!edges.length) return [];
    const ends = [...new Set(edges.flatMap(({ parent_id, child_id }) => [parent_id, child_id]))].map((id) => places.get(id)!);
    const heirs = edges.map(({ child_id }) => places.get(child_id)!);
    const middle = ends.reduce((sum, box) => sum + box.x + BOX.width / 2, 0) / ends.length;
    const x = Math.min(Math.max(middle - HUB.width / 2, EDGE), width - HUB.width - EDGE);
    return [{ act, x, y: Math.min(...heirs.map(({ y }) => y)) - HUB.height - 22 }];
  });
  const bands = new Map<number, Hub[]>();
  for (const hub of hubs) bands.set(hub.y, [...(bands.get(hub.y) ?? []), hub]);
  for (const band of bands.values()) {
    band.sort((a, b) => a.x - b.x || a.act.id - b.act.id);
    band.forEach((hub, n) => n && (hub.x = Math.max(hub.x, band[n - 1]!.x + HUB.width + 6)));
    const over = Math.max(0, band.at(-1)!.x + HUB.width + EDGE - width);
    if (over) band.forEach((hub) => (hub.x -= over));
  }
  return hubs;
}

function strokesOf(graph: Graph, boxes: Box[], hubs: Hub[]): Stroke[] {
  const box = new Map(boxes.map((one) => [one.node.id, one]));
  const found = new Map<string, Stroke>();
  for (const { act, x, y } of hubs) {
    const [cx, sideways] = [x + HUB.width / 2, act.kind === 'adjust'];
    const add = (key: string, path: string): void => void found.set(key, { key, path, undone: !!act.undone_at, sideways });
    for (const edge of graph.edges.filter(({ event_id }) => event_id === act.id)) {
      for (const [side, id] of [['p', edge.parent_id], ['c', edge.child_id]] as const) {
        const end = box.get(id)!;
        const ex = end.x + BOX.width / 2;
        if (side === 'p' && !sideways) add(`${act.id}.p${id}`, curve(ex, end.y + BOX.height, cx, y));
        else add(`${act.id}.c${id}`, curve(cx, y + HUB.height, ex, end.y));
      }
    }
  }
  return [...found.values()];
}

const curve = (x1: number, y1: number, x2: number, y2: number): string => {
  const half = (y1 + y2) / 2;
  return `M${x1},${y1} C${x1},${half} ${x2},${half} ${x2},${y2}`;
};
