/** The handover's own part of its page. */
import type { BlockerTold, Side } from '../procedures/types';

export interface Details {
  batch: { id: number; batch_no: string; title: string };
  parcel_id: number;
  parcel_no: string;
  custodian_before: string | null;
  witness: string | null;
  blockers: BlockerTold[];
  checklist: Record<string, unknown> | null;
  photos: { side: '东侧' | '南侧' | '西侧' | '北侧'; file_id: number | null; on: string | null; is_old: boolean }[];
  signed: Side[];
}
