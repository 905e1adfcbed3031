/** An outline in the making: rings of points as texts, which map and table both edit. Pure. */
import { toDegrees, toPlane } from '../../../shared/crs';
import type { Geometry, Position } from '../../../shared/geojson';
import type { BoundaryPoint } from '../../../shared/types';

export const USUAL_CRS = 4547;
const GEOGRAPHIC = [4490, 4326];
const ZONE_M = 1_000_000;

/** One boundary point: X is north, Y is east, both as they were typed. */
export interface Vertex {
  no: string;
  north: string;
  east: string;
  crs: number;
}

export interface Ring {
  part: number;
  /** 1 is the outer ring of its part, the others are holes. */
  ring: number;
  points: Vertex[];
}

export type Outline = Ring[];
export type Degrees = [number, number];

const isPrefixed = (crs: number): boolean => crs >= 4513 && crs <= 4533;

/** Easting and northing on the plane `srid`; belts that differ in the zone number alone differ by whole millions. */
export function planeOf(vertex: Vertex, srid = USUAL_CRS): [number, number] {
  const [north, east] = [Number(vertex.north), Number(vertex.east)];
  if (vertex.crs === srid) return [east, north];
  if (isPrefixed(vertex.crs) && vertex.crs + 21 === srid) return [east - Math.floor(east / ZONE_M) * ZONE_M, north];
  const plane = toPlane(degreesOf(vertex), srid);
  return [plane.easting, plane.northing];
}

export function degreesOf(vertex: Vertex): Degrees {
  const [northing, easting] = [Number(vertex.north), Number(vertex.east)];
  return GEOGRAPHIC.includes(vertex.crs) ? [easting, northing] : toDegrees({ northing, easting }, vertex.crs);
}

/** A point at a place, written to the millimetre. */
export function vertexAt(place: Degrees, crs: number, no = ''): Vertex {
  const { northing, easting } = toPlane(place, crs);
  return { no, north: northing.toFixed(3), east: easting.toFixed(3), crs };
}

const COORDINATE = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;
export const isCoordinate = (text: string): boolean => COORDINATE.test(text.trim());
export const isWhole = (vertex: Vertex): boolean => isCoordinate(vertex.north) && isCoordinate(vertex.east);

// --- from and to the register

export function fromPoints(points: BoundaryPoint[]): Outline {
  const found = new Map<string, Ring>();
  for (const point of points) {
    const key = `${point.part_no}.${point.ring_no}`;
    if (!found.has(key)) found.set(key, { part: point.part_no, ring: point.ring_no, points: [] });
    found.get(key)!.points.push({ no: point.point_no, north: point.northing_text, east: point.easting_text, crs: point.source_crs });
  }
  return [...found.values()];
}

const polygonsOf = (geometry: Geometry): Position[][][] => {
  if (geometry.type === 'MultiPolygon') return geometry.coordinates;
  return geometry.type === 'Polygon' ? [geometry.coordinates] : [];
};

export function fromGeometry(geometry: Geometry, crs = USUAL_CRS): Outline {
  const rings = polygonsOf(geometry).flatMap((polygon, part) =>
    polygon.map((ring, at): Ring => ({ part: part + 1, ring: at + 1, points: ring.slice(0, -1).map((place) => vertexAt(place as Degrees, crs)) })),
  );
  return numbered(rings);
}

/** The points as the server takes them. */
export const toBody = (outline: Outline): Record<string, unknown>[] =>
  outline.flatMap(({ part, ring, points }) =>
    points.map((point) => ({ part_no: part, ring_no: ring, point_no: point.no || 'J', northing_text: point.north.trim(), easting_text: point.east.trim(), source_crs: point.crs })),
  );

/** The outline as polygons in degrees, closed; points that are no numbers yet are left out. */
export function toPolygons(outline: Outline): Degrees[][][] {
  const parts = new Map<number, Degrees[][]>();
  for (const { part, points } of inOrder(outline)) {
    const ring = points.filter(isWhole).map(degreesOf);
    if (ring.length) parts.set(part, [...(parts.get(part) ?? []), [...ring, ring[0]!]]);
  }
  return [...parts.values()];
}

const inOrder = (outline: Outline): Outline => [...outline].sort((a, b) => a.part - b.part || a.ring - b.ring);

