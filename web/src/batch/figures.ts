import { fill, h } from '../page/dom';
import { grouped, milliseconds, speed } from '../page/number';
import type { History } from './history';

interface Shown {
  name: string;
  kind: 'measured' | 'counted';
  test: string;
  unit: string;
  value(history: History): number | string | null;
  note(history: History): string;
}

const writing = (history: History) => history.readers.filter(r => r.phase === 'writing');
const rates = (history: History) => writing(history).flatMap(r => (r.rate === null ? [] : [r.rate]));

const pace = (value: number) => (value < 10 ? speed(value) : value);

const rows: Shown[] = [
  {
    name: 'AT ONCE',
    kind: 'counted',
    test: 'batch-running',
    unit: 'texts',
    value: s => s.readers.filter(r => r.phase !== 'waiting' && r.phase !== 'preempted').length + (s.last?.more.running ?? 0),
    note: s =>
      `${s.readers.filter(r => r.phase === 'waiting' || r.phase === 'preempted').length + (s.last?.more.waiting ?? 0)} wait, room for ${s.start?.maxBatch ?? '–'}`,
  },
  {
    name: 'ALL TOGETHER',
    kind: 'measured',
    test: 'batch-all',
    unit: 'tokens a second',
    value: s => pace(s.written),
    note: s => `and ${speed(s.read)} read`,
  },
  {
    name: 'EACH',
    kind: 'measured',
    test: 'batch-each',
    unit: 'tokens a second',
    value: s => {
      const all = rates(s);
      return all.length === 0 ? null : pace(all.reduce((sum, r) => sum + r, 0) / all.length);
    },
    note: s => {
      const all = rates(s);
      return all.length < 2 ? '' : `from ${speed(Math.min(...all))} to ${speed(Math.max(...all))}`;
    },
  },
  {
    name: 'A STEP',
    kind: 'measured',
    test: 'batch-step',
    unit: '',
    value: s => (s.last && s.pace > 0 ? milliseconds(s.last.ms / s.last.rows.length) : null),
    note: s => `${speed(s.pace)} steps a second`,
  },
  {
    name: 'BATCH',
    kind: 'counted',
    test: 'batch-rows',
    unit: 'rows a step',
    value: s => (s.last && s.pace > 0 ? Math.round(s.last.rows.reduce((sum, r) => sum + r, 0) / s.last.rows.length) : 0),
    note: s => (s.last && s.last.read > 0 ? `${Math.round(s.last.read / s.last.rows.length)} of them read` : 'a row is a token'),
  },
  {
    name: 'PAGES',
    kind: 'counted',
    test: 'batch-pages',
    unit: 'held',
    value: s => s.last?.pages.held ?? 0,
    note: s => (s.last ? `of ${s.last.pages.all}; ${s.last.pages.kept} kept` : ''),
  },
];

/** Figures of the last steps, and what each is. */
export function figures(history: History): { root: HTMLElement; show(): void } {
  const cells = rows.map(row => {
    const value = h('span', { class: 'value', 'data-testid': row.test }, '–');
    const note = h('span', { class: 'note' });
    const cell = h(
      'div',
      { class: 'figure' },
      h('dt', {}, row.name),
      h('dd', {}, value, h('span', { class: 'unit' }, row.unit, h('i', { class: `kind kind-${row.kind}` }, row.kind)), note),
    );
    return { row, value, note, cell };
  });
  return {
    root: h('dl', { class: 'figures batch-figures' }, ...cells.map(c => c.cell)),
    show() {
      for (const { row, value, note } of cells) {
        const found = row.value(history);
        if (typeof found === 'number') fill(value, grouped(found));
        else value.textContent = found ?? '–';
        note.textContent = row.note(history);
      }
    },
  };
}
