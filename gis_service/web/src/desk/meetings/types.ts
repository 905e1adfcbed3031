/** What the page of a meeting is told beside the common parts. */
import type { Proceeding, Words } from '../procedures/types';

export interface AgreedAction {
  id: number;
  no: string;
  title: string;
  due_on: string;
  unit: string | null;
  responsible: string | null;
  state: Words & { code: string; final: boolean };
}

export interface Topic {
  id: number;
  position: number;
  kind: 'late' | 'returned' | 'by_hand';
  title: string;
  note: string;
  conclusion: string;
  subject: { id: number; noun: string; no: string } | null;
  actions: AgreedAction[];
}

export interface Present {
  unit_id: number | null;
  unit: string | null;
  person: string;
  came: boolean;
  note: string;
}

export interface Meeting {
  planned_at: string;
  agenda_as_of: string | null;
  issued_at: string | null;
  agenda: Topic[];
  attendance: Present[];
}

export const TOPICS: Record<Topic['kind'], string> = { late: '超期', returned: '上次议定', by_hand: '其他' };
export const meetingOf = (one: Proceeding): Meeting => one.details as unknown as Meeting;
