/** Esc for an act without a drawing board: the detail itself would close. */
import { onMounted, onUnmounted } from 'vue';

export function useEscape(leave: () => unknown): void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || (event.target instanceof HTMLElement && event.target.closest('[role="dialog"]'))) return;
    event.stopPropagation();
    leave();
  };
  onMounted(() => window.addEventListener('keydown', onKey, true));
  onUnmounted(() => window.removeEventListener('keydown', onKey, true));
}
