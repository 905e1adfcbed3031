/** What the page of a rectification is told beside the common parts. */
import type { Origin } from '../patrols/origins';
import type { Proceeding, Words } from '../procedures/types';

export interface Problem {
  item: Words & { code: string; days: number | null; case: boolean };
  severity: 'low' | 'medium' | 'high';
  source: string;
  campaign: string | null;
  description: string;
  demand: string | null;
  found_on: string;
  recurred: boolean;
  proposed_by: string | null;
  correct_by: string | null;
  /** Ids of the photos of before and after. */
  before: number[];
  after: number[];
  observations: Origin[];
}

export const SEVERITY: Record<Problem['severity'], { label: string; tone: string }> = {
  low: { label: '轻微', tone: '' },
  medium: { label: '一般', tone: 'warn' },
  high: { label: '严重', tone: 'bad' },
};

export const problemOf = (one: Proceeding): Problem => one.details as unknown as Problem;
