/** The map object of the field: layers, what moves on them, and what a finger does. */
import { getCenter, isEmpty, createEmpty, extend, type Extent } from 'ol/extent';
import Feature from 'ol/Feature';
import GeoJSON from 'ol/format/GeoJSON';
import { Circle, LineString, MultiLineString, MultiPoint, Point, Polygon } from 'ol/geom';
import type OlGeometry from 'ol/geom/Geometry';
import { defaults } from 'ol/interaction/defaults';
import Modify from 'ol/interaction/Modify';
import type BaseLayer from 'ol/layer/Base';
import VectorLayer from 'ol/layer/Vector';
import OlMap from 'ol/Map';
import { fromLonLat, getPointResolution, toLonLat, transformExtent } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import View from 'ol/View';

import type { Position } from '../queue/wire';
import { baseLayers } from './bases';
import type { Base, MapPack, Mode, Stop, Theme } from './model';
import type { Corner } from './sketch';
import * as styles from './styles';

type Source = VectorSource<Feature<OlGeometry>>;
type Layer = VectorLayer<Source>;

const FORMAT = new GeoJSON({ featureProjection: 'EPSG:3857' });
const CLOSEST = 18;
const LONG_TAP_MS = 500;
/** A finger trembles. */
const TREMBLE_PX = 10;
/** How near to a corner a finger takes it. */
const GRASP_PX = 26;
const QUICK_MS = 150;

export interface Heard {
  tapped(parcel: number | null, place: Corner): void;
  longTapped(place: Corner): void;
  /** The corners after one was moved by hand. */
  reshaped(corners: Corner[]): void;
  dragged(): void;
  rendered(): void;
}

/** What moves is drawn in every frame. */
const layer = (zIndex: number): Layer =>
  new VectorLayer<Source>({ source: new VectorSource<Feature<OlGeometry>>(), zIndex, updateWhileAnimating: true, updateWhileInteracting: true });

/** What stands is not drawn anew while a finger moves the map. */
const still = (zIndex: number, more: { className?: string; declutter?: boolean | string } = {}): Layer =>
  new VectorLayer<Source>({ source: new VectorSource<Feature<OlGeometry>>(), zIndex, renderBuffer: 128, ...more });

/** Finer than this no eye sees in the sun, and memory is what cheap phones lack. */
const SHARPEST = 2;

const places = (corners: readonly Corner[]): number[][] => corners.map((corner) => fromLonLat(corner));