export const crsOf = (outline: Outline): number => {
  const first = outline[0]?.points[0]?.crs;
  return first && !GEOGRAPHIC.includes(first) ? first : USUAL_CRS;
};

// --- measures

function ringArea(ring: Ring, srid: number): number {
  const places = ring.points.filter(isWhole).map((point) => planeOf(point, srid));
  const [ox, oy] = places[0] ?? [0, 0];
  let twice = 0;
  places.forEach(([x, y], at) => {
    const [nx, ny] = places[(at + 1) % places.length]!;
    twice += (x - ox) * (ny - oy) - (nx - ox) * (y - oy);
  });
  return Math.abs(twice) / 2;
}

/** Planar area in m², holes taken off. */
export const areaOf = (outline: Outline, srid = USUAL_CRS): number =>
  outline.reduce((sum, ring) => sum + (ring.ring === 1 ? 1 : -1) * ringArea(ring, srid), 0);

/** Length in metres from a point of a ring to the next one. */
export function edgeOf(ring: Ring, at: number, srid = USUAL_CRS): number | null {
  const [from, to] = [ring.points[at]!, ring.points[(at + 1) % ring.points.length]!];
  if (!isWhole(from) || !isWhole(to)) return null;
  const [a, b] = [planeOf(from, srid), planeOf(to, srid)];
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

const turn = (a: Degrees, b: Degrees, c: Degrees): number => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
const cross = (a: Degrees, b: Degrees, c: Degrees, d: Degrees): boolean => turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;

const MOST_EDGES = 1500;

export type Fault = 'empty' | 'number' | 'few' | 'crossing';

/** What keeps an outline from being land, as far as it can be told here; the server has the last word. */
export function faultOf(outline: Outline): Fault | null {
  if (!outline.length) return 'empty';
  if (outline.some((ring) => !ring.points.every(isWhole))) return 'number';
  if (outline.some((ring) => ring.points.length < 3)) return 'few';
  const edges = outline.flatMap((ring) => ring.points.map((point, at): [Degrees, Degrees] => [planeOf(point), planeOf(ring.points[(at + 1) % ring.points.length]!)]));
  if (edges.length > MOST_EDGES) return null;
  const crossing = edges.some(([a, b], i) => edges.slice(i + 1).some(([c, d]) => cross(a, b, c, d)));
  return crossing ? 'crossing' : null;
}

// --- changes: each gives a new outline and leaves the old one alone

/** Points without a number get J1, J2 … on through all rings; numbers that are there stay. */
export function numbered(outline: Outline): Outline {
  const used = new Set(outline.flatMap(({ points }) => points.map(({ no }) => no)));
  let next = 0;
  const fresh = (): string => {
    do next += 1;
    while (used.has(`J${next}`));
    return `J${next}`;
  };
  return outline.map((ring) => ({ ...ring, points: ring.points.map((point) => (point.no ? point : { ...point, no: fresh() })) }));
}

const withRing = (outline: Outline, at: number, points: Vertex[]): Outline => outline.map((ring, n) => (n === at ? { ...ring, points } : ring));

export const setPoint = (outline: Outline, ring: number, at: number, change: Partial<Vertex>): Outline =>
  withRing(outline, ring, outline[ring]!.points.map((point, n) => (n === at ? { ...point, ...change } : point)));

export const removePoint = (outline: Outline, ring: number, at: number): Outline =>
  withRing(outline, ring, outline[ring]!.points.filter((_, n) => n !== at)).filter(({ points }) => points.length);

/** A new point after one, half way to the next. */
export function insertPoint(outline: Outline, ring: number, at: number): Outline {
  const points = outline[ring]!.points;
  const [from, to] = [points[at]!, points[(at + 1) % points.length]!];
  const crs = from.crs;
  const [a, b] = [planeOf(from, crs), planeOf(to, crs)];
  const half = isWhole(from) && isWhole(to);
  const fresh: Vertex = { no: '', crs, north: half ? ((a[1] + b[1]) / 2).toFixed(3) : '', east: half ? ((a[0] + b[0]) / 2).toFixed(3) : '' };
  return numbered(withRing(outline, ring, [...points.slice(0, at + 1), fresh, ...points.slice(at + 1)]));
}

/** A ring drawn on the map: a hole of the part it lies in, or a part of its own. */
export function addRing(outline: Outline, places: Degrees[], hole: boolean): Outline {
  const crs = crsOf(outline);
  const points = places.map((place) => vertexAt(place, crs));
  const part = hole ? (partAround(outline, places[0]!) ?? 1) : Math.max(0, ...outline.map((ring) => ring.part)) + 1;
  const ring = hole ? Math.max(1, ...outline.filter((one) => one.part === part).map((one) => one.ring)) + 1 : 1;
  return numbered(inOrder([...outline, { part, ring, points }]));
}

export function removeRing(outline: Outline, at: number): Outline {
  const gone = outline[at]!;
  return outline.filter((ring, n) => n !== at && !(gone.ring === 1 && ring.part === gone.part));
}

function partAround(outline: Outline, place: Degrees): number | undefined {
  return outline.find((ring) => ring.ring === 1 && inside(place, ring.points.filter(isWhole).map(degreesOf)))?.part;
}

function inside([x, y]: Degrees, ring: Degrees[]): boolean {
  let is = false;
  ring.forEach(([ax, ay], at) => {
    const [bx, by] = ring[(at + 1) % ring.length]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) is = !is;
  });
  return is;
}

