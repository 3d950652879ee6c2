import { h } from '../page/dom';
import { fillTo, oneLine, percent } from '../tree/glass';
import type { Fates } from './fates';

const short: Record<string, string> = { temperature: 'temp', penalties: 'penal.', typical_p: 'typical', no_repeat_ngram: 'ngram' };

/** A row for each candidate, a column for each step: glasses with as much sand as the token is likely then, broken off where a step removed it. */
export function glasses(fates: Fates, chosen: number): HTMLElement {
  const head = h(
    'tr',
    {},
    h('th', { scope: 'col' }, 'Token'),
    ...fates.columns.map((column, i) =>
      h('th', { scope: 'col', title: column.name }, i === 0 ? 'model' : (short[column.name] ?? column.name)),
    ),
    h('th', { scope: 'col' }, 'In the end'),
  );
  const rows = fates.rows.map(({ candidate, after }) => {
    const goneAt = candidate.removedBy === null ? -1 : fates.columns.findIndex(c => c.name === candidate.removedBy);
    const cells = fates.columns.map((column, i) => {
      if (i === goneAt)
        return h(
          'td',
          { class: 'gone', title: `removed by ${column.name}` },
          h('span', { 'aria-label': `removed by ${column.name}` }, '×'),
        );
      if (goneAt >= 0 && i > goneAt) return h('td', {});
      const probability = after[i];
      const glass = h('span', { class: `glass small${probability === null || probability === undefined ? ' unknown' : ''}`, role: 'img' });
      const words = probability === null || probability === undefined ? 'not recorded' : percent(probability);
      glass.setAttribute('aria-label', words);
      glass.title = `${column.name}: ${words}`;
      fillTo(glass, probability ?? 0);
      return h('td', {}, glass);
    });
    const last = goneAt >= 0 ? `out: ${candidate.removedBy}` : percent(candidate.final);
    return h(
      'tr',
      candidate.id === chosen ? { class: 'chosen' } : {},
      h('th', { scope: 'row' }, oneLine(candidate)),
      ...cells,
      h('td', { class: 'number' }, last),
    );
  });
  const foot = (title: string, of: (c: Fates['columns'][number]) => string) =>
    h('tr', {}, h('th', { scope: 'row' }, title), ...fates.columns.map(c => h('td', {}, of(c))), h('td', {}));
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Candidates and steps' },
    h(
      'table',
      { class: 'glasses', 'data-testid': 'stages' },
      h('caption', { class: 'sr' }, 'Probability of each candidate after each step of the chain'),
      h('thead', {}, head),
      h('tbody', {}, ...rows),
      h(
        'tfoot',
        {},
        foot('left', c => (c.kept === null ? '?' : String(c.kept))),
        foot('entropy', c => (c.entropy === null ? '–' : c.entropy.toFixed(2))),
      ),
    ),
  );
}
