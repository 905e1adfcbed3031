/** The view of the map as one picture for paper: drawn once more in the shape of the page, finer than the screen. */
import type OlMap from 'ol/Map';
import { unByKey } from 'ol/Observable';

export interface Picture {
  url: string;
  /** Metres of ground in one CSS pixel of the page, at the middle of the view. */
  metres: number;
}

/** Drawn so much larger than it is printed: 96 dots per inch become 120; labels of 12 px are then 2.5 mm high on paper. */
const FINER = 1.25;
const PATIENCE_MS = 20_000;

/** Draws what is seen into `width` × `height` CSS pixels; the view is afterwards as it was. `cut` is where a swipe divides it, 0–1. */
export async function pictureOf(map: OlMap, width: number, height: number, cut: number | null): Promise<Picture> {
  const view = map.getView();
  const [size, resolution, centre] = [map.getSize()!, view.getResolution()!, view.getCenter()!];
  const fitting = resolution * Math.max(size[0]! / width, size[1]! / height);
  try {
    const drawn = rendered(map);
    map.setSize([width * FINER, height * FINER]);
    view.setResolution(fitting / FINER);
    view.setCenter(centre);
    map.renderSync();
    await drawn;
    const url = composed(map, width * FINER, height * FINER, cut);
    const used = view.getResolution()! * FINER;
    const latitude = 2 * Math.atan(Math.exp(centre[1]! / 6378137)) - Math.PI / 2;
    return { url, metres: used * Math.cos(latitude) };
  } finally {
    map.setSize(size);
    view.setResolution(resolution);
    view.setCenter(centre);
  }
}

function rendered(map: OlMap): Promise<void> {
  return new Promise((done) => {
    const key = map.once('rendercomplete', () => finish());
    const timer = setTimeout(() => finish(), PATIENCE_MS);
    function finish(): void {
      unByKey(key);
      clearTimeout(timer);
      done();
    }
  });
}

/** All canvases of the map, one over the other, as OpenLayers lays them. */
function composed(map: OlMap, width: number, height: number, cut: number | null): string {
  const page = document.createElement('canvas');
  [page.width, page.height] = [width, height];
  const pen = page.getContext('2d')!;
  pen.fillStyle = '#f3f3ef';
  pen.fillRect(0, 0, width, height);
  for (const canvas of map.getViewport()!.querySelectorAll<HTMLCanvasElement>('.ol-layers canvas')) {
    if (!canvas.width) continue;
    const holder = canvas.parentElement!;
    pen.save();
    if (cut !== null && holder.classList.contains('before')) clip(pen, 0, cut * width, height);
    if (cut !== null && holder.classList.contains('after')) clip(pen, cut * width, width, height);
    pen.globalAlpha = Number(holder.style.opacity || canvas.style.opacity || 1);
    const matrix = /^matrix\(([^)]*)\)/.exec(canvas.style.transform)?.[1]?.split(',').map(Number);
    if (matrix?.length === 6) pen.setTransform(...(matrix as [number, number, number, number, number, number]));
    else pen.setTransform(width / canvas.width, 0, 0, height / canvas.height, 0, 0);
    pen.drawImage(canvas, 0, 0);
    pen.restore();
  }
  return page.toDataURL('image/png');
}

function clip(pen: CanvasRenderingContext2D, from: number, to: number, height: number): void {
  pen.beginPath();
  pen.rect(from, 0, to - from, height);
  pen.clip();
}
