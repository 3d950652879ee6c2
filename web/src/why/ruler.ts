import { svg } from '../page/dom';
import type { TraceToken } from '../trace/types';
import { oneLine, percent } from '../tree/glass';

export interface Interval {
  token: TraceToken;
  from: number;
  to: number;
}

const width = 340;

/** The line from 0 to 1 on which each token that is left has an interval as wide as it is likely; the number drawn falls into one. */
/** Where the number drawn lies, with more digits where four would set it on an edge. */
export function fell(draw: number, [from, to]: readonly [number, number] | readonly number[], verb = ''): string {
  const isEdge = [from!, to!].some(edge => edge.toFixed(4) === draw.toFixed(4));
  const [number, left, right] = [draw, from!, to!].map(value => value.toFixed(isEdge ? 7 : 4));
  return `${number} ${verb}fell into ${left} to ${right}`;
}

export function ruler(intervals: readonly Interval[], draw: number | null, chosen: number): SVGElement {
  const x = (value: number) => value * width;
  const parts = intervals.flatMap((interval, i) => {
    const wide = x(interval.to - interval.from);
    if (wide < 0.3) return [];
    const hit = interval.token.id === chosen;
    const box = svg('rect', {
      x: x(interval.from),
      y: 20,
      width: wide,
      height: 26,
      class: `interval ${hit ? 'hit' : i % 2 ? 'odd' : 'even'}`,
    });
    box.append(svg('title', {}, `${oneLine(interval.token)}: ${percent(interval.to - interval.from)}`));
    const label = oneLine(interval.token);
    if (wide < label.length * 7 + 6) return [box];
    return [
      box,
      svg('text', { x: x(interval.from) + wide / 2, y: 37, 'text-anchor': 'middle', class: `interval-label${hit ? ' hit' : ''}` }, label),
    ];
  });
  const end = intervals.at(-1)?.to ?? 0;
  const rest = end < 0.997 ? [svg('rect', { x: x(end), y: 20, width: x(1 - end), height: 26, class: 'interval rest' })] : [];
  const pin =
    draw === null
      ? []
      : [
          svg('path', { d: `M${x(draw)} 50 V19 M${x(draw) - 5} 10 h10 l-5 9 z`, class: 'pin' }),
          svg('text', { x: Math.min(width - 22, Math.max(22, x(draw))), y: 8, 'text-anchor': 'middle', class: 'tick' }, draw.toFixed(4)),
        ];
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((t, i) =>
    svg('text', { x: x(t), y: 60, 'text-anchor': i === 0 ? 'start' : i === 4 ? 'end' : 'middle', class: 'tick' }, String(t)),
  );
  return svg(
    'svg',
    { viewBox: `0 0 ${width} 64`, class: 'ruler', role: 'img', 'aria-label': 'The number drawn and the intervals of the tokens' },
    ...parts,
    ...rest,
    ...pin,
    ...ticks,
  );
}

/** Intervals side by side from the likeliest down. */
export function intervalsOf(tokens: readonly { token: TraceToken; probability: number }[]): Interval[] {
  let end = 0;
  return tokens.map(({ token, probability }) => {
    const from = end;
    end += probability;
    return { token, from, to: end };
  });
}
