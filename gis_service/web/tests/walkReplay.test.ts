import { describe, expect, it } from 'vitest';

import { holes, momentOf, spanOf, walkedUntil } from '../src/desk/patrols/walks/replay';
import type { Track } from '../src/desk/patrols/walks/types';

const at = (s: number): string => new Date(s * 1000).toISOString();
const TRACK: Track = {
  patrol_id: 1,
  pieces: [
    [[113.5, 22.4, 0, 5], [113.501, 22.4, 10_000, 8]],
    [[113.51, 22.4, 300_000, 5], [113.511, 22.4, 310_000, 5], [113.512, 22.4, 320_000, 5]],
  ],
  gaps: [{ from: at(10), to: at(300), distance_m: 900, reason: 'hidden' }],
};

describe('the replay of a walk', () => {
  it('moves between two fixes', () => {
    const moment = momentOf(TRACK, 5_000);
    expect(moment.at![0]).toBeCloseTo(113.5005, 6);
    expect(moment.accuracy_m).toBe(8);
  });

  it('knows no place in a gap, and says why', () => {
    const moment = momentOf(TRACK, 100_000);
    expect(moment.at).toBeNull();
    expect(moment.gap?.reason).toBe('hidden');
  });

  it('draws what was walked, and no line over the gap', () => {
    expect(walkedUntil(TRACK, 100_000).map((piece) => piece.length)).toEqual([2]);
    expect(walkedUntil(TRACK, 315_000).map((piece) => piece.length)).toEqual([2, 3]);
    expect(walkedUntil(TRACK, 320_000).map((piece) => piece.length)).toEqual([2, 3]);
  });

  it('shows each hole from end to end', () => {
    expect(holes(TRACK)).toEqual([[[113.501, 22.4], [113.51, 22.4]]]);
  });

  it('lasts from the start of the walk to its end, or to the last fix', () => {
    expect(spanOf(TRACK, at(-60), at(400))).toEqual([-60_000, 400_000]);
    expect(spanOf(TRACK, at(0), null)).toEqual([0, 320_000]);
  });
});
