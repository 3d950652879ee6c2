import { fill, h } from '../page/dom';
import { short } from '../page/number';
import type { Page, Part } from '../page/parts';
import { curves, expected, figures, fittedPower, type Measure, type Point, totals, unitCost } from '../trace/figures';
import type { Recording } from '../trace/recording';
import { type Curve, chart } from './chart';

const measures: { id: Measure; title: string; unit: string }[] = [
  { id: 'passes', title: 'Layer-token passes', unit: 'passes' },
  { id: 'work', title: 'Multiply-adds', unit: 'multiply-adds' },
  { id: 'attention', title: 'Of attention alone', unit: 'multiply-adds' },
  { id: 'ms', title: 'Milliseconds', unit: 'ms' },
];

/** What the text costs, step by step and in total, with the cache and without. */
export const costPart: Part = {
  id: 'cost',
  title: 'Cost',
  place: 'side',
  mount(root, page) {
    const select = h('select', { id: 'measure', onchange: () => show() });
    for (const { id, title } of measures) select.append(h('option', { value: id }, title));
    select.value = 'work';
    const drawn = h('div', { class: 'charts' });
    root.append(h('div', { class: 'row' }, h('label', { for: 'measure' }, 'What is counted'), select), drawn, kinds(page));
    const show = () => draw(drawn, page, select.value as Measure);
    page.store.watch(s => s.recording, show);
    page.store.watch(s => s.cursor, show);
  },
};

function draw(root: HTMLElement, { store }: Page, measure: Measure) {
  const { recording, cursor } = store.get();
  if (!recording || cursor === 0) {
    fill(root, h('p', { class: 'hint' }, 'Generate a text: what each token costs is drawn here as it comes.'));
    return;
  }
  const unit = measures.find(m => m.id === measure)!.unit;
  const counted = curves(recording, cursor, measure);
  const supposed = measure === 'ms' ? { cached: [], uncached: [] } : formula(recording, cursor, measure);
  const steps = [...pair(counted, supposed, '')];
  const sums = [
    ...pair(
      { cached: totals(counted.cached), uncached: totals(counted.uncached) },
      { cached: totals(supposed.cached), uncached: totals(supposed.uncached) },
      '',
    ),
  ];
  fill(
    root,
    h('h3', {}, 'Each step'),
    chart(`Each step: ${unit} against the length of the text`, steps, unit),
    h('p', { class: 'powers' }, ...powers(counted, supposed, 0, measure)),
    h('h3', {}, 'All steps together'),
    chart(`All steps together: ${unit} against the length of the text`, sums, unit),
    h('p', { class: 'powers' }, ...powers(counted, supposed, 1, measure)),
  );
}

interface Both {
  cached: Point[];
  uncached: Point[];
}

function* pair(counted: Both, supposed: Both, note: string): Generator<Curve> {
  for (const mode of ['uncached', 'cached'] as const) {
    if (supposed[mode].length > 0) yield { points: supposed[mode], name: `${name(mode)}, formula${note}`, mode, dashed: true };
    if (counted[mode].length > 0) yield { points: counted[mode], name: name(mode), mode, dashed: false };
  }
}

const name = (mode: 'cached' | 'uncached') => (mode === 'cached' ? 'KV cache' : 'no cache');

/** The other way, and the parts that were not written in this one: from what one pass took. */
function formula(recording: Recording, cursor: number, measure: Exclude<Measure, 'ms'>): Both {
  const unit = unitCost(recording);
  const { sequence, promptTokens } = figures(recording, cursor);
  if (!unit || sequence <= promptTokens) return { cached: [], uncached: [] };
  const lengths = Array.from({ length: sequence - promptTokens }, (_, i) => promptTokens + i);
  const of = (cached: boolean) => lengths.map(length => ({ length, value: expected(unit, length, cached, measure) }));
  return { cached: of(true), uncached: of(false) };
}

/** How a curve grows: the power of the length that fits its steps; all steps together grow with one power more. */
function powers(counted: Both, supposed: Both, more: number, measure: Measure): HTMLElement[] {
  return (['cached', 'uncached'] as const).map(mode => {
    const real = fittedPower(counted[mode]);
    const fitted = real ?? fittedPower(supposed[mode]);
    const kind = real === null ? 'formula' : measure === 'ms' ? 'measured' : 'counted';
    return h(
      'span',
      { class: `power ${mode}` },
      h('b', {}, name(mode)),
      fitted === null ? ' too few steps yet' : ` grows as n^${(fitted + more).toFixed(2)}`,
      fitted === null ? null : h('i', { class: `kind kind-${kind}` }, kind),
    );
  });
}

/** Where the multiply-adds went. */
function kinds({ store }: Page): HTMLElement {
  const list = h('table', { class: 'kinds' });
  const show = () => {
    const { recording, cursor } = store.get();
    if (!recording) return fill(list);
    const { multiplyAdds: work } = figures(recording, cursor);
    const total = Math.max(1, work.projections + work.feedForward + work.attention + work.logits);
    const rows = [
      ['Projections', work.projections],
      ['Feed-forward', work.feedForward],
      ['Attention', work.attention],
      ['Logits', work.logits],
    ] as const;
    fill(
      list,
      h('caption', {}, 'Multiply-adds so far', h('i', { class: 'kind kind-counted' }, 'counted')),
      h(
        'tbody',
        {},
        ...rows.map(([title, value]) => {
          const bar = h('span', { class: 'bar' });
          bar.style.setProperty('--share', `${((100 * value) / total).toFixed(2)}%`);
          return h(
            'tr',
            {},
            h('th', { scope: 'row' }, title),
            h('td', { class: 'bar-cell' }, bar),
            h('td', {}, short(value)),
            h('td', {}, `${((100 * value) / total).toFixed(1)} %`),
          );
        }),
      ),
    );
  };
  store.watch(s => s.recording, show);
  store.watch(s => s.cursor, show);
  return list;
}
