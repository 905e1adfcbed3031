import { expect, test } from 'vitest';

import { layout, RING, rings, viewBox } from '../src/desk/cases/layout';
import type { GraphEdge, GraphNode } from '../src/desk/cases/types';

const node = (id: string, center = false): GraphNode => ({ id, kind: id.startsWith('case') ? 'case' : 'vehicle', kind_zh: '', kind_en: '', thing_id: 1, label: id, center });
const edge = (source: string, target: string): GraphEdge => ({ source, target, role: 'carrier', zh: '', en: '' });
const NODES = [node('case:1', true), node('case:2'), node('case:3'), ...Array.from({ length: 9 }, (_, n) => node(`vehicle:${n}`)), node('lost:1')];
const EDGES = [...Array.from({ length: 9 }, (_, n) => edge('case:1', `vehicle:${n}`)), edge('case:2', 'vehicle:0'), edge('case:3', 'vehicle:0')];

test('rings are steps from the case; what hangs on nothing lies outside', () => {
  const found = rings(NODES, EDGES);
  expect([found.get('case:1'), found.get('vehicle:3'), found.get('case:2'), found.get('lost:1')]).toEqual([0, 1, 2, 3]);
});

test('no two nodes are drawn on one spot, and the picture is the same each time', () => {
  const spots = layout(NODES, EDGES);
  const all = [...spots.values()];
  for (const [n, a] of all.entries()) for (const b of all.slice(n + 1)) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(30);
  expect(layout(NODES, EDGES)).toEqual(spots);
  expect(Math.hypot(spots.get('vehicle:1')!.x, spots.get('vehicle:1')!.y)).toBeGreaterThanOrEqual(RING);
});

test('the view holds every spot', () => {
  const [left, top, width, height] = viewBox(layout(NODES, EDGES).values()).split(' ').map(Number) as [number, number, number, number];
  for (const { x, y } of layout(NODES, EDGES).values()) {
    expect(x > left && x < left + width && y > top && y < top + height).toBe(true);
  }
});

test('a case alone is a picture too', () => {
  const { x, y } = layout([node('case:1', true)], []).get('case:1')!;
  expect(Math.abs(x) + Math.abs(y)).toBe(0);
});
