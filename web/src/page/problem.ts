import { h } from './dom';
import type { Page } from './parts';

/** What went wrong last, said where one looks. */
export function problem(page: Page): HTMLElement {
  const words = h('p', {});
  const close = h(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': 'Close this message', onclick: () => page.store.set({ problem: null }) },
    '×',
  );
  const box = h('div', { class: 'problem', role: 'alert', hidden: true }, words, close);
  page.store.watch(
    s => s.problem,
    said => {
      box.hidden = said === null;
      words.textContent = said;
    },
  );
  return box;
}
