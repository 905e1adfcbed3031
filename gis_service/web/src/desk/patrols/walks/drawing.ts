/** A walk on the shared map: parcels by what was seen of them, the track with its holes, photos, what was seen, where the person is now. */
import Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import { type Geometry, LineString, Point } from 'ol/geom';
import { circular } from 'ol/geom/Polygon';
import VectorLayer from 'ol/layer/Vector';
import { fromLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import { Circle, Fill, RegularShape, Stroke, Style, type Text } from 'ol/style';

import { labelText } from '../../../shared/symbols';
import { holes, momentOf, walkedUntil } from './replay';
import type { Band, LonLat, Track, Walk } from './types';
import { percent } from './words';

type Source = VectorSource<Feature<Geometry>>;
const INK = { track: '#1f5fa8', gap: '#50575f', white: 'rgba(255,255,255,0.9)', bad: '#b3261e', photo: '#1b1f24' };
const SHADES: Record<Band, string> = { most: 'rgba(46,158,91,0.45)', part: 'rgba(47,111,222,0.35)', little: 'rgba(242,161,0,0.4)', none: 'rgba(154,160,166,0.35)' };
const FORMAT = new GeoJSON({ featureProjection: 'EPSG:3857' });

const stroke = (color: string, width: number, lineDash?: number[]): Style => new Style({ stroke: new Stroke({ color, width, lineDash }) });
const TRACK = [stroke(INK.white, 6), stroke(INK.track, 3)];
const FAINT = [stroke(INK.white, 4), stroke('rgba(31,95,168,0.45)', 2)];
const HOLE = [stroke(INK.white, 4), stroke(INK.gap, 2, [2, 7])];
const PHOTO = new Style({ image: new RegularShape({ points: 4, radius: 6, angle: Math.PI / 4, fill: new Fill({ color: '#fff' }), stroke: new Stroke({ color: INK.photo, width: 2 }) }) });
const SEEN = new Style({ image: new RegularShape({ points: 3, radius: 8, fill: new Fill({ color: INK.bad }), stroke: new Stroke({ color: '#fff', width: 1.5 }) }) });
const NOW = new Style({ image: new Circle({ radius: 8, fill: new Fill({ color: INK.track }), stroke: new Stroke({ color: '#fff', width: 3 }) }) });
const AROUND = new Style({ fill: new Fill({ color: 'rgba(31,95,168,0.15)' }), stroke: new Stroke({ color: 'rgba(31,95,168,0.5)', width: 1 }) });

export const layerOfWalk = (): VectorLayer<Source> => new VectorLayer({ source: new VectorSource<Feature<Geometry>>(), zIndex: 32 });
export const layerOfNow = (): VectorLayer<Source> => new VectorLayer({ source: new VectorSource<Feature<Geometry>>(), zIndex: 34 });

function styled(geometry: Geometry, style: Style | Style[]): Feature<Geometry> {
  const made = new Feature<Geometry>(geometry);
  made.setStyle(style);
  return made;
}

/** Below the parcel's number, which stands in the middle. */
function shareText(share: number): Text {
  const text = labelText(percent(share));
  text.setOffsetY(18);
  return text;
}

const point = (at: LonLat): Point => new Point(fromLonLat(at));
const line = (places: LonLat[]): Geometry => (places.length > 1 ? new LineString(places.map((at) => fromLonLat(at))) : point(places[0]!));

/** Everything of a walk that does not move. While it is replayed the whole track stands faint behind what was walked. */
export function drawWalk(layer: VectorLayer<Source>, walk: Walk | null, track: Track | null, replaying: boolean): void {
  const source = layer.getSource()!;
  source.clear(true);
  if (!walk) return;
  for (const cover of walk.coverage) {
    const shape = walk.shapes[cover.parcel_id];
    if (!shape) continue;
    const style = [new Style({ fill: new Fill({ color: SHADES[cover.band] }), stroke: new Stroke({ color: INK.photo, width: cover.proved ? 1.5 : 0.75, lineDash: cover.proved ? undefined : [4, 4] }) })];
    if (cover.proved || cover.planned) style.push(new Style({ text: shareText(cover.seen_share) }));
    source.addFeature(styled(FORMAT.readGeometry(shape)!, style));
  }
  if (track) {
    holes(track).forEach((hole) => source.addFeature(styled(line(hole), HOLE)));
    track.pieces.forEach((piece) => source.addFeature(styled(line(piece.map(([lon, lat]) => [lon, lat])), replaying ? FAINT : piece.length > 1 ? TRACK : NOW)));
  }
  walk.observations.forEach(({ geometry }) => geometry && source.addFeature(styled(FORMAT.readGeometry(geometry)!, [SEEN, stroke(INK.bad, 2)])));
  walk.photos.forEach(({ place, kind }) => place && kind === 'original' && source.addFeature(styled(point(place), PHOTO)));
}

/** What was walked until a moment, and where the person is, if that is known. */
export function drawNow(layer: VectorLayer<Source>, track: Track | null, ms: number | null): void {
  const source = layer.getSource()!;
  source.clear(true);
  if (!track || ms === null) return;
  for (const places of walkedUntil(track, ms)) if (places.length > 1) source.addFeature(styled(line(places), TRACK));
  const { at, accuracy_m } = momentOf(track, ms);
  if (!at) return;
  if (accuracy_m && accuracy_m > 0) source.addFeature(styled(circular(at, accuracy_m, 32).transform('EPSG:4326', 'EPSG:3857'), AROUND));
  source.addFeature(styled(point(at), NOW));
}
