/** How the field map draws what the pack holds: the colours and hatches of the layers, the same as on the desk and on paper. */
import type { FeatureLike } from 'ol/Feature';
import Point from 'ol/geom/Point';
import { getCenter } from 'ol/extent';
import { Circle, Fill, Icon, Stroke, Style, Text } from 'ol/style';

import camera from '../../../../../layers/camera/style.json';
import fence from '../../../../../layers/fence/style.json';
import ground from '../../../../../layers/ground/style.json';
import parcelFence from '../../../../../layers/parcel-fence/style.json';
import sign from '../../../../../layers/sign/style.json';
import { labelText, stylesOf } from '../../shared/symbols';
import type { LayerStyle, MapLayer } from '../../shared/types';
import type { Theme } from './model';

const FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif';
const ACCENT = '#1f5fa8';
const GOOD = '#1c6b3d';

/** Letters and their rim by theme; the dark ground is made by the page (see `FieldMap.vue`). */
const INK: Record<Theme, { ink: string; rim: string; soft: string; line: string }> = {
  day: { ink: '#1b1f24', rim: 'rgba(255,255,255,0.9)', soft: '#50575f', line: ACCENT },
  dark: { ink: '#f3f4f6', rim: 'rgba(16,20,24,0.9)', soft: '#b9c0c8', line: '#8ab8f0' },
  sun: { ink: '#000000', rim: '#ffffff', soft: '#000000', line: '#0b3f7d' },
};

export type Styler = (feature: FeatureLike, resolution: number) => Style[] | undefined;

/** Metres per pixel below which names are drawn. */
const PARCELS_NAMED = 2.4;
const GROUND_NAMED = 4.8;
const FACILITIES_FROM = 5;

/** A layer's categories, made once. */
function byCategory(style: LayerStyle, geometry: MapLayer['geometry']): (feature: FeatureLike) => Style[] {
  const otherwise = stylesOf(style.default ?? {}, geometry);
  const made = new Map((style.categories ?? []).map((category) => [category.value, stylesOf(category, geometry)]));
  return (feature) => made.get(String(feature.get(style.property ?? ''))) ?? otherwise;
}

const middle = (feature: FeatureLike): Point => {
  const geometry = feature.getGeometry()!;
  return new Point(getCenter(geometry.getExtent()));
};

/** Names are made once for each feature; a new theme makes new ones. */
function named(size: number, colour: string, rim: string, text: (feature: FeatureLike) => string, place?: (feature: FeatureLike) => Point): (feature: FeatureLike) => Style {
  const made = new WeakMap<FeatureLike, Style>();
  return (feature) => {
    let style = made.get(feature);
    if (!style) {
      style = new Style({ text: labelText(text(feature), size, colour, rim) });
      if (place) style.setGeometry(place(feature));
      made.set(feature, style);
    }
    return style;
  };
}

export function groundStyle(theme: Theme): Styler {
  const plain = byCategory(ground as LayerStyle, 'polygon');
  // the ground is inverted by the page in the dark, its names with it
  const name = named(12, theme === 'sun' ? '#000' : '#6b7178', 'rgba(255,255,255,0.9)', (feature) => String(feature.get('name')));
  return (feature, resolution) => (feature.get('name') && resolution < GROUND_NAMED ? [...plain(feature), name(feature)] : plain(feature));
}

export function parcelStyle(theme: Theme): Styler {
  const { ink, rim } = INK[theme];
  const plain = byCategory(parcelFence as LayerStyle, 'polygon');
  const name = named(12, ink, rim, (feature) => String(feature.get('parcel_no')), middle);
  const strong = theme === 'sun' ? new Style({ stroke: new Stroke({ color: '#000', width: 2 }) }) : null;
  return (feature, resolution) => {
    const styles = strong ? [...plain(feature), strong] : plain(feature);
    return resolution < PARCELS_NAMED ? [...styles, name(feature)] : styles;
  };
}

export function facilityStyle(): Styler {
  const lines = byCategory(fence as LayerStyle, 'line');
  const signs = byCategory(sign as LayerStyle, 'point');
  const cameras = byCategory(camera as LayerStyle, 'point');
  return (feature, resolution) => {
    const noun = feature.get('noun');
    if (noun === 'fences') return lines(feature);
    if (resolution > FACILITIES_FROM) return undefined;
    return noun === 'signs' ? signs(feature) : cameras(feature);
  };
}

export function areaStyle(theme: Theme): Styler {
  const { soft, rim } = INK[theme];
  const name = named(14, soft, rim, (feature) => String(feature.get('name')));
  return (feature) => [name(feature)];
}

/** The number stands above the middle, so that the parcel's own number stays legible below it. */
const RAISED = 20;

/** A stop of the task: outline, and a round number that is never hidden by another. A visited one carries a tick. */
export function stopStyle(theme: Theme): Styler {
  const { line, rim } = INK[theme];
  const made = new Map<string, Style[]>();
  return (feature) => {
    const [seq, done] = [Number(feature.get('seq')), feature.get('done') === true];
    const key = `${seq}.${done}.${feature.getId()}`;
    let styles = made.get(key);
    if (!styles) {
      const colour = done ? GOOD : line;
      const fill = new Fill({ color: theme === 'dark' && !done ? '#12315a' : done ? GOOD : ACCENT });
      const number = new Style({
        geometry: middle(feature),
        image: new Circle({ radius: 14, fill, stroke: new Stroke({ color: '#fff', width: 2 }), displacement: [0, RAISED], declutterMode: 'none' }),
        text: new Text({ offsetY: -RAISED, text: done ? `${seq}✓` : String(seq), font: `600 14px ${FONT}`, fill: new Fill({ color: '#fff' }), declutterMode: 'none' }),
        zIndex: done ? 1 : 2,
      });
      styles = [
        new Style({ stroke: new Stroke({ color: rim, width: 7 }) }),
        new Style({ stroke: new Stroke({ color: colour, width: 3.5, lineDash: done ? [2, 6] : undefined }) }),
        number,
      ];
      made.set(key, styles);
    }
    return styles;
  };
}

