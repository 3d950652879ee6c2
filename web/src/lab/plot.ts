import { Axis } from './axis';
import { place as number } from './numbers';

/** A point, with what it may be in truth where that is known. */
export interface Point {
  x: number;
  y: number;
  low?: number;
  high?: number;
}

export interface Series {
  name: string;
  points: readonly Point[];
}

/** A chart with two axes: lines through points, or bars where it has categories. */
export interface Panel {
  x: string;
  y: string;
  series: readonly Series[];
  categories?: readonly string[];
  logarithmic?: boolean;
  fromZero?: boolean;
}

export interface Plot {
  title: string;
  caption: string;
  panels: readonly Panel[];
}

const width = 760;
const left = 64;
const right = 30;
const top = 66;
const height = 220;
const below = 58;
const titleRoom = 44;
const lineHeight = 16;
const captionColumns = 112;
const letterWidth = 7; // of a letter of 12 pixels, a little more than most need
const light = ['#0b62c4', '#b8400c', '#04724f', '#7438d6', '#8a5a00', '#b8155a', '#0b6e85', '#4b5563'];
const dark = ['#74b6ff', '#ff9d68', '#52d8a4', '#c0a6ff', '#e8c654', '#ff93c2', '#64d5e8', '#bac2cd'];
const dashes = ['none', '7 3', '2 3', '9 3 2 3', 'none', '7 3', '2 3', '9 3 2 3'];
const dangerous = /(?![\t\n])\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu; // control characters, halves of a pair, and what XML does not have

/**
 * The picture of an experiment as a document, to be saved or shown: the very text that the tool's SvgPlot writes for the same rows. A test compares them.
 * `styled` is false where the page's own style sheet gives the colours, as its policy of contents wants.
 */
