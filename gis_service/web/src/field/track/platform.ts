/** What of the browser the recorder needs; a test hands in its own. */

export interface Platform {
  geolocation: Pick<Geolocation, 'watchPosition' | 'clearWatch'> | null;
  /** Absent where the browser has none or the page is not on HTTPS. */
  wakeLock: { request(type: 'screen'): Promise<Lock> } | null;
  /** The clock on the wall, ms since 1970: may jump. */
  now(): number;
  /** A clock that only goes forward, ms: for how long something took. */
  ticks(): number;
  hidden(): boolean;
  onVisibility(heard: () => void): () => void;
  every(ms: number, act: () => void): () => void;
}

export interface Lock {
  release(): Promise<void>;
  addEventListener(type: 'release', heard: () => void): void;
}

export function browser(): Platform {
  return {
    geolocation: isSecureContext ? (navigator.geolocation ?? null) : null,
    wakeLock: navigator.wakeLock ?? null,
    now: () => Date.now(),
    ticks: () => performance.now(),
    hidden: () => document.hidden,
    onVisibility(heard) {
      document.addEventListener('visibilitychange', heard);
      return () => document.removeEventListener('visibilitychange', heard);
    },
    every(ms, act) {
      const timer = setInterval(act, ms);
      return () => clearInterval(timer);
    },
  };
}
