/** Steps taken and taken back: any state that is replaced whole. Pure. */
import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue';

const MOST = 200;

export interface Past<T> {
  now: Readonly<ShallowRef<T>>;
  canUndo: ComputedRef<boolean>;
  canRedo: ComputedRef<boolean>;
  /** Takes a step; `quietly` when it continues the last one, as typing does. */
  set(value: T, quietly?: boolean): void;
  undo(): void;
  redo(): void;
  /** Begins anew. */
  reset(value: T): void;
}

export function pastOf<T>(start: T): Past<T> {
  const now = shallowRef(start) as ShallowRef<T>;
  const before = shallowRef<T[]>([]);
  const after = shallowRef<T[]>([]);
  return {
    now,
    canUndo: computed(() => before.value.length > 0),
    canRedo: computed(() => after.value.length > 0),
    set(value, quietly = false) {
      if (!quietly || !before.value.length) before.value = [...before.value, now.value].slice(-MOST);
      after.value = [];
      now.value = value;
    },
    undo() {
      const last = before.value.at(-1);
      if (!before.value.length) return;
      before.value = before.value.slice(0, -1);
      after.value = [...after.value, now.value];
      now.value = last as T;
    },
    redo() {
      const next = after.value.at(-1);
      if (!after.value.length) return;
      after.value = after.value.slice(0, -1);
      before.value = [...before.value, now.value];
      now.value = next as T;
    },
    reset(value) {
      before.value = after.value = [];
      now.value = value;
    },
  };
}