/** What the map shows after its vertices were dragged: points whose place is as it was keep their texts. */
export function redrawn(ring: Ring, were: string[], now: { key: string; place: Degrees }[]): Ring {
  const known = new Map(were.map((key, at) => [key, ring.points[at]!]));
  const crs = ring.points[0]?.crs ?? USUAL_CRS;
  const points = now.map(({ key, place }, at) => known.get(key) ?? vertexAt(place, crs, now.length === were.length ? ring.points[at]!.no : ''));
  return { ...ring, points };
}

// --- pasting from a spreadsheet

export interface Pasted {
  rings: Vertex[][];
  /** Lines that hold no pair of coordinates. */
  unread: number;
}

const NORTH_DIGITS = 7;
const wholeDigits = (text: string): number => text.replace(/^[+-]/, '').split('.')[0]!.length;

/** Rows of `number X Y`, `X Y` or `X,Y`; an empty line begins the next ring; eastings may carry the zone number. */
export function parsePasted(text: string): Pasted {
  const rings: Vertex[][] = [];
  let ring: Vertex[] = [];
  let unread = 0;
  const close = (): void => {
    const [first, last] = [ring[0], ring[ring.length - 1]];
    if (ring.length > 3 && first!.north === last!.north && first!.east === last!.east) ring.pop();
    if (ring.length) rings.push(ring);
    ring = [];
  };
  for (const line of text.split(/\r?\n/)) {
    const cells = line.split(/[\t,;，；]|\s+/).map((cell) => cell.trim()).filter(Boolean);
    const pair = firstPair(cells);
    if (!cells.length) close();
    else if (pair !== null) ring.push(pastedPoint(cells, pair));
    else unread += 1;
  }
  close();
  return { rings, unread };
}

/** The two coordinates of a row: the first two neighbouring cells that both look like metres on the plane. */
function firstPair(cells: string[]): number | null {
  const at = cells.findIndex((cell, n) => isMetres(cell) && isMetres(cells[n + 1] ?? ''));
  return at < 0 ? null : at;
}
const isMetres = (cell: string): boolean => isCoordinate(cell) && wholeDigits(cell) >= 6;

function pastedPoint(cells: string[], at: number): Vertex {
  const [one, other] = [cells[at]!, cells[at + 1]!];
  const northFirst = wholeDigits(one) === NORTH_DIGITS || wholeDigits(other) !== NORTH_DIGITS;
  const [north, east] = northFirst ? [one, other] : [other, one];
  const crs = wholeDigits(east) === 8 ? 4513 + Number(east.slice(0, 2)) - 25 : USUAL_CRS;
  return { no: at > 0 ? cells[at - 1]! : '', north, east, crs };
}

/** Pasted rings as an outline: the first is the shell, those inside it are its holes, others are parts. */
export function fromPasted(rings: Vertex[][]): Outline {
  let outline: Outline = [];
  for (const points of rings) {
    const part = points[0] && isWhole(points[0]) ? partAround(outline, degreesOf(points[0])) : undefined;
    const ring = part ? Math.max(...outline.filter((one) => one.part === part).map((one) => one.ring)) + 1 : 1;
    outline = [...outline, { part: part ?? Math.max(0, ...outline.map((one) => one.part)) + 1, ring, points }];
  }
  return numbered(inOrder(outline));
}
