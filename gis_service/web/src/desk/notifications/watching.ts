/** When the bell asks the server again. Pure: the page hands in what it sees. */

export const EVERY_MS = 60_000;
/** Asking counts as being there. So it ends some minutes after the last touch, and an unattended desk is still signed out in time. */
export const ATTENDED_MS = 5 * 60_000;

export interface Seen {
  visible: boolean;
  /** When a key or button was last touched, and when the server was last asked. */
  touched: number;
  asked: number;
}

export const isDue = ({ visible, touched, asked }: Seen, now: number): boolean =>
  visible && now - touched < ATTENDED_MS && now - asked >= EVERY_MS;
