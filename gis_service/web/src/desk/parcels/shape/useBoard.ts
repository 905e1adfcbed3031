/** A drawing board for as long as a page is open, with Esc, undo and redo from the keyboard. */
import { onMounted, onUnmounted } from 'vue';

import { theMap } from '../../map/state';
import { type Board, openBoard } from './board';

interface Wishes {
  except?: () => number[];
  /** Esc with nothing half drawn. */
  leave?: () => void;
  undo?: () => void;
  redo?: () => void;
  opened?: (board: Board) => void;
}

/** Gives the board; it is there once the page is mounted, where there is a map. */
export function useBoard(wishes: Wishes): () => Board | null {
  let board: Board | null = null;

  const typing = (event: KeyboardEvent): boolean => event.target instanceof HTMLElement && !!event.target.closest('input, textarea, select');

  function onKey(event: KeyboardEvent): void {
    const key = event.key.toLowerCase();
    if (event.target instanceof HTMLElement && event.target.closest('[role="dialog"]')) return;
    if (key === 'escape') {
      event.stopPropagation();
      if (board?.stepBack()) board.stop();
      else wishes.leave?.();
    } else if ((event.ctrlKey || event.metaKey) && key === 'z' && !typing(event)) {
      event.preventDefault();
      if (event.shiftKey) wishes.redo?.();
      else if (!board?.stepBack()) wishes.undo?.();
    } else if ((event.ctrlKey || event.metaKey) && key === 'y' && !typing(event)) {
      event.preventDefault();
      wishes.redo?.();
    } else if (key === 'backspace' && !typing(event) && board?.stepBack()) {
      event.preventDefault();
    }
  }

  onMounted(() => {
    window.addEventListener('keydown', onKey, true);
    if (!theMap.value) return;
    board = openBoard(theMap.value, wishes.except ?? (() => []));
    wishes.opened?.(board);
  });
  onUnmounted(() => {
    window.removeEventListener('keydown', onKey, true);
    board?.close();
    board = null;
  });
  return () => board;
}
