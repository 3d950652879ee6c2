import { svg } from '../page/dom';
import { letters, short } from '../page/number';
import type { Point } from '../trace/figures';

export interface Curve {
  points: readonly Point[];
  name: string;
  mode: 'cached' | 'uncached';
  dashed: boolean;
}

const width = 340;
const height = 170;
const left = 58;
const right = 12;
const top = 10;
const bottom = 26;

/** Curves over the length of a text. A curve without the cache is thicker, and one from a formula dashed: colours are not the only sign. */
export function chart(title: string, curves: readonly Curve[], unit: string): SVGSVGElement {
  const points = curves.flatMap(c => c.points);
  if (points.length === 0) points.push({ length: 0, value: 0 });
  const lengths = points.map(p => p.length);
  const [from, to] = [Math.min(...lengths), Math.max(...lengths, Math.min(...lengths) + 1)];
  const most = Math.max(...points.map(p => p.value), 1e-9);
  const ceiling = nice(most);
  const x = (length: number) => left + ((length - from) / (to - from)) * (width - left - right);
  const y = (value: number) => height - bottom - (value / ceiling) * (height - top - bottom);
  const picture = svg('svg', {
    viewBox: `0 0 ${width} ${height}`,
    class: 'chart',
    role: 'img',
    'aria-label': describe(title, curves, unit),
  });
  for (const share of [0, 0.5, 1]) {
    const at = y(ceiling * share);
    picture.append(
      svg('line', { x1: left, x2: width - right, y1: at, y2: at, class: share === 0 ? 'axis' : 'grid' }),
      svg('text', { x: left - 6, y: at + 4, class: 'tick', 'text-anchor': 'end' }, letters(ceiling * share)),
    );
  }
  for (const length of new Set([from, Math.round((from + to) / 2), to]))
    picture.append(
      svg(
        'text',
        { x: x(length), y: height - 8, class: 'tick', 'text-anchor': length === from ? 'start' : length === to ? 'end' : 'middle' },
        String(length),
      ),
    );
  for (const curve of curves) {
    const path = curve.points.map((p, i) => `${i === 0 ? 'M' : 'L'}${x(p.length).toFixed(1)} ${y(p.value).toFixed(1)}`).join('');
    picture.append(svg('path', { d: path, class: `curve ${curve.mode}${curve.dashed ? ' dashed' : ''}` }));
    const last = curve.points.at(-1);
    if (last && !curve.dashed) picture.append(mark(curve.mode, x(last.length), y(last.value)));
  }
  return picture;
}

function mark(mode: Curve['mode'], x: number, y: number): SVGElement {
  if (mode === 'cached') return svg('circle', { cx: x, cy: y, r: 4, class: 'mark cached' });
  return svg('rect', { x: x - 4, y: y - 4, width: 8, height: 8, class: 'mark uncached' });
}

function describe(title: string, curves: readonly Curve[], unit: string): string {
  const ends = curves.map(c => {
    const last = c.points.at(-1)!;
    return `${c.name}: ${short(last.value)} ${unit} at ${last.length} tokens`;
  });
  return `${title}. ${ends.join('; ')}.`;
}

/** The next number that begins with 1, 1.5, 2, 3, 4, 5, 6 or 8. */
export function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 1.5, 2, 3, 4, 5, 6, 8, 10].find(n => n * power >= value * 0.9999) ?? 10);
}