export function chosenStyle(theme: Theme): Style[] {
  const { ink, rim } = INK[theme];
  return [new Style({ stroke: new Stroke({ color: rim, width: 7 }) }), new Style({ stroke: new Stroke({ color: ink, width: 3 }) })];
}

/** The way walked; each piece begins and ends with a dot, so that a gap reads as one. */
export function trackStyle(theme: Theme): Style[] {
  const colour = { day: '#6b2fa0', dark: '#d7b4ff', sun: '#4b0a80' }[theme];
  return [
    new Style({ stroke: new Stroke({ color: theme === 'dark' ? 'rgba(16,20,24,0.8)' : 'rgba(255,255,255,0.9)', width: 7 }) }),
    new Style({ stroke: new Stroke({ color: colour, width: 4 }) }),
  ];
}

export function pieceEndStyle(theme: Theme): Style {
  const colour = { day: '#6b2fa0', dark: '#d7b4ff', sun: '#4b0a80' }[theme];
  return new Style({ image: new Circle({ radius: 5, fill: new Fill({ color: '#fff' }), stroke: new Stroke({ color: colour, width: 2.5 }) }) });
}

export const accuracyStyle = new Style({ fill: new Fill({ color: 'rgba(31,95,168,0.14)' }), stroke: new Stroke({ color: 'rgba(31,95,168,0.6)', width: 1 }) });

const SIDE = 56;

/** The own place: a dot, and a fan to where the phone looks or walks when that is known. */
function picture(fan: boolean): HTMLCanvasElement {
  const ratio = 2;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE * ratio;
  const pen = canvas.getContext('2d')!;
  pen.scale(ratio, ratio);
  pen.translate(SIDE / 2, SIDE / 2);
  if (fan) {
    pen.beginPath();
    pen.moveTo(0, 0);
    pen.arc(0, 0, SIDE / 2 - 1, -Math.PI / 2 - 0.5, -Math.PI / 2 + 0.5);
    pen.closePath();
    pen.fillStyle = 'rgba(31,95,168,0.55)';
    pen.fill();
  }
  pen.beginPath();
  pen.arc(0, 0, 9, 0, 7);
  pen.fillStyle = '#fff';
  pen.fill();
  pen.beginPath();
  pen.arc(0, 0, 6.5, 0, 7);
  pen.fillStyle = ACCENT;
  pen.fill();
  return canvas;
}

let pictures: { plain: HTMLCanvasElement; fan: HTMLCanvasElement } | null = null;

export function placeStyle(heading_deg: number | null): Style {
  pictures ??= { plain: picture(false), fan: picture(true) };
  const img = heading_deg === null ? pictures.plain : pictures.fan;
  return new Style({ image: new Icon({ img, scale: 0.5, rotation: ((heading_deg ?? 0) * Math.PI) / 180, rotateWithView: true, declutterMode: 'none' }) });
}

/** What a finger draws: big corners, so that a glove can take them. */
export const sketchStyle: Style[] = [
  new Style({ fill: new Fill({ color: 'rgba(179,38,30,0.15)' }), stroke: new Stroke({ color: '#fff', width: 7 }) }),
  new Style({ stroke: new Stroke({ color: '#b3261e', width: 3.5 }) }),
];
export const cornerStyle = new Style({ image: new Circle({ radius: 9, fill: new Fill({ color: '#fff' }), stroke: new Stroke({ color: '#b3261e', width: 3.5 }) }) });

let pinned: Style | null = null;

/** A needle whose tip is the place. */
export function pinStyle(): Style {
  if (pinned) return pinned;
  const ratio = 2;
  const canvas = document.createElement('canvas');
  canvas.width = 40 * ratio;
  canvas.height = 52 * ratio;
  const pen = canvas.getContext('2d')!;
  pen.scale(ratio, ratio);
  pen.beginPath();
  pen.moveTo(20, 51);
  pen.bezierCurveTo(16, 38, 3, 32, 3, 18);
  pen.arc(20, 18, 17, Math.PI, 0);
  pen.bezierCurveTo(37, 32, 24, 38, 20, 51);
  pen.closePath();
  pen.fillStyle = '#b3261e';
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = '#fff';
  pen.stroke();
  pen.beginPath();
  pen.arc(20, 18, 6, 0, 7);
  pen.fillStyle = '#fff';
  pen.fill();
  return (pinned = new Style({ image: new Icon({ img: canvas, scale: 0.5, anchor: [0.5, 0.98], declutterMode: 'none' }) }));
}

/** The tiles of a package: the ground as on the plain map, and outlines of areas. */
export function tileStyle(ofGround: Styler): Styler {
  const outline = [new Style({ stroke: new Stroke({ color: ACCENT, width: 1.5, lineDash: [8, 4] }) })];
  return (feature, resolution) => (feature.get('layer') === 'area' ? outline : ofGround(feature, resolution));
}
