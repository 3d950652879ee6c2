import { nice } from '../cost/chart';
import { fill, h, svg } from '../page/dom';
import { letters, speed } from '../page/number';
import { type Speed, smoothed } from './speeds';

const [width, height, left, right, top, bottom] = [340, 190, 46, 14, 12, 34];

/** Tokens a second of all and of one, against how many are written at once; as a curve and as a table. */
export function speedsChart(): { root: HTMLElement; show(measured: readonly Speed[]): void } {
  const root = h('div', { class: 'batch-speeds', 'data-testid': 'batch-speeds' });
  let shown = '';
  return {
    root,
    show(measured) {
      const now = measured.map(s => `${s.texts} ${speed(s.all)}`).join();
      if (now === shown && root.childElementCount > 0) return;
      shown = now;
      if (measured.length === 0) {
        fill(
          root,
          h('p', { class: 'hint' }, 'What is measured while texts are written appears here: one point for each number of texts at once.'),
        );
        return;
      }
      const open = root.querySelector('details')?.open ?? false;
      fill(root, picture(measured), legend(measured), table(measured, open));
    },
  };
}

function picture(measured: readonly Speed[]): SVGSVGElement {
  const line = smoothed(measured);
  const most = Math.max(4, measured.at(-1)!.texts);
  const ceiling = nice(Math.max(...[...measured, ...line].map(s => s.all)));
  const x = (texts: number) => left + (texts / most) * (width - left - right);
  const y = (value: number) => height - bottom - (value / ceiling) * (height - top - bottom);
  const chart = svg('svg', { viewBox: `0 0 ${width} ${height}`, class: 'chart', role: 'img', 'aria-label': describe(measured) });
  for (const share of [0, 0.5, 1])
    chart.append(
      svg('line', { x1: left, x2: width - right, y1: y(ceiling * share), y2: y(ceiling * share), class: share === 0 ? 'axis' : 'grid' }),
      svg('text', { x: left - 6, y: y(ceiling * share) + 4, class: 'tick', 'text-anchor': 'end' }, letters(ceiling * share)),
    );
  const ticks = most <= 8 ? Array.from({ length: most }, (_, i) => i + 1) : [1, Math.round(most / 2), most];
  for (const texts of ticks)
    chart.append(svg('text', { x: x(texts), y: height - bottom + 15, class: 'tick', 'text-anchor': 'middle' }, String(texts)));
  chart.append(svg('text', { x: (left + width - right) / 2, y: height - 4, class: 'tick', 'text-anchor': 'middle' }, 'texts at once'));
  for (const [of, name] of [
    [(s: Speed) => s.all, 'all'],
    [(s: Speed) => s.one, 'one'],
  ] as const) {
    const path = line.map((s, i) => `${i === 0 ? 'M' : 'L'}${x(s.texts).toFixed(1)} ${y(of(s)).toFixed(1)}`).join('');
    chart.append(svg('path', { d: path, class: `curve speed-${name}` }));
    for (const s of measured)
      chart.append(
        name === 'all'
          ? svg('circle', { cx: x(s.texts), cy: y(s.all), r: 3.5, class: 'mark speed-all' })
          : svg('rect', { x: x(s.texts) - 3, y: y(s.one) - 3, width: 6, height: 6, class: 'mark speed-one' }),
      );
  }
  return chart;
}

function legend(measured: readonly Speed[]): HTMLElement {
  const line = smoothed(measured);
  const [first, last] = [line[0]!, line.at(-1)!];
  const text =
    measured.length < 2
      ? ''
      : ` From ${first.texts} to ${last.texts} at once, one has ${ratio(last.one / first.one)} of its speed and all together ${ratio(last.all / first.all)}.`;
  return h(
    'p',
    { class: 'hint' },
    h('b', { class: 'key-all' }, 'all together'),
    ' ',
    h('b', { class: 'key-one' }, 'each of them'),
    ` Marks as measured, lines smoothed.${text}`,
  );
}

const ratio = (value: number) => (value >= 1 ? `${value.toFixed(1)} times as much` : `${Math.round(100 * value)} %`);

function table(measured: readonly Speed[], open: boolean): HTMLElement {
  return h(
    'details',
    { open },
    h('summary', {}, 'As a table'),
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...['At once', 'All, tokens/s', 'Each, tokens/s', 'Steps'].map(name => h('th', { scope: 'col' }, name)))),
      h(
        'tbody',
        {},
        ...measured.map(s =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, String(s.texts)),
            h('td', {}, speed(s.all)),
            h('td', {}, speed(s.one)),
            h('td', {}, String(s.steps)),
          ),
        ),
      ),
    ),
  );
}

function describe(measured: readonly Speed[]): string {
  const points = measured.map(s => `${s.texts} at once: ${speed(s.all)} together, ${speed(s.one)} each`);
  return `Tokens a second against the number of texts that are written at once. ${points.join('; ')}.`;
}
