/** Up and down walk over the lines of a list: the focus goes to the stop before or after. Other keys are left alone. */
export function walkLines(event: KeyboardEvent, list: HTMLElement | undefined, stops = 'button.line'): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const lines = [...(list?.querySelectorAll<HTMLElement>(stops) ?? [])];
  const at = lines.indexOf(document.activeElement as HTMLElement);
  lines[Math.max(0, Math.min(lines.length - 1, at + step))]?.focus();
  event.preventDefault();
}
