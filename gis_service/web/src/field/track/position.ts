/** Where the phone is and which way it looks, without recording anything: for the map, and for the moment of a photo. */
import type { Position } from '../queue/wire';
import { fixOf, positionOf } from './recorder';

export interface Seen { position: Position; heading_deg: number | null }

interface Compass extends DeviceOrientationEvent { webkitCompassHeading?: number }

/** Degrees from north that the top of the phone points to, if it knows. */
function bearing(event: Compass): number | null {
  if (typeof event.webkitCompassHeading === 'number') return event.webkitCompassHeading;
  return event.absolute && event.alpha !== null ? (360 - event.alpha) % 360 : null;
}

/** Tells where the phone is until stopped. `failed` hears that it does not know, or may not say. */
export function watchPlace(heard: (seen: Seen) => void, failed: (denied: boolean) => void): () => void {
  if (!isSecureContext || !navigator.geolocation) {
    failed(false);
    return () => undefined;
  }
  let compass: number | null = null;
  let last: Seen | null = null;
  const turned = (event: DeviceOrientationEvent): void => {
    const now = bearing(event);
    if (now === null || (compass !== null && Math.abs(((now - compass + 540) % 360) - 180) < 3)) return;
    compass = now;
    if (last) heard({ ...last, heading_deg: now });
  };
  const names = ['deviceorientationabsolute', 'deviceorientation'] as const;
  names.forEach((name) => addEventListener(name, turned as EventListener));
  const watch = navigator.geolocation.watchPosition((position) => {
    const fix = fixOf(position);
    last = { position: positionOf(fix), heading_deg: compass ?? fix[6] };
    heard(last);
  }, (error) => failed(error.code === 1), { enableHighAccuracy: true, maximumAge: 2_000, timeout: 30_000 });
  return () => {
    navigator.geolocation.clearWatch(watch);
    names.forEach((name) => removeEventListener(name, turned as EventListener));
  };
}

/** The place of this moment; null when the phone does not know it within `patience_ms`. */
export function placeNow(patience_ms = 8_000): Promise<Position | null> {
  if (!isSecureContext || !navigator.geolocation) return Promise.resolve(null);
  return new Promise((done) => {
    navigator.geolocation.getCurrentPosition((position) => done(positionOf(fixOf(position))), () => done(null), { enableHighAccuracy: true, maximumAge: 3_000, timeout: patience_ms });
  });
}
