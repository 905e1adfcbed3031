/** Drawing on the map for the tools: a line, a ring or a box that changes nothing in the register. */
import type Feature from 'ol/Feature';
import { LineString, Polygon, type Geometry } from 'ol/geom';
import DoubleClickZoom from 'ol/interaction/DoubleClickZoom';
import Draw, { createBox } from 'ol/interaction/Draw';
import VectorLayer from 'ol/layer/Vector';
import type OlMap from 'ol/Map';
import { fromLonLat, toLonLat } from 'ol/proj';
import VectorSource from 'ol/source/Vector';
import { Circle, Fill, Stroke, Style } from 'ol/style';

import type { Degrees } from './geodesy';

export type SketchKind = 'line' | 'ring' | 'box';

const INK = '#1f5fa8';
const STYLE = [
  new Style({ stroke: new Stroke({ color: 'rgba(255,255,255,0.9)', width: 5 }) }),
  new Style({ stroke: new Stroke({ color: INK, width: 2.5, lineDash: [7, 5] }), fill: new Fill({ color: 'rgba(31,95,168,0.10)' }), image: new Circle({ radius: 5, fill: new Fill({ color: INK }), stroke: new Stroke({ color: '#fff', width: 2 }) }) }),
];

export interface Sketch {
  /** Takes back the last point of what is being drawn; false when nothing is. */
  undo(): boolean;
  /** Ends what is being drawn where it is; false when nothing is. */
  finish(): boolean;
  /** Sets a point without a pointer. */
  add(place: Degrees): void;
  clear(): void;
  close(): void;
}

/** Lets the person draw one thing after another; `heard` gets its places on the way and whether it is done. The last point on the way is the pointer. */
export function sketchOn(map: OlMap, kind: SketchKind, heard: (places: Degrees[], done: boolean) => void): Sketch {
  const source = new VectorSource<Feature<Geometry>>();
  const layer = new VectorLayer({ source, zIndex: 40, style: STYLE });
  const pen = new Draw({
    type: kind === 'line' ? 'LineString' : kind === 'ring' ? 'Polygon' : 'Circle',
    ...(kind === 'box' ? { geometryFunction: createBox() } : {}),
    source, style: STYLE, stopClick: true,
  });
  let points = 0;
  pen.on('drawstart', ({ feature }) => {
    source.clear();
    const shape = feature.getGeometry()!;
    points = placesOf(shape).length;
    shape.on('change', () => {
      const places = placesOf(shape);
      points = places.length;
      heard(places, false);
    });
  });
  pen.on('drawend', ({ feature }) => {
    points = 0;
    heard(placesOf(feature.getGeometry()!), true);
  });
  pen.on('drawabort', () => (points = 0));
  // the double click that ends a line must not move the map
  const zooming = map.getInteractions().getArray().filter((one) => one instanceof DoubleClickZoom);
  zooming.forEach((one) => one.setActive(false));
  map.addLayer(layer);
  map.addInteraction(pen);
  map.getTargetElement()!.style.cursor = 'crosshair';

  return {
    undo() {
      if (!points) return false;
      pen.removeLastPoint();
      return true;
    },
    finish() {
      if (!points) return false;
      if (kind === 'box') pen.abortDrawing();
      else pen.finishDrawing();
      return true;
    },
    add(place) {
      pen.appendCoordinates([fromLonLat(place)]);
    },
    clear() {
      pen.abortDrawing();
      source.clear();
    },
    close() {
      map.removeInteraction(pen);
      map.removeLayer(layer);
      zooming.forEach((one) => one.setActive(true));
      if (map.getTargetElement()) map.getTargetElement()!.style.cursor = '';
    },
  };
}

const degrees = (place: number[]): Degrees => toLonLat(place) as Degrees;

function placesOf(geometry: Geometry): Degrees[] {
  if (geometry instanceof Polygon) return (geometry.getCoordinates()[0] ?? []).slice(0, -1).map(degrees);
  return geometry instanceof LineString ? geometry.getCoordinates().map(degrees) : [];
}
