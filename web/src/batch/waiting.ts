import { fill, h } from '../page/dom';
import type { History } from './history';
import { letterOf } from './picture';

const most = 9; // that are drawn one by one

/** The waiting room: empty glasses in the order in which they are served. */
export function waitingRoom(history: History): { root: HTMLElement; show(): void } {
  const title = h('h3', {});
  const queue = h('ol', { class: 'batch-queue', 'data-testid': 'batch-queue' });
  const more = h('p', { class: 'hint' });
  let shown = '';
  return {
    root: h('section', { class: 'batch-waiting', 'aria-label': 'Waiting room' }, title, queue, more),
    show() {
      const waiting = history.readers.filter(r => r.phase === 'waiting' || r.phase === 'preempted');
      const count = waiting.length + (history.last?.more.waiting ?? 0);
      const now = `${count} ${waiting.map(r => r.text + r.phase).join(' ')}`;
      if (now === shown) return;
      shown = now;
      title.textContent = count === 0 ? 'Nobody waits' : `${count} ${count === 1 ? 'waits' : 'wait'}`;
      fill(
        queue,
        ...waiting
          .slice(0, most)
          .map(r =>
            h(
              'li',
              { class: r.phase === 'preempted' ? 'gave-way' : '' },
              `${r.text}${history.start?.keys ? ` ${letterOf(r.tenant)}` : ''}`,
              h('small', {}, r.phase === 'preempted' ? 'gave way' : r.prompt === null ? '' : `${r.prompt} to read`),
            ),
          ),
      );
      queue.hidden = waiting.length === 0;
      const rest = count - Math.min(most, waiting.length);
      more.textContent = rest > 0 ? `and ${rest} more` : '';
      more.hidden = rest === 0;
    },
  };
}
