import { type Figures, figures, sum } from '../trace/figures';
import { fill, h } from './dom';
import { bytes, grouped, letters, milliseconds } from './number';
import type { Page } from './parts';

/** Each figure says what it is: measured with a clock, counted where the work was done, or from a formula. */
type Kind = 'measured' | 'counted' | 'formula';

interface Shown {
  name: string;
  kind: Kind;
  test?: string;
  unit?: string;
  value(f: Figures): number | string | null;
  note(f: Figures): string;
}

const rows: Shown[] = [
  {
    name: 'SEQ_LEN',
    kind: 'counted',
    test: 'seq-len',
    unit: 'tokens',
    value: f => f.sequence,
    note: f => `${f.promptTokens} given, ${f.written} written`,
  },
  {
    name: 'KV_CACHE',
    kind: 'formula',
    test: 'kv-cache',
    unit: 'bytes',
    value: f => f.cacheBytes,
    note: f => (f.pageBytes > 0 ? `${bytes(f.pageBytes)} of pages` : 'nothing is kept'),
  },
  {
    name: 'COMPUTE',
    kind: 'counted',
    test: 'compute',
    unit: 'passes',
    value: f => f.passes,
    note: f => `${letters(sum(f.multiplyAdds))} multiply-adds`,
  },
  {
    name: 'MS A TOKEN',
    kind: 'measured',
    value: f => (f.tokenMs === null ? null : milliseconds(f.tokenMs)),
    note: f =>
      f.tokensPerSecond === null
        ? ''
        : `${f.tokensPerSecond >= 10 ? Math.round(f.tokensPerSecond) : f.tokensPerSecond.toPrecision(2)} tokens a second`,
  },
  {
    name: 'FIRST TOKEN',
    kind: 'measured',
    value: f => (f.firstTokenMs === null ? null : milliseconds(f.firstTokenMs)),
    note: f =>
      f.prefillTokens > 0 ? `${f.prefillTokens} read in ${milliseconds(f.prefillMs)}${f.adopted > 0 ? `, ${f.adopted} adopted` : ''}` : '',
  },
];

export function figuresBar({ store }: Page): HTMLElement {
  const cells = rows.map(row => {
    const value = h('span', { class: 'value', ...(row.test ? { 'data-testid': row.test } : {}) }, '0');
    const note = h('span', { class: 'note' });
    const cell = h(
      'div',
      { class: 'figure' },
      h('dt', {}, row.name),
      h('dd', {}, value, h('span', { class: 'unit' }, row.unit ?? '', h('i', { class: `kind kind-${row.kind}` }, row.kind)), note),
    );
    return { row, value, note, cell };
  });
  const show = () => {
    const { recording, cursor } = store.get();
    const now = recording ? figures(recording, cursor) : null;
    for (const { row, value, note } of cells) {
      const found = now ? row.value(now) : row.test ? 0 : null;
      if (typeof found === 'number') fill(value, grouped(found));
      else value.textContent = found ?? '–';
      note.textContent = now ? row.note(now) : '';
    }
  };
  store.watch(s => s.recording, show);
  store.watch(s => s.cursor, show);
  return h('dl', { class: 'figures' }, ...cells.map(c => c.cell));
}
