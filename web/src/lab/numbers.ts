/** Numbers as the tool writes them, so that page and tool show the same table. */

type Maybe = number | null | undefined;

/** With so many digits behind the point; nothing for one that a row does not have. */
export const fixed = (value: Maybe, digits = 2) => (value === null || value === undefined ? '' : value.toFixed(digits));

/** A share as per cent. */
export const share = (value: Maybe) => (value === null || value === undefined ? '' : `${(100 * value).toFixed(1)} %`);

export const whole = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

/** Three digits that count. */
export const short = (value: number) => value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);

export const bytes = (value: number) => (value < 1000 ? `${Math.trunc(value)} bytes` : scaled(value, ['bytes', 'kB', 'MB', 'GB', 'TB']));

export const count = (value: number) => (value < 1000 ? whole(value) : scaled(value, ['', 'k', 'M', 'G', 'T', 'P']));

/** So many of something, in the plural but for one. */
export const countOf = (value: number, noun: string) => `${whole(value)} ${noun}${value === 1 ? '' : 's'}`;

/** The beginning of a text, on one line. */
export function beginning(text: string, most: number): string {
  const line = text.replaceAll(/\r?\n/g, ' ').trim();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

export const mean = (values: readonly Maybe[]): number | undefined => {
  const there = values.filter(value => value !== null && value !== undefined);
  return there.length === 0 ? undefined : there.reduce((sum, value) => sum + value, 0) / there.length;
};

/** At most one digit behind the point, rounded as a person would round what is printed of it: 1.45 is 1.5, though the computer's number is a little less. */
export function place(value: number): string {
  const printed = Math.abs(value).toPrecision(15);
  const rounded = printed.includes('e') ? Math.abs(value) : Math.round(Number(`${printed}e1`)) / 10;
  return rounded < 0.05 ? '0' : `${value < 0 ? -rounded : rounded}`;
}

function scaled(value: number, units: readonly string[]): string {
  let unit = 0;
  let number = value;
  for (; number >= 999.5 && unit < units.length - 1; unit++) number /= 1000;
  return `${short(number)} ${units[unit]}`.trimEnd();
}
