/** Trucks as people type or paste them: one a line, the plate and what it may weigh. Pure. */
export interface TruckTold {
  plate: string;
  gross_limit_t: string;
}

/** The lines that say something. */
export const plates = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean);

/** Those lines that can be read; a weight that is left out is `usual`. */
export function trucksFrom(text: string, usual = '31'): TruckTold[] {
  return plates(text).flatMap((line) => {
    const found = /^(\S+?)(?:[\s,，]+(\d{1,3}(?:\.\d{1,3})?)\s*t?)?$/i.exec(line);
    return found ? [{ plate: found[1]!.toUpperCase(), gross_limit_t: found[2] ?? usual }] : [];
  });
}