export function makeFieldMap(target: HTMLElement, heard: Heard) {
  const ground = still(1, { className: 'ol-layer base', declutter: true });
  const areas = layer(2);
  const parcels = still(3, { declutter: true });
  const facilities = still(4);
  const track = layer(5);
  const chosen = layer(6);
  const stops = layer(7);
  const own = layer(8);
  const drawn = layer(9);
  const dots = layer(10);
  const layers = [ground, areas, parcels, facilities, track, chosen, stops, own, drawn, dots];
  const quick = matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : QUICK_MS;

  const map = new OlMap({
    target,
    controls: [],
    pixelRatio: Math.min(devicePixelRatio || 1, SHARPEST),
    interactions: defaults({ altShiftDragRotate: false, pinchRotate: false }),
    view: new View({ center: fromLonLat([113.57, 22.39]), zoom: 13, minZoom: 9, maxZoom: 20, enableRotation: false }),
    layers,
  });

  const shape = new Feature<OlGeometry>();
  const corner = new Feature<OlGeometry>();
  const me = new Feature<OlGeometry>();
  const around = new Feature<OlGeometry>();
  const way = new Feature<OlGeometry>();
  const ends = new Feature<OlGeometry>();
  around.setStyle(styles.accuracyStyle);
  own.getSource()!.addFeatures([around, me]);
  track.getSource()!.addFeatures([way, ends]);
  drawn.getSource()!.addFeature(shape);
  dots.getSource()!.addFeature(corner);
  corner.setStyle(styles.cornerStyle);

  let bases: BaseLayer[] = [];
  let mode: Mode = 'look';
  const modify = new Modify({ source: drawn.getSource()!, pixelTolerance: GRASP_PX, style: styles.cornerStyle, insertVertexCondition: () => mode === 'line' || mode === 'polygon' });
  modify.setActive(false);
  map.addInteraction(modify);

  const degrees = (place: number[]): Corner => toLonLat(place) as Corner;

  function cornersDrawn(): Corner[] {
    const geometry = shape.getGeometry();
    if (geometry instanceof Point) return [degrees(geometry.getCoordinates())];
    if (geometry instanceof LineString) return geometry.getCoordinates().map(degrees);
    if (geometry instanceof Polygon) return geometry.getCoordinates()[0]!.slice(0, -1).map(degrees);
    return [];
  }

  modify.on('modifyend', () => void heard.reshaped(cornersDrawn()));
  map.on('singleclick', ({ pixel, coordinate }) => void heard.tapped(mode === 'look' ? parcelAt(pixel) : null, degrees(coordinate)));
  // a listener that returns false would stop the drag itself
  map.on('pointerdrag', () => void heard.dragged());
  map.once('rendercomplete', () => heard.rendered());

  /** OpenLayers knows no long tap. */
  let pressing = 0;
  let pressedAt: [number, number] = [0, 0];
  const letGo = (): void => clearTimeout(pressing);
  const press = (event: PointerEvent): void => {
    letGo();
    if (!event.isPrimary) return;
    pressedAt = [event.clientX, event.clientY];
    pressing = window.setTimeout(() => heard.longTapped(degrees(map.getEventCoordinate(event))), LONG_TAP_MS);
  };
  const move = (event: PointerEvent): void => {
    if (Math.hypot(event.clientX - pressedAt[0], event.clientY - pressedAt[1]) > TREMBLE_PX) letGo();
  };
  const viewport = map.getViewport()!;
  viewport.addEventListener('pointerdown', press);
  viewport.addEventListener('pointermove', move);
  for (const name of ['pointerup', 'pointercancel'] as const) viewport.addEventListener(name, letGo);
  viewport.addEventListener('contextmenu', (event) => event.preventDefault());

  function parcelAt(pixel: number[]): number | null {
    const found = map.getFeaturesAtPixel(pixel, { layerFilter: (one) => one === parcels || one === stops, hitTolerance: 6 });
    const first = found.find((feature) => typeof feature.get('id') === 'number');
    return first ? Number(first.get('id')) : null;
  }

  const read = (features: readonly unknown[]): Feature<OlGeometry>[] => FORMAT.readFeatures({ type: 'FeatureCollection', features }) as Feature<OlGeometry>[];

  function fill(into: Layer, features: Feature<OlGeometry>[]): void {
    into.getSource()!.clear(true);
    into.getSource()!.addFeatures(features);
  }

  const byId = new Map<number, Feature<OlGeometry>>();

  function fit(extent: Extent, closest = CLOSEST): void {
    if (isEmpty(extent)) return;
    map.getView().fit(extent, { padding: [72, 72, 72, 24], maxZoom: closest, duration: quick });
  }

  function themed(theme: Theme): void {
    ground.setStyle(styles.groundStyle(theme));
    areas.setStyle(styles.areaStyle(theme));
    parcels.setStyle(styles.parcelStyle(theme));
    facilities.setStyle(styles.facilityStyle());
    stops.setStyle(styles.stopStyle(theme));
    chosen.setStyle(styles.chosenStyle(theme));
    way.setStyle(styles.trackStyle(theme));
    ends.setStyle(styles.pieceEndStyle(theme));
  }

  return {
    map,
    themed,
    pack(pack: MapPack): void {
      fill(ground, read(pack.ground.features));
      const read_parcels = read(pack.parcels.features);
      byId.clear();
      read_parcels.forEach((feature) => byId.set(Number(feature.get('id')), feature));
      fill(parcels, read_parcels);
      fill(facilities, read(pack.facilities.features));
      fill(areas, pack.areas.flatMap(({ id, name, bbox }) => (bbox ? [new Feature({ id: `area.${id}`, name, geometry: new Point(getCenter(transformExtent(bbox, 'EPSG:4326', 'EPSG:3857'))) })] : [])));
    },
    stops(list: readonly Stop[]): void {
      fill(stops, list.flatMap(({ id, seq, done }) => {
        const geometry = byId.get(id)?.getGeometry();
        if (!geometry) return [];
        const feature = new Feature<OlGeometry>({ geometry, id, seq, done: done === true });
        feature.setId(id);
        return [feature];
      }));
      parcels.setOpacity(list.length ? 0.7 : 1);
    },
    chosen(id: number | null): void {
      const geometry = id === null ? undefined : byId.get(id)?.getGeometry();
      fill(chosen, geometry ? [new Feature({ geometry })] : []);
    },
    base(base: Base | null, theme: Theme): void {
      bases.forEach((old) => map.removeLayer(old));
      bases = base ? baseLayers(base, theme) : [];
      bases.forEach((one) => (one.setZIndex(0), map.addLayer(one)));
      ground.setVisible(!base);
    },
    place(position: Position | null, heading_deg: number | null): void {
      if (!position) {
        me.setGeometry(undefined);
        around.setGeometry(undefined);
        return;
      }
      const at = fromLonLat([position.lon, position.lat]);
      me.setStyle(styles.placeStyle(heading_deg));
      me.setGeometry(new Point(at));
      around.setGeometry(new Circle(at, position.accuracy_m / getPointResolution('EPSG:3857', 1, at)));
    },
    track(pieces: readonly (readonly Corner[])[]): void {
      const lines = pieces.map(places);
      way.setGeometry(lines.length ? new MultiLineString(lines.filter((line) => line.length > 1)) : undefined);
      ends.setGeometry(lines.length ? new MultiPoint(lines.flatMap((line) => [line[0]!, ...(line.length > 1 ? [line.at(-1)!] : [])])) : undefined);
    },
    mode(now: Mode): void {
      mode = now;
      modify.setActive(now !== 'look');
    },
    sketch(corners: readonly Corner[]): void {
      const at = places(corners);
      const last = at.at(-1);
      corner.setGeometry(mode !== 'point' && last ? new MultiPoint(at) : undefined);
      shape.setStyle(mode === 'point' ? styles.pinStyle() : styles.sketchStyle);
      if (!last) shape.setGeometry(undefined);
      else if (mode === 'point') shape.setGeometry(new Point(last));
      else if (mode === 'line' || at.length < 3) shape.setGeometry(at.length > 1 ? new LineString(at) : undefined);
      else shape.setGeometry(new Polygon([[...at, at[0]!]]));
    },
    centre: (): Corner => degrees(map.getView().getCenter()!),
    look(position: Position): void {
      map.getView().animate({ center: fromLonLat([position.lon, position.lat]), duration: quick });
    },
    closer(zoom: number): void {
      if ((map.getView().getZoom() ?? 0) < zoom) map.getView().setZoom(zoom);
    },
    step(by: number): void {
      map.getView().animate({ zoom: (map.getView().getZoom() ?? 0) + by, duration: quick });
    },
    /** Zooms to these parcels, or to all when none is known. */
    fitParcels(ids: readonly number[]): void {
      const extent = createEmpty();
      ids.forEach((id) => byId.has(id) && extend(extent, byId.get(id)!.getGeometry()!.getExtent()));
      fit(isEmpty(extent) ? (parcels.getSource()!.getExtent() ?? extent) : extent, 17);
    },
    /** Where a place is drawn, in pixels of the page; for those who test the map or point at something on it. */
    pixelOf(place: Corner): [number, number] {
      const [x = 0, y = 0] = map.getPixelFromCoordinate(fromLonLat(place)) ?? [];
      const { left, top } = target.getBoundingClientRect();
      return [x + left, y + top];
    },
    lookAt(place: Corner, zoom: number): void {
      map.getView().setCenter(fromLonLat(place));
      map.getView().setZoom(zoom);
    },
    pan(right: number, down: number): void {
      const [x = 0, y = 0] = map.getView().getCenter()!;
      const metres = map.getView().getResolution() ?? 1;
      map.getView().setCenter([x + right * metres, y - down * metres]);
    },
    /** Resolves when all that is to be drawn now is drawn. */
    settled: (): Promise<void> => new Promise((done) => {
      map.once('rendercomplete', () => done());
      map.render();
    }),
    stop(): void {
      letGo();
      map.setTarget(undefined);
      map.dispose();
    },
  };
}