export function drawing(plot: Plot, styled = true): string {
  const lines: string[] = [];
  const element = (name: string, attributes: Record<string, string | number>, text?: string) => {
    const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value)).replaceAll('"', '&quot;')}"`);
    lines.push(`  <${name}${written.join('')}${text === undefined ? ' />' : `>${escaped(harmless(text))}</${name}>`}`);
  };
  const line = (x1: number, y1: number, x2: number, y2: number, style: string) =>
    element('line', { class: style, x1: number(x1), y1: number(y1), x2: number(x2), y2: number(y2) });
  const label = (x: number, y: number, text: string, anchor: string, style?: string) =>
    element('text', { ...(style ? { class: style } : {}), x: number(x), y: number(y), 'text-anchor': anchor }, text);
  const stroke = (i: number) => `s${i % light.length}`;
  const fill = (i: number) => `f${i % light.length}`;
  const mark = (i: number, x: number, y: number) => {
    const shape = [
      `M${number(x - 3.5)} ${number(y)}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z`,
      `M${number(x - 3)} ${number(y - 3)}h6v6h-6z`,
      `M${number(x)} ${number(y - 4)}l4 7h-8z`,
      `M${number(x)} ${number(y - 4.5)}l4.5 4.5l-4.5 4.5l-4.5 -4.5z`,
    ][i % 4]!;
    element('path', { class: `mark ${stroke(i)} ${fill(i)}`, d: shape });
  };

  const legend = (series: readonly Series[], from: number, areBars: boolean) => {
    if (series.length === 1 && series[0]!.name === '') return;
    let at = left;
    let y = from;
    for (const [i, { name }] of series.entries()) {
      const room = 34 + letterWidth * name.length;
      if (at + room > width - right && i > 0) [at, y] = [left, y + lineHeight];
      if (areBars) element('rect', { class: fill(i), x: number(at + 8), y: number(y - 10), width: 12, height: 12 });
      else {
        const style = { class: `line ${stroke(i)}`, 'stroke-dasharray': dashes[i % dashes.length]! };
        element('line', { ...style, x1: number(at), y1: number(y - 4), x2: number(at + 20), y2: number(y - 4) });
        mark(i, at + 10, y - 4);
      }
      label(at + 25, y, name, 'start');
      at += room + 12;
    }
  };

  const chart = (panel: Panel, from: number) => {
    const all = panel.series.flatMap(series => series.points);
    const groups = panel.categories;
    const yAxis = new Axis(
      all.flatMap(point => [point.y, point.low ?? point.y, point.high ?? point.y]),
      { fromZero: panel.fromZero || groups !== undefined, widened: true },
    );
    const xAxis = groups
      ? new Axis([-0.5, groups.length - 0.5])
      : new Axis(
          all.map(point => point.x),
          { logarithmic: panel.logarithmic },
        );
    const bottom = from + top + height;
    const x = (value: number) => left + xAxis.place(value) * (width - left - right);
    const y = (value: number) => from + top + (1 - yAxis.place(value)) * height;
    label(12, from + 16, panel.y, 'start');
    legend(panel.series, from + 40, groups !== undefined);
    for (const tick of yAxis.ticks) {
      line(left, y(tick), width - right, y(tick), 'grid');
      label(left - 8, y(tick) + 4, yAxis.label(tick), 'end');
    }
    line(left, bottom, width - right, bottom, 'axis');
    if (groups) {
      const areLong = groups.some(group => letterWidth * group.length > (width - left - right) / groups.length); // then every second one is a line lower
      for (const [i, group] of groups.entries()) label(x(i), bottom + (areLong && i % 2 === 1 ? 32 : 18), group, 'middle');
    } else {
      for (const tick of xAxis.ticks) {
        line(x(tick), bottom, x(tick), bottom + 5, 'axis');
        label(x(tick), bottom + 20, xAxis.label(tick), 'middle');
      }
    }
    label(left + (width - left - right) / 2, bottom + (groups ? 48 : 40), panel.x, 'middle');
    for (const [i, series] of panel.series.entries()) {
      const points = series.points.filter(point => Number.isFinite(point.y));
      if (groups) bars(points, i, panel.series.length, x, y);
      else curve(points, i, x, y);
    }
  };

  const curve = (points: readonly Point[], i: number, x: (value: number) => number, y: (value: number) => number) => {
    const path = points.map(point => `${number(x(point.x))},${number(y(point.y))}`).join(' ');
    if (points.length > 1)
      element('polyline', { class: `line ${stroke(i)}`, 'stroke-dasharray': dashes[i % dashes.length]!, points: path });
    for (const point of points) {
      if (point.low !== undefined && point.high !== undefined)
        line(x(point.x), y(point.low), x(point.x), y(point.high), `range ${stroke(i)}`);
      mark(i, x(point.x), y(point.y));
    }
  };

  const bars = (points: readonly Point[], i: number, count: number, x: (value: number) => number, y: (value: number) => number) => {
    const group = (x(1) - x(0)) * 0.8;
    const bar = group / count;
    for (const point of points) {
      const from = x(point.x) - group / 2 + i * bar;
      element('rect', {
        class: fill(i),
        x: number(from + bar * 0.08),
        y: number(Math.min(y(0), y(point.y))),
        width: number(bar * 0.84),
        height: number(Math.abs(y(point.y) - y(0))),
      });
      if (point.low !== undefined && point.high !== undefined) line(from + bar / 2, y(point.low), from + bar / 2, y(point.high), 'axis');
    }
  };

  const caption = wrapped(plot.caption, captionColumns);
  const whole = titleRoom + plot.panels.length * (top + height + below) + caption.length * lineHeight + 16;
  const space = 'http://www.w3.org/2000/svg';
  lines.push(
    `<svg viewBox="0 0 ${width} ${whole}" width="${width}" height="${whole}" role="img" font-family="system-ui, sans-serif" xmlns="${space}">`,
  );
  element('title', {}, plot.title);
  element('desc', {}, plot.caption);
  if (styled) lines.push(`  <style>${style()}</style>`);
  element('rect', { class: 'paper', width, height: whole });
  label(left, 28, plot.title, 'start', 'title');
  let at = titleRoom;
  for (const panel of plot.panels) {
    chart(panel, at);
    at += top + height + below;
  }
  for (const text of caption) {
    at += lineHeight;
    label(left, at, text, 'start', 'note');
  }
  lines.push('</svg>', '');
  return lines.join('\n');
}

function style(): string {
  const colours = (all: readonly string[]) => all.map((colour, i) => `.s${i}{stroke:${colour}}.f${i}{fill:${colour}}\n`).join('');
  return (
    '\n.paper{fill:#fff}text{fill:#1f2937;font-size:12px}.title{font-size:16px;font-weight:600}.note{fill:#4b5563}' +
    '.grid{stroke:#d1d5db}.axis{stroke:#4b5563}.line{fill:none;stroke-width:2}.mark{stroke-width:1.5}.range{stroke-width:1.2}\n' +
    `${colours(light)}@media(prefers-color-scheme:dark){.paper{fill:#11151c}text{fill:#e5e7eb}.note{fill:#aab2bf}.grid{stroke:#333b47}.axis{stroke:#aab2bf}\n` +
    `${colours(dark)}}\n`
  );
}

/** Lines of at most so many letters, unless a word is longer. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let from = 0;
  while (text.length - from > columns) {
    let end = text.lastIndexOf(' ', from + columns);
    if (end <= from) end = text.indexOf(' ', from + columns);
    if (end < 0) break;
    lines.push(text.slice(from, end));
    from = end + 1;
  }
  return [...lines, text.slice(from)];
}

/** Control characters of a text as pictures of themselves, and what cannot stand in a document as the sign for that. */
const harmless = (text: string) => text.replace(dangerous, c => (c < ' ' ? String.fromCharCode(0x2400 + c.charCodeAt(0)) : '\ufffd'));

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
