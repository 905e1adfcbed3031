/** The queue of the person who is here, as the screens see it (`contract.ts`). */
import { NotSecure, type Person, type PushEnd, type Queue } from './contract';
import { arrive, depart, people } from './db';
import { Keeping } from './keep';
import { Pump } from './pump';
import { rescue } from './rescue';
import { secure } from './secure';
import * as updates from './update';

let here: Keeping | null = null;
let pump: Pump | null = null;

function keeping(): Keeping {
  if (!here) throw new Error('queue: open() first');
  return here;
}

export const queue: Queue = {
  async remembered() {
    const last = (await people()).find((one) => one.here);
    return last ? { id: last.id, name: last.name } : null;
  },
  async open(person: Person) {
    if (!secure()) throw new NotSecure();
    if (here?.person.id === person.id) return;
    if (here) await queue.close();
    const opened = new Keeping(person);
    await opened.db();
    await arrive(person);
    here = opened;
    await opened.tidy();
    pump = new Pump(opened);
    pump.start();
  },
  keepFile: (bytes, media_type) => keeping().keepFile(bytes, media_type),
  async save(kind, body, options) {
    const uuid = await keeping().save(kind, body, options);
    pump?.soon();
    return uuid;
  },
  draft: (key) => keeping().draft(key),
  keepDraft: (key, value) => keeping().keepDraft(key, value),
  dropDraft: (key) => keeping().dropDraft(key),
  list: () => keeping().list(pump?.sending ?? new Set()),
  loads: () => keeping().loads(pump?.sending ?? new Set()),
  dropLoad: (uuid) => keeping().dropLoad(uuid),
  async retryLoad(uuid) {
    await keeping().retryLoad(uuid);
    pump?.soon();
  },
  file: (sha256) => keeping().file(sha256),
  counts: () => keeping().counts(),
  onChange: (heard) => keeping().onChange(heard),
  push: async (): Promise<PushEnd> => pump?.push() ?? 'offline',
  rescue: () => rescue(keeping()),
  pack: () => keeping().pack(),
  keepPack: (value) => keeping().keepPack(value),
  missing: () => keeping().missing(),
  forgetMissing: () => keeping().forgetMissing(),
  leave: () => keeping().counts(),
  async close() {
    const left = here;
    pump?.stop();
    [here, pump] = [null, null];
    if (!left) return;
    await depart(left.person.id);
    await left.close();
  },
  storage: () => keeping().storage(),
};

/** `field` in the browser's console: for support by remote debugging (`await field.counts()`), and how the fault tests drive the queue. */
Object.defineProperty(globalThis, 'field', { value: { ...queue, ...updates }, configurable: true });

export { secure } from './secure';
export { onUpdate, startWorker, takeUpdate, update, type Update } from './update';
