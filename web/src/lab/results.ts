import { experiments } from './experiments';
import { names } from './fields';
import type { Rows } from './rows';
import { has, shapes } from './shapes';
import type { Shown } from './shown';

export type Name = keyof Rows;

/** Rows of an experiment, with what they are of where the file says it. */
export interface Results {
  name: Name;
  setting: Record<string, string>;
  /** All parts' rows, in the order of the table. */
  rows: Rows[Name][];
  /** The lines of the file. */
  lines: string[];
}

/** A file that is not what it should be, in words for people. */
export class ResultsError extends Error {}

const mostBytes = 1 << 24;
const mostRows = 4000; // of drift several make a line
const mostLines = 1000; // of the table: a browser takes seconds to lay out more

/** Reads a file that somebody gave, unless it is too long to be one. */
export async function readFile(file: File): Promise<Results> {
  if (file.size > mostBytes) throw tooLong(file.name);
  return readResults(await file.text(), file.name);
}

const tooLong = (file: string) => new ResultsError(`${file} is too long for a file of results: expected at most ${mostBytes} bytes.`);

const tooMany = (file: string) =>
  new ResultsError(
    `${file} has more rows than the page shows: expected at most ${mostRows}, in ${mostLines} lines of the table. sandglass lab shows all of them.`,
  );

function bound(rows: Results['rows'], name: Name, file: string): Results['rows'] {
  if (rows.length > mostRows || (experiments[name] as Shown<unknown>).cells(rows).length > mostLines) throw tooMany(file);
  return rows;
}

/** What came of a run so far, with a line more of its file: the first line says what the others are. */
export function readOn(before: Results['rows'], first: string, line: string, name: Name): Results['rows'] {
  return bound([...before, ...readResults(first === line ? line : `${first}\n${line}\n`, name).rows], name, name);
}

/** Fields by which the rows of an experiment are known. */
const marks: Record<Name, readonly string[]> = {
  temperature: ['temperature', 'equalTexts', 'text'],
  repetition: ['remedy', 'looped', 'text'],
  drift: ['what', 'from', 'to'],
  speculation: ['draft', 'drafted', 'steps'],
  quant: ['weights', 'cacheType', 'weightBytes'],
  window: ['window', 'sinks', 'cacheBytes'],
  batch: ['batch', 'tokensPerSecond', 'msPerToken95'],
  forget: ['distance', 'lift', 'divergence'],
  middle: ['form', 'position', 'hits'],
  cache: ['rows', 'growth', 'ids'],
  fork: ['before', 'token', 'branch'],
};

/** Reads what the tool keeps (`--resume`), and what it prints with `--json`. */
export function readResults(text: string, file: string): Results {
  if (text.length > mostBytes) throw tooLong(file);
  const all = text.split('\n', 2 * mostRows);
  if (all.length === 2 * mostRows) throw tooMany(file);
  const lines = all.filter(line => line.trim() !== '');
  const objects = lines.flatMap((line, i): Record<string, unknown>[] => {
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === 'object' && value !== null) return [value as Record<string, unknown>];
    } catch {
      if (i === lines.length - 1 && i > 0 && !text.endsWith('\n')) return []; // a run that was ended did not write it whole
    }
    throw new ResultsError(`${file}, line ${i + 1}: expected a JSON object, as sandglass lab NAME --resume FILE writes one a line.`);
  });
  const first = objects[0];
  if (!first) throw new ResultsError(`${file} is empty: expected a file of results of sandglass lab NAME --resume FILE.`);
  if (first.what === 'work') throw new ResultsError(`${file}: of cache the page reads the file that --resume writes, not --json's lines.`);
  if (first.branch !== undefined && first.ids !== undefined)
    throw new ResultsError(`${file}: of fork the page reads the file that --resume writes, not --json's lines.`);
  const kept = typeof first.experiment === 'string';
  const name = kept ? (first.experiment as string) : names.find(one => marks[one as Name].every(field => field in first));
  if (name === undefined || !Object.hasOwn(experiments, name))
    throw new ResultsError(`${file}: expected results of ${names.join(', ')}, found ${kept ? first.experiment : 'something else'}.`);
  const rows = kept ? objects.slice(1).flatMap(part => (Array.isArray(part.rows) ? part.rows : [null])) : objects;
  const count = rows.reduce((sum, row) => sum + (Array.isArray(row?.rows) ? row.rows.length : 1), 0);
  if (count > mostRows) throw tooMany(file);
  const check = has(shapes[name as Name]);
  for (const [i, row] of rows.entries()) {
    const wrong = check(row);
    if (wrong !== null) throw new ResultsError(`${file}: row ${i + 1} is not one of ${name}: ${wrong}.`);
  }
  const setting = kept && typeof first.setting === 'object' && first.setting !== null ? (first.setting as Record<string, string>) : {};
  return {
    name: name as Name,
    setting,
    rows: bound(rows as Rows[Name][], name as Name, file),
    lines: kept ? lines.slice(0, objects.length) : lines,
  };
}
