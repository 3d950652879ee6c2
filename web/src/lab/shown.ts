import type { Panel, Point, Series } from './plot';

/** How an experiment's rows are shown: the columns, cells and charts of its command. */
export interface Shown<Row> {
  /** Of the table; numbers begin with #. */
  columns: readonly string[];
  cells(rows: readonly Row[]): string[][];
  panels(rows: readonly Row[]): Panel[];
  /** What stands below the table. */
  lines?(rows: readonly Row[]): string[];
}

export type Of<Row> = readonly [string, (row: Row) => number | undefined | null];

export const series = <Row>(rows: readonly Row[], x: (row: Row, index: number) => number, all: readonly Of<Row>[]): Series[] =>
  all.map(([name, y]) => ({ name, points: rows.map((row, i) => ({ x: x(row, i), y: y(row) ?? Number.NaN })) }));

export function groups<Row, Key>(rows: readonly Row[], key: (row: Row) => Key): [Key, Row[]][] {
  const found = new Map<Key, Row[]>();
  for (const row of rows) {
    const same = found.get(key(row));
    if (same) same.push(row);
    else found.set(key(row), [row]);
  }
  return [...found];
}

export const byIndex = (_: unknown, index: number) => index;
export const lines = { logarithmic: true, fromZero: true };

/** What is lost, with twice its standard error. */
export const lost = (x: number, row: { lost: number; lostError: number }): Point => ({
  x,
  y: row.lost,
  low: row.lost - 2 * row.lostError,
  high: row.lost + 2 * row.lostError,
});
