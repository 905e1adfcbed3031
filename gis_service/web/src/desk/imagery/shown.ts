/** Which orthophoto lies under the map, and which left of a swipe: as the address holds it. Pure.
 *
 * `image=12.60` – id, then percent where it is not 100; `image_left=11`, or `none` for the register alone.
 */
export interface Shown {
  id: number;
  /** Percent, 10–100. */
  opacity: number;
}

export function readShown(text: string | undefined): Shown | null {
  const [, id, percent] = /^(\d{1,12})(?:\.(\d{1,3}))?$/.exec(text ?? '') ?? [];
  if (!id) return null;
  return { id: Number(id), opacity: Math.min(100, Math.max(10, Number(percent ?? 100))) };
}

export const writeShown = (shown: Shown | null): string | null => (shown ? `${shown.id}${shown.opacity < 100 ? `.${shown.opacity}` : ''}` : null);

/** What a side of a swipe is called: its day where two days lie side by side, and the day of its picture. */
export function sideName(day: string | null, taken: string | null, words: { picture: (day: string) => string; bare: string }): string {
  const named = [day, taken ? words.picture(taken) : day ? null : words.bare];
  return named.filter(Boolean).join(' · ');
}
