/** A paper and the step that takes it, as one act: what an officer or a unit does with one press. */
import type { Seen } from '../../shared/api';
import { today } from '../../shared/format';
import { calls } from '../procedures/calls';
import { show } from '../procedures/state';
import type { CaseFile, Offer, Proceeding } from '../procedures/types';

export const offerOf = (one: Proceeding, action: string): Offer | undefined =>
  one.offers.find((each) => each.action === action && each.is_mine);

export const paragraphs = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean);

/** The newest photo under each label that can be printed, for a paper. */
export function printed(one: Proceeding, labels: string[]): number[] {
  const newest = (label: string): CaseFile | undefined => one.files.filter((file) => file.label === label && /\.(jpe?g|png)$/i.test(file.name)).at(-1);
  return labels.map(newest).flatMap((file) => (file ? [file.id] : []));
}

/** Makes the papers that the step still misses with this text and the photos of `labels`, then takes it. */
export async function takeWithPapers(plural: string, seen: Seen<Proceeding>, offer: Offer, facts: Record<string, unknown>, text: string, labels: string[], reason = ''): Promise<Seen<Proceeding>> {
  for (const paper of offer.papers.filter(({ missing }) => missing)) {
    await calls.makePaper(plural, seen.value.id, { kind: paper.kind, text: paragraphs(text), pictures: printed(seen.value, labels) });
  }
  const fresh = await calls.step(plural, seen.value.id, { action: offer.action, facts, reason, happened_on: today() }, seen.etag);
  show(fresh); // even where somebody went to another tab meanwhile
  return fresh;
}
