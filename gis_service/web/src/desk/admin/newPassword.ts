/** A first password nobody chose: 16 characters of four kinds, without those that look alike. */
const KINDS = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnpqrstuvwxyz', '23456789', '#%+=@?'];
const LENGTH = 16;

export function newPassword(): string {
  const dice = crypto.getRandomValues(new Uint32Array(LENGTH * 2));
  const signs = Array.from({ length: LENGTH }, (_, at) => {
    const kind = KINDS[at % KINDS.length]!;
    return kind[dice[at]! % kind.length]!;
  });
  for (let at = LENGTH - 1; at > 0; at -= 1) {
    const other = dice[LENGTH + at]! % (at + 1);
    [signs[at], signs[other]] = [signs[other]!, signs[at]!];
  }
  return signs.join('');
}
