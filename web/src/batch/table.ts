import { fill, h } from '../page/dom';
import { speed } from '../page/number';
import type { History, Reader } from './history';
import { letterOf } from './picture';

const words: Record<Reader['phase'], string> = {
  waiting: 'waits',
  reading: 'reads',
  writing: 'writes',
  resting: 'rests',
  preempted: 'gave its pages, waits',
  over: 'has ended',
};

const dash = (value: number | null) => (value === null ? '–' : String(Math.round(value)));

/** The picture as a table: one row a text. */
export function textTable(history: History): { root: HTMLElement; show(): void } {
  const body = h('tbody', { 'data-testid': 'batch-table' });
  const head = h('tr', {});
  const caption = h('caption', {});
  const row = (r: Reader) =>
    h(
      'tr',
      { 'data-phase': r.phase },
      h('th', { scope: 'row' }, String(r.text)),
      history.start?.keys ? h('td', {}, `${letterOf(r.tenant)}${r.own ? ', yours' : ''}`) : null,
      h('td', {}, words[r.phase]),
      h('td', {}, r.prompt === null ? dash(r.read) : `${Math.min(r.prompt, r.positions ?? r.prompt)} of ${r.prompt}`),
      h('td', {}, dash(r.written)),
      h('td', {}, r.rate === null ? '–' : speed(r.rate)),
      h('td', {}, dash(r.pages)),
    );
  return {
    root: h(
      'div',
      { class: 'scroll batch-table', tabindex: 0, role: 'region', 'aria-label': 'Texts under way' },
      h('table', {}, caption, h('thead', {}, head), body),
    ),
    show() {
      const more = history.last?.more;
      const readers = history.readers;
      caption.textContent =
        readers.length === 0 ? 'No text is under way' : `Texts under way: ${readers.length + (more ? more.running + more.waiting : 0)}`;
      const names = ['Text', ...(history.start?.keys ? ['Whose'] : []), 'Does', 'Prompt read', 'Written', 'Tokens a second', 'Pages'];
      fill(head, ...names.map(name => h('th', { scope: 'col' }, name)));
      fill(body, ...readers.map(row));
    },
  };
}
