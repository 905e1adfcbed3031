/** What a body is made of, as it is typed: shares in per cent that must come to 100. Pure. */
export interface Part {
  code: string;
  share: string;
}

export const partsOf = (kept: Record<string, string>): Part[] => Object.entries(kept).map(([code, share]) => ({ code, share: String(Number(share)) }));

const filled = (parts: Part[]): Part[] => parts.filter(({ code, share }) => code && share.trim());
export const sumOf = (parts: Part[]): number => Math.round(filled(parts).reduce((sum, { share }) => sum + (Number(share) || 0), 0) * 10) / 10;

/** Whether it can be kept: nothing at all, or parts that differ and come to 100 within half a per cent. */
export function isWhole(parts: Part[]): boolean {
  const there = filled(parts);
  const differ = new Set(there.map(({ code }) => code)).size === there.length;
  return differ && there.every(({ share }) => Number(share) >= 0) && (!there.length || Math.abs(sumOf(there) - 100) <= 0.5);
}

export const sent = (parts: Part[]): Record<string, number> => Object.fromEntries(filled(parts).map(({ code, share }) => [code, Number(share)]));
