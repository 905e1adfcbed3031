/** The drawing board over the map: an outline to reshape or lines to draw, snapping to the register's boundaries. */
import type Feature from 'ol/Feature';
import FeatureOf from 'ol/Feature';
import { LineString, MultiPolygon, Polygon, type Geometry } from 'ol/geom';
import Draw from 'ol/interaction/Draw';
import type Interaction from 'ol/interaction/Interaction';
import Modify from 'ol/interaction/Modify';
import Snap from 'ol/interaction/Snap';
import VectorLayer from 'ol/layer/Vector';
import type OlMap from 'ol/Map';
import { fromLonLat, toLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import { Circle, Fill, RegularShape, Stroke, Style } from 'ol/style';
import { MultiPoint } from 'ol/geom';

import { drawing } from '../../map/state';
import { type Degrees, type Outline, redrawn, toPolygons } from './model';
import { followNeighbours } from './neighbours';

/** How near, in pixels, a vertex or an edge draws the pointer to itself. */
export const SNAP_PX = 12;
const BLUE = '#1f5fa8';
const PAPER = 'rgba(255,255,255,0.9)';

const halo = new Style({ stroke: new Stroke({ color: PAPER, width: 5 }) });
const corners = new Style({
  image: new RegularShape({ points: 4, radius: 6, angle: Math.PI / 4, fill: new Fill({ color: '#fff' }), stroke: new Stroke({ color: BLUE, width: 2 }) }),
  geometry: (feature) => new MultiPoint(coordinatesOf(feature.getGeometry() as Geometry)),
});
const edge = new Style({ stroke: new Stroke({ color: BLUE, width: 2.5 }), fill: new Fill({ color: 'rgba(31,95,168,0.10)' }) });
const sketch = [
  new Style({ stroke: new Stroke({ color: PAPER, width: 5 }) }),
  new Style({ stroke: new Stroke({ color: BLUE, width: 2.5, lineDash: [7, 5] }), fill: new Fill({ color: 'rgba(31,95,168,0.10)' }), image: new Circle({ radius: 6, fill: new Fill({ color: BLUE }), stroke: new Stroke({ color: '#fff', width: 2 }) }) }),
];
const faint = new Style({ stroke: new Stroke({ color: 'rgba(31,95,168,0.55)', width: 1 }) });

function coordinatesOf(geometry: Geometry): number[][] {
  if (geometry instanceof LineString) return geometry.getCoordinates();
  const polygons = geometry instanceof MultiPolygon ? geometry.getCoordinates() : geometry instanceof Polygon ? [geometry.getCoordinates()] : [];
  return polygons.flat(2);
}

const keyOf = (place: number[]): string => `${place[0]},${place[1]}`;
const project = (place: Degrees): number[] => fromLonLat(place);
const degrees = (place: number[]): Degrees => toLonLat(place) as Degrees;

export interface Board {
  /** Shows an outline that can be reshaped; `changed` gets it when the person moved something. */
  outline(value: Outline, changed?: (value: Outline) => void): void;
  /** Shows lines drawn before, as they are. */
  lines(value: Degrees[][]): void;
  /** Lets the person draw; `grown` hears of every point on the way. */
  draw(kind: 'ring' | 'line', done: (places: Degrees[]) => void, grown?: (places: Degrees[]) => void): void;
  /** Takes back the last point of what is being drawn; false when nothing is. */
  stepBack(): boolean;
  /** Gives up what is being drawn. */
  stop(): void;
  close(): void;
}

export function openBoard(map: OlMap, except: () => number[]): Board {
  const source = new VectorSource<Feature<Geometry>>();
  const layer = new VectorLayer({ source, zIndex: 40, style: [halo, edge, corners] });
  const around = new VectorSource<Feature<Geometry>>();
  const aroundLayer = new VectorLayer({ source: around, zIndex: 35, style: faint });
  const snap = new Snap({ source: around, pixelTolerance: SNAP_PX });
  const snapOwn = new Snap({ source, pixelTolerance: SNAP_PX });
  const unfollow = followNeighbours(map, around, except);
  let modify: Modify | null = null;
  let pen: Draw | null = null;
  let points = 0;
  map.addLayer(aroundLayer);
  map.addLayer(layer);
  drawing.value = true;

  /** Snapping hears the pointer first only when it is added last. */
  function withSnap(interaction: Interaction): void {
    map.removeInteraction(snap);
    map.removeInteraction(snapOwn);
    map.addInteraction(interaction);
    map.addInteraction(snapOwn);
    map.addInteraction(snap);
  }

  function stop(): void {
    if (pen) map.removeInteraction(pen);
    pen = null;
    points = 0;
    modify?.setActive(true);
    map.getTargetElement()!.style.cursor = '';
  }

  function outline(value: Outline, changed?: (value: Outline) => void): void {
    source.clear(true);
    if (modify) map.removeInteraction(modify);
    modify = null;
    const shape = toPolygons(value).map((part) => part.map((ring) => ring.map(project)));
    if (!shape.length) return;
    const feature = new FeatureOf<Geometry>(new MultiPolygon(shape));
    source.addFeature(feature);
    if (!changed) return;
    modify = new Modify({ source, pixelTolerance: SNAP_PX });
    modify.on('modifyend', () => changed(reshaped(value, shape, (feature.getGeometry() as MultiPolygon).getCoordinates())));
    withSnap(modify);
    modify.setActive(!pen);
  }

  function draw(kind: 'ring' | 'line', done: (places: Degrees[]) => void, grown?: (places: Degrees[]) => void): void {
    stop();
    modify?.setActive(false);
    const mine = (pen = new Draw({ type: kind === 'ring' ? 'Polygon' : 'LineString', style: sketch, stopClick: true, snapTolerance: SNAP_PX }));
    mine.on('drawstart', ({ feature }) => {
      feature.getGeometry()!.on('change', () => {
        const places = placesOf(feature.getGeometry()!);
        points = places.length;
        grown?.(places);
      });
    });
    mine.on('drawabort', () => (points = 0));
    mine.on('drawend', ({ feature }) => {
      const places = placesOf(feature.getGeometry()!);
      // the pen is taken away after it has finished with this event
      setTimeout(() => {
        if (pen === mine) stop();
        done(places);
      });
    });
    withSnap(mine);
    map.getTargetElement()!.style.cursor = 'crosshair';
  }

  return {
    outline,
    draw,
    stop,
    lines(value) {
      source.clear(true);
      source.addFeatures(value.map((line) => new FeatureOf<Geometry>(new LineString(line.map(project)))));
    },
    stepBack() {
      if (!pen || !points) return false;
      pen.removeLastPoint();
      return true;
    },
    close() {
      stop();
      unfollow();
      for (const interaction of [modify, snap, snapOwn]) if (interaction) map.removeInteraction(interaction);
      map.removeLayer(layer);
      map.removeLayer(aroundLayer);
      drawing.value = false;
    },
  };
}

function placesOf(geometry: Geometry): Degrees[] {
  if (geometry instanceof Polygon) return (geometry.getCoordinates()[0] ?? []).slice(0, -1).map(degrees);
  return geometry instanceof LineString ? geometry.getCoordinates().map(degrees) : [];
}

/** The outline with what was dragged on the map; everything else keeps its texts. */
function reshaped(value: Outline, before: number[][][][], after: number[][][][]): Outline {
  const [were, now] = [before.flat(), after.flat()];
  const rings = [...value].sort((a, b) => a.part - b.part || a.ring - b.ring);
  return rings.map((ring, at) =>
    redrawn(ring, were[at]!.slice(0, -1).map(keyOf), now[at]!.slice(0, -1).map((place) => ({ key: keyOf(place), place: degrees(place) }))),
  );
}
