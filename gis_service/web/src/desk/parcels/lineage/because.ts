/** A reason in the making. Pure. */
import { isDate, today } from '../../../shared/format';
import type { Given } from './Because.vue';
import type { Because } from './calls';

export const noReason = (): Given => ({ reason: '', document_id: null, on: today() });

export const isGiven = (given: Given): boolean => (given.reason.trim() !== '' || given.document_id !== null) && isDate(given.on) && given.on <= today();

/** As the server takes it. */
export const sent = ({ reason, document_id, on }: Given): Because => ({
  ...(reason.trim() ? { reason: reason.trim() } : {}),
  ...(document_id ? { document_id } : {}),
  on,
});
