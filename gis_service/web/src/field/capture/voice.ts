/** A voice note: for hands in gloves. Kept as a file like a photo. */
import { queue } from '../queue';
import type { Photo } from '../queue/wire';

export const canSpeak = (): boolean => typeof MediaRecorder !== 'undefined' && Boolean(navigator.mediaDevices?.getUserMedia);

export interface Speaking {
  /** Ends and keeps what was said. */
  done(): Promise<Photo>;
}

const KINDS = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];

export async function speakNow(): Promise<Speaking> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const recorder = new MediaRecorder(stream, { ...(mimeType ? { mimeType } : {}), audioBitsPerSecond: 32_000 });
  const pieces: Blob[] = [];
  const began = Date.now();
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.start();
  return {
    async done() {
      const ended = new Promise<void>((resolve) => (recorder.onstop = () => resolve()));
      recorder.stop();
      await ended;
      stream.getTracks().forEach((one) => one.stop());
      const media_type = recorder.mimeType.split(';')[0] || 'audio/webm';
      return { ...(await queue.keepFile(new Blob(pieces, { type: media_type }), media_type)), kind: 'voice', taken_at: began };
    },
  };
}
