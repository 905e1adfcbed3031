/** A text cut into what was found and what stands around it. Pure. */
export interface Part {
  text: string;
  found: boolean;
}

/** Places count characters as the server does, so that rare characters of two code units move nothing. */
export function partsOf(value: string, marks: [number, number][]): Part[] {
  const letters = [...value];
  const parts: Part[] = [];
  let at = 0;
  for (const [from, to] of marks) {
    parts.push({ text: letters.slice(at, from).join(''), found: false }, { text: letters.slice(from, to).join(''), found: true });
    at = to;
  }
  parts.push({ text: letters.slice(at).join(''), found: false });
  return parts.filter(({ text }) => text);
}
