import { h } from './dom';

/** Digits in groups of three, kept apart by space that is no character: what is read or copied is the number itself. */
export function grouped(value: number): HTMLElement {
  const digits = String(Math.round(value));
  const first = digits.length % 3 || 3;
  const groups = [digits.slice(0, first)];
  for (let i = first; i < digits.length; i += 3) groups.push(digits.slice(i, i + 3));
  return h('span', { class: 'digits' }, ...groups.map(group => h('span', {}, group)));
}

/** A count in a few characters: 1.23 million. */
export function short(value: number): string {
  for (const [size, name] of [
    [1e12, 'trillion'],
    [1e9, 'billion'],
    [1e6, 'million'],
  ] as const) {
    if (value >= size) return `${(value / size).toPrecision(3)} ${name}`;
  }
  return value >= 10_000 ? `${(value / 1000).toPrecision(3)} thousand` : String(Math.round(value));
}

export function bytes(value: number): string {
  if (value >= 1 << 30) return `${(value / (1 << 30)).toPrecision(3)} GiB`;
  if (value >= 1 << 20) return `${(value / (1 << 20)).toPrecision(3)} MiB`;
  if (value >= 1 << 10) return `${(value / (1 << 10)).toPrecision(3)} KiB`;
  return `${value} B`;
}

export function milliseconds(value: number): string {
  return value >= 1000 ? `${(value / 1000).toPrecision(3)} s` : value >= 100 ? `${Math.round(value)} ms` : `${value.toPrecision(2)} ms`;
}

/** So many a second: of few, tenths too. */
export function speed(value: number): string {
  return value < 10 ? String(Number(value.toFixed(1))) : String(Math.round(value));
}

/** A count in as few characters as an axis has room for. */
export function letters(value: number): string {
  for (const [size, letter] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const)
    if (value >= size) return `${Number((value / size).toPrecision(3))} ${letter}`;
  return String(Number(value.toPrecision(3)));
}
