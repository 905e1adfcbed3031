import { expect, test } from 'vitest';

import {
  addRing, areaOf, degreesOf, edgeOf, faultOf, fromPasted, fromPoints, insertPoint, type Outline, parsePasted, redrawn, removePoint, removeRing, setPoint, toBody, toPolygons, vertexAt,
} from '../src/desk/parcels/shape/model';
import { pastOf } from '../src/desk/parcels/shape/past';

const square = (north = 2478600, east = 452100, size = 100, crs = 4547, part = 1, ring = 1): Outline[number] => ({
  part,
  ring,
  points: [[0, 0], [size, 0], [size, size], [0, size]].map(([n, e], at) => ({ no: `J${at + 1}`, north: (north + n!).toFixed(3), east: (east + e!).toFixed(3), crs })),
});

test('area and edges are those of the plane, holes taken off, with or without the zone number', () => {
  expect(areaOf([square()])).toBeCloseTo(10000, 6);
  expect(areaOf([square(2478600, 38452100, 100, 4526)])).toBeCloseTo(10000, 6);
  expect(areaOf([square(), square(2478620, 452120, 10, 4547, 1, 2)])).toBeCloseTo(9900, 6);
  expect(edgeOf(square(), 0)).toBeCloseTo(100, 9);
});

test('what was typed goes to the server to the letter', () => {
  const outline = setPoint([square()], 0, 1, { north: '2478700.0', no: 'J2-1' });
  expect(toBody(outline)[1]).toEqual({ part_no: 1, ring_no: 1, point_no: 'J2-1', northing_text: '2478700.0', easting_text: '452100.000', source_crs: 4547 });
});

test('points of the register come and go unchanged', () => {
  const points = [1, 2].flatMap((ring) => square(2478600, 452100, 100 / ring).points.map((p, at) => ({ part_no: 1, ring_no: ring, seq: at + 1, point_no: p.no, northing_text: p.north, easting_text: p.east, source_crs: p.crs })));
  expect(toBody(fromPoints(points))).toEqual(points.map(({ seq: _, ...rest }) => rest));
});

test('a dragged corner gets a new text, the others keep theirs, to the letter', () => {
  const ring = setPoint([square()], 0, 0, { north: '2478600.0' })[0]!;
  const keys = ring.points.map((_, at) => `k${at}`);
  const now = keys.map((key, at) => ({ key: at === 2 ? 'moved' : key, place: degreesOf(ring.points[at]!) }));
  now[2]!.place = degreesOf({ no: '', north: '2478710.0004', east: '452210', crs: 4547 });
  const after = redrawn(ring, keys, now);
  expect(after.points.map(({ north }) => north)).toEqual(['2478600.0', '2478700.000', '2478710.000', '2478600.000']);
  expect(after.points[2]).toMatchObject({ no: 'J3', east: '452210.000' });
});

test('a corner set into an edge stands where it was set and gets a number of its own', () => {
  const outline = insertPoint([square()], 0, 0);
  expect(outline[0]!.points.map(({ no }) => no)).toEqual(['J1', 'J5', 'J2', 'J3', 'J4']);
  expect(outline[0]!.points[1]).toMatchObject({ north: '2478650.000', east: '452100.000' });
  expect(removePoint(outline, 0, 1)).toEqual([square()]);
});

test('a hole goes to the part it lies in; a part goes with its holes', () => {
  const two = [square(), square(2478600, 452300, 100, 4547, 2)];
  const hole = square(2478620, 452320, 10).points.map(degreesOf);
  const outline = addRing(two, hole, true);
  expect(outline.map(({ part, ring }) => [part, ring])).toEqual([[1, 1], [2, 1], [2, 2]]);
  expect(toPolygons(outline).map((part) => part.length)).toEqual([1, 2]);
  expect(removeRing(outline, 1).map(({ part }) => part)).toEqual([1]);
});

test('faults are told before anything is sent', () => {
  const ring = square();
  expect(faultOf([])).toBe('empty');
  expect(faultOf([ring])).toBeNull();
  expect(faultOf(setPoint([ring], 0, 0, { north: 'abc' }))).toBe('number');
  expect(faultOf(removePoint(removePoint([ring], 0, 0), 0, 0))).toBe('few');
  expect(faultOf([{ ...ring, points: [ring.points[0]!, ring.points[2]!, ring.points[1]!, ring.points[3]!] }])).toBe('crossing');
});

test('rows copied from a spreadsheet are read, whichever column comes first and whatever carries a zone number', () => {
  const { rings, unread } = parsePasted('点号\tX\tY\nJ1\t2478600.000\t38452100.000\nJ2\t2478700.0\t38452100.0\n38452200.0,2478700.0\nJ1\t2478600.000\t38452100.000\n\n1 2478620 452120\n2 2478620 452130\n3 2478630 452130\n');
  expect(unread).toBe(1);
  expect(rings.map((ring) => ring.length)).toEqual([3, 3]);
  expect(rings[0]![0]).toEqual({ no: 'J1', north: '2478600.000', east: '38452100.000', crs: 4526 });
  expect(rings[0]![2]).toMatchObject({ no: '', north: '2478700.0', east: '38452200.0' });
  expect(rings[1]![0]).toMatchObject({ no: '1', crs: 4547 });
});

test('pasted rings become shell, hole and part by where they lie', () => {
  const text = (ring: Outline[number]): string => ring.points.map((p) => `${p.north} ${p.east}`).join('\n');
  const outline = fromPasted(parsePasted([text(square()), text(square(2478620, 452120, 10)), text(square(2478600, 452300))].join('\n\n')).rings);
  expect(outline.map(({ part, ring }) => [part, ring])).toEqual([[1, 1], [1, 2], [2, 1]]);
  expect(outline[2]!.points.at(-1)!.no).toBe('J12');
});

test('a place on the map is written to the millimetre', () => {
  const vertex = vertexAt(degreesOf({ no: '', north: '2478700.1234', east: '452100.9876', crs: 4547 }), 4547);
  expect([vertex.north, vertex.east]).toEqual(['2478700.123', '452100.988']);
});

test('steps are taken back and forth, and a new step forgets what was taken back', () => {
  const past = pastOf(1);
  past.set(2);
  past.set(3);
  past.undo();
  expect([past.now.value, past.canUndo.value, past.canRedo.value]).toEqual([2, true, true]);
  past.redo();
  expect(past.now.value).toBe(3);
  past.undo();
  past.set(9);
  expect([past.now.value, past.canRedo.value]).toEqual([9, false]);
});
