/** The stamped copy of a photo (handbook §7.4): burnt into a copy of at most 1600 px; the original stays as it came. */
import type { Position } from '../queue/wire';

export interface StampFacts {
  about: string;
  at: number;
  parcel: string;
  position: Position | null;
  inspector: string;
  weather: string;
  sha256: string;
}

const LONGEST = 1600;
const BEIJING = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
});

/** The lines of the block, always in Chinese: it is a paper of the authority. */
export function stampLines(facts: StampFacts): string[] {
  const { position } = facts;
  const where = position
    ? `${position.lon.toFixed(6)}°E ${position.lat.toFixed(6)}°N WGS84 ±${Math.round(position.accuracy_m)} m`
    : `无定位`;
  return [
    facts.about, `时间 ${BEIJING.format(facts.at)}`, `地块 ${facts.parcel || '—'}`, `位置 ${where}`, `巡查人 ${facts.inspector}　天气 ${facts.weather || '—'}`,
    `防伪码 ${facts.sha256.slice(0, 8)}`,
  ];
}

/** Null when this browser cannot decode the picture (HEIC): then the original goes alone. */
export async function stamped(original: Blob, facts: StampFacts): Promise<Blob | null> {
  const picture = await createImageBitmap(original, { imageOrientation: 'from-image' }).catch(() => null);
  if (!picture) return null;
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext('2d');
  if (!pen) return null;
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  write(pen, stampLines(facts), canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.85));
}

function write(pen: CanvasRenderingContext2D, lines: string[], width: number, height: number): void {
  let size = Math.max(12, Math.round(Math.min(width / 32, height / 20)));
  const font = (): void => void (pen.font = `${size}px "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif`);
  font();
  const widest = (): number => Math.max(...lines.map((line) => pen.measureText(line).width));
  while (size > 8 && widest() > width - size * 2) {
    size -= 1;
    font();
  }
  const [step, pad] = [size * 1.4, size * 0.6];
  const top = height - step * lines.length - pad * 2;
  pen.fillStyle = 'rgb(0 0 0 / 62%)';
  pen.fillRect(0, top, widest() + pad * 2, height - top);
  pen.fillStyle = '#fff';
  pen.textBaseline = 'middle';
  lines.forEach((line, at) => pen.fillText(line, pad, top + pad + step * (at + 0.5)));
}
