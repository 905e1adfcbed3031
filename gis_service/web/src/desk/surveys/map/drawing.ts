/** What a survey found, on the shared map: holes by kind and by what they show, lines of geophysics, bodies, the estimate, the next hole. */
import Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import { type Geometry, LineString, Point as PointShape } from 'ol/geom';
import VectorLayer from 'ol/layer/Vector';
import { fromLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import { Circle, Fill, RegularShape, Stroke, Style } from 'ol/style';
import type ImageStyle from 'ol/style/Image';

import type { Geometry as Json } from '../../../shared/geojson';
import { number } from '../../../shared/format';
import { labelText, stylesOf } from '../../../shared/symbols';
import type { Kind, LonLat, Point } from '../types';

type Source = VectorSource<Feature<Geometry>>;
const FORMAT = new GeoJSON({ featureProjection: 'EPSG:3857' });
export const INK = { waste: '#7b3fa0', clean: '#ffffff', edge: '#1b1f24', open: '#f2a100', line: '#0b6b6b', accent: '#1f5fa8', white: 'rgba(255,255,255,0.95)' };

/** What a hole shows: waste, none, or waste whose bottom it did not reach. */
export type Shows = 'waste' | 'none' | 'open';
export const showsOf = ({ waste_thickness_m, open_ended }: Pick<Point, 'waste_thickness_m' | 'open_ended'>): Shows => (open_ended ? 'open' : waste_thickness_m > 0 ? 'waste' : 'none');

const SIDES: Record<Exclude<Kind, 'borehole'>, { points: number; angle: number }> = { pit: { points: 4, angle: Math.PI / 4 }, trench: { points: 3, angle: 0 }, probe: { points: 4, angle: 0 } };

function sign(kind: Kind, radius: number, fill: string, stroke: string, width: number): ImageStyle {
  // labels of other holes keep off it
  const common = { radius, fill: new Fill({ color: fill }), stroke: new Stroke({ color: stroke, width }), declutterMode: 'obstacle' as const };
  return kind === 'borehole' ? new Circle(common) : new RegularShape({ ...common, ...SIDES[kind], radius: radius * 1.25 });
}

/** An open end has a broad rim of its own, so that it reads in grey. */
function holeStyles(kind: Kind, shows: Shows, chosen: boolean): Style[] {
  const fill = shows === 'none' ? INK.clean : INK.waste;
  const ring = chosen ? [new Style({ image: new Circle({ radius: 14, stroke: new Stroke({ color: INK.accent, width: 3 }), fill: new Fill({ color: 'rgba(255,255,255,0.6)' }), declutterMode: 'none' }), zIndex: 8 })] : [];
  const rim = shows === 'open' ? [new Style({ image: sign(kind, 10, INK.open, INK.edge, 1.5), zIndex: 9 })] : [];
  return [...ring, ...rim, new Style({ image: sign(kind, 6, fill, shows === 'none' ? INK.edge : '#fff', shows === 'none' ? 2 : 1.5), zIndex: 10 })];
}

const halo = (width: number): Style => new Style({ stroke: new Stroke({ color: INK.white, width }) });
const stroke = (color: string, width: number, lineDash?: number[]): Style => new Style({ stroke: new Stroke({ color, width, lineDash }) });
const BODY = stylesOf({ fill: INK.waste, stroke: INK.waste, hatch: 'diagonal', opacity: 0.14, stroke_width: 2 }, 'polygon');
const CLEARED = [stroke(INK.waste, 1.5, [3, 4])];
const CHOSEN_BODY = [halo(7), ...BODY, stroke(INK.accent, 3)];
const OUTLINE = [halo(4), stroke(INK.waste, 2, [8, 5])];
const GEOPHYSICS = [halo(5), stroke(INK.line, 2.5, [10, 4, 2, 4])];
const CHOSEN_LINE = [halo(8), stroke(INK.accent, 4)];
const ANOMALY = stylesOf({ fill: '#c77f00', stroke: '#7a5200', hatch: 'horizontal', opacity: 0.12 }, 'polygon');
const SECTION = [halo(7), stroke(INK.accent, 3)];
const END = new Style({ image: new RegularShape({ points: 4, radius: 6, angle: Math.PI / 4, fill: new Fill({ color: INK.accent }), stroke: new Stroke({ color: '#fff', width: 1.5 }), declutterMode: 'none' }) });
const NEXT = new Style({ image: new RegularShape({ points: 4, radius: 10, radius2: 0, stroke: new Stroke({ color: INK.accent, width: 3 }), declutterMode: 'none' }) });

export const layerOfResults = (): VectorLayer<Source> => new VectorLayer({ source: new VectorSource<Feature<Geometry>>(), zIndex: 33, declutter: true });

export interface Shown {
  points: Point[];
  bodies: { id: number; name: string; cleared: boolean; geometry: Json }[];
  lines: { id: number; no: string; geometry: Json; anomaly: Json | null }[];
  outline: Json | null;
  next: { place: LonLat; label: string }[];
  section: { places: LonLat[]; ends: [string, string] } | null;
  chosen: string | null;
}

function made(geometry: Geometry, style: Style[], key?: string): Feature<Geometry> {
  const feature = new Feature<Geometry>(geometry);
  feature.setStyle(style);
  if (key) feature.setId(key);
  return feature;
}
const json = (geometry: Json): Geometry => FORMAT.readGeometry(geometry)!;
const place = (at: LonLat): PointShape => new PointShape(fromLonLat(at));

function labelled(text: string, down: number): Style {
  const label = labelText(text);
  label.setOffsetY(down);
  return new Style({ text: label, zIndex: 4 });
}
/** At the end where a line begins, away from the holes in its middle. */
function atStart(style: Style): Style {
  style.setGeometry((feature) => new PointShape((feature.getGeometry() as LineString).getFirstCoordinate()));
  return style;
}
/** Above a body, away from the holes in it. */
function atTop(style: Style): Style {
  style.setGeometry((feature) => {
    const [west, , east, north] = feature.getGeometry()!.getExtent() as [number, number, number, number];
    return new PointShape([(west + east) / 2, north]);
  });
  return style;
}
/** Number and metres of waste below a hole; it gives way to other holes, which come first. */
function below({ point_no, kind, waste_thickness_m, open_ended }: Point): Style {
  const label = labelText(`${point_no}\n${waste_thickness_m > 0 ? `${open_ended ? '≥' : ''}${number(waste_thickness_m, 1)}` : '0'}`, 11);
  label.setOffsetY((kind === 'borehole' ? 25 : 30) + (open_ended ? 4 : 0));
  return new Style({ text: label, zIndex: 5 });
}

export function drawResults(layer: VectorLayer<Source>, shown: Shown | null): void {
  const source = layer.getSource()!;
  source.clear(true);
  if (!shown) return;
  const { chosen } = shown;
  source.addFeatures([
    ...shown.lines.flatMap(({ anomaly }) => (anomaly ? [made(json(anomaly), ANOMALY)] : [])),
    ...shown.bodies.map(({ id, name, cleared, geometry }) => made(json(geometry), [...(chosen === `body-${id}` ? CHOSEN_BODY : cleared ? CLEARED : BODY), atTop(labelled(name, -10))], `body-${id}`)),
    ...(shown.outline ? [made(json(shown.outline), OUTLINE)] : []),
    ...shown.lines.map(({ id, no, geometry }) => made(json(geometry), [...(chosen === `line-${id}` ? CHOSEN_LINE : GEOPHYSICS), atStart(labelled(no, -12))], `line-${id}`)),
    ...shown.next.map(({ place: at, label }) => made(place(at), [NEXT, labelled(label, 18)])),
    ...shown.points.map((point) => made(place(point.place), [...holeStyles(point.kind, showsOf(point), chosen === `point-${point.id}`), below(point)], `point-${point.id}`)),
    ...(shown.section ? sectionOf(shown.section) : []),
  ]);
}

function sectionOf({ places, ends }: NonNullable<Shown['section']>): Feature<Geometry>[] {
  const [first, last] = [places[0]!, places[places.length - 1]!];
  return [
    made(new LineString(places.map((at) => fromLonLat(at))), SECTION),
    made(place(first), [END, labelled(ends[0], -14)]),
    made(place(last), [END, labelled(ends[1], -14)]),
  ];
}
