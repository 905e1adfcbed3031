import { expect, test } from 'vitest';

import type { Act, Graph, GraphEdge, GraphNode, Kind } from '../src/desk/parcels/lineage/calls';
import { BOX, HUB, layout } from '../src/desk/parcels/lineage/layout';

const node = (id: number, retired = false): GraphNode => ({ id, parcel_no: `BW-${id}`, parcel_name: null, retired_on: retired ? '2025-01-01' : null, area_computed_m2: 100, area_registered_m2: null, bbox: [0, 0, 1, 1] });
const act = (id: number, kind: Kind): Act => ({ id, kind, on: '2025-01-01', at: '2025-01-01T00:00:00Z', actor: '', reason: '', balance_m2: 0, document: null, undone_at: null, undone_by: null, undone_reason: null, parcels: [], untouched: true });
const edge = (event_id: number, kind: Kind, parent_id: number, child_id: number): GraphEdge => ({ event_id, kind, parent_id, child_id, on: '2025-01-01', area_m2: 1 });

/** 1 and 2 merge to 3, which is split into 4, 5, 6; then 5 and 6 exchange land. */
const graph: Graph = {
  id: 4,
  nodes: [node(1, true), node(2, true), node(3, true), node(4), node(5), node(6)],
  edges: [edge(1, 'merge', 1, 3), edge(1, 'merge', 2, 3), edge(2, 'split', 3, 4), edge(2, 'split', 3, 5), edge(2, 'split', 3, 6), edge(3, 'adjust', 5, 6), edge(3, 'adjust', 6, 5)],
  events: [act(1, 'merge'), act(2, 'split'), act(3, 'adjust')],
  truncated: false,
};

test('every generation stands below the one it came from', () => {
  const { boxes } = layout(graph);
  const y = (id: number): number => boxes.find(({ node }) => node.id === id)!.y;
  expect(y(1)).toBe(y(2));
  expect(y(3)).toBeGreaterThan(y(1));
  expect(y(4)).toBeGreaterThan(y(3));
  expect([y(5), y(6)]).toEqual([y(4), y(4)]);
});

test('nothing lies upon anything else, and all is inside the picture', () => {
  const { boxes, hubs, width, height } = layout(graph);
  const all = [...boxes.map(({ x, y }) => ({ x, y, w: BOX.width, h: BOX.height })), ...hubs.map(({ x, y }) => ({ x, y, w: HUB.width, h: HUB.height }))];
  for (const [at, a] of all.entries()) {
    expect(a.x >= 0 && a.y >= 0 && a.x + a.w <= width && a.y + a.h <= height).toBe(true);
    for (const b of all.slice(at + 1)) expect(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y).toBe(true);
  }
});

test('every act is drawn with a line to each parcel it touched', () => {
  const { strokes, hubs } = layout(graph);
  expect(hubs).toHaveLength(3);
  expect(strokes.map(({ key }) => key).sort()).toEqual(['1.c3', '1.p1', '1.p2', '2.c4', '2.c5', '2.c6', '2.p3', '3.c5', '3.c6']);
});

test('two founders that only exchanged land stand side by side with the act above them', () => {
  const pair: Graph = { ...graph, nodes: [node(5), node(6)], edges: [edge(3, 'adjust', 5, 6)], events: [act(3, 'adjust')] };
  const { boxes, hubs } = layout(pair);
  expect(boxes[0]!.y).toBe(boxes[1]!.y);
  expect(hubs[0]!.y).toBeGreaterThanOrEqual(0);
  expect(hubs[0]!.y + HUB.height).toBeLessThan(boxes[0]!.y);
});
