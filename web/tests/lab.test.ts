import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Axis } from '../src/lab/axis';
import { experiments } from '../src/lab/experiments';
import { command, fieldOf, names, told, wrong } from '../src/lab/fields';
import { beginning, bytes, place, short } from '../src/lab/numbers';
import { drawing } from '../src/lab/plot';
import { readResults } from '../src/lab/results';
import type { Shown } from '../src/lab/shown';

const folder = fileURLToPath(new URL('../../contract/lab/', import.meta.url));
const recorded = (file: string) => readFileSync(`${folder}${file}`, 'utf8');

describe('an experiment of the lab', () => {
  it('is shown, told of and recorded', () => {
    expect(Object.keys(experiments).toSorted()).toEqual(names.toSorted());
    expect(names.filter(name => !existsSync(`${folder}${name}.jsonl`) || !existsSync(`${folder}${name}.svg`))).toEqual([]);
    expect(readdirSync(folder).length).toBe(2 * names.length + 1);
  });

  it.each(names)('%s: the picture is the tool’s, letter for letter, and each row has all its cells', name => {
    const svg = recorded(`${name}.svg`);
    const { rows, lines, setting } = readResults(recorded(`${name}.jsonl`), name);
    const shown = experiments[name as keyof typeof experiments] as Shown<unknown>;
    const title = /<title>(.*)<\/title>/.exec(svg)![1]!;
    const caption = /<desc>(.*)<\/desc>/.exec(svg)![1]!;
    expect(drawing({ title, caption, panels: shown.panels(rows) })).toBe(svg);
    expect(caption.startsWith(`${told[name]!.shows} ${told[name]!.cannotShow} `)).toBe(true);
    for (const cells of shown.cells(rows)) expect([name, cells.length]).toEqual([name, shown.columns.length]);
    expect(lines.join('\n')).toBe(recorded(`${name}.jsonl`).trimEnd());
    expect(setting.model).toMatch(/^[0-9a-f]{16}$/);
    expect(drawing({ title, caption, panels: shown.panels(rows.slice(0, 1)) })).not.toContain('NaN'); // as parts come
  });

  it('is one command on a terminal', () => {
    expect(command('forget', { ...told.forget!.options }, 'grain-6m')).toBe('sandglass lab forget');
    expect(command('temperature', { ...told.temperature!.options, prompt: 'The "king"', n: '4' }, 'grain-1m')).toBe(
      'sandglass lab temperature "The \\"king\\"" --n 4 --model embedded:grain-1m',
    );
  });

  it('has usual options that are in their ranges, and a title for each', () => {
    for (const [name, { options }] of Object.entries(told)) {
      for (const [option, value] of Object.entries(options)) {
        expect([name, option, wrong(option, value)]).toEqual([name, option, null]);
        expect(fieldOf(option).title).not.toBe(option);
      }
    }
  });

  it('says what of an option is wrong', () => {
    expect(wrong('n', '65')).toBe('Texts: expected a whole number from 1 to 64, found 65.');
    expect(wrong('n', '1.5')).toContain('found 1.5');
    expect(wrong('positions', '0,2')).toBe('Places: expected numbers from 0 to 1, with commas between them, found 0,2.');
    expect(wrong('caches', 'q9')).toContain('expected some of f16, f32, q8, q4');
    expect(wrong('seed', '')).toContain('found nothing');
  });
});

describe('a file of results', () => {
  it('may be what --json prints, or lack the end of its last line', () => {
    const row =
      '{"distance":0,"trials":2,"hits":1,"accuracy":0.5,"low":0.1,"high":0.9,"lift":1,"divergence":0.2,"seed":1,"kernels":"256","compute":"fast"}';
    expect(readResults(`${row}\n${row}\n`, 'f').rows.length).toBe(2);
    const kept = recorded('forget.jsonl');
    expect(readResults(kept.slice(0, -20), 'f').rows.length).toBe(readResults(kept, 'f').rows.length - 1);
  });

  it('of anything else is refused with what was expected', () => {
    expect(() => readResults('', 'a.jsonl')).toThrow('a.jsonl is empty');
    expect(() => readResults('{"a":1}\nx\n', 'a.jsonl')).toThrow('a.jsonl, line 2: expected a JSON object');
    expect(() => readResults('{"experiment":"no","setting":{}}\n', 'a')).toThrow('found no');
    expect(() => readResults('{"experiment":"forget","setting":{}}\n{"part":0,"rows":[{"a":1}]}\n', 'a')).toThrow(
      'row 1 is not one of forget',
    );
    expect(() => readResults('{"experiment":"toString","setting":{}}\n', 'a')).toThrow('found toString');
    expect(() => readResults(`{"a":"${'x'.repeat(1 << 24)}"}`, 'a')).toThrow('too long');
  });
});

describe('numbers', () => {
  it('are written as the tool writes them', () => {
    expect([99.94, 99.95, 9.994, 9.995, 0.004].map(short)).toEqual(['99.9', '100', '9.99', '10.0', '0.00']);
    expect([999, 3072, 960, 6_140_000].map(bytes)).toEqual(['999 bytes', '3.07 kB', '960 bytes', '6.14 MB']);
    expect([1.45, 0.25, -0.25, 0.04, -0.04, 12, 1e-9].map(place)).toEqual(['1.5', '0.3', '-0.3', '0', '0', '12', '0']);
    expect(beginning('a\nb', 5)).toBe('a b');
  });

  it('have round ones beside an axis', () => {
    expect(new Axis([0.1, 0.93], { fromZero: true, widened: true }).ticks.length).toBeGreaterThanOrEqual(5);
    const doublings = new Axis([1, 64], { logarithmic: true });
    expect(doublings.ticks).toEqual([1, 2, 4, 8, 16, 32, 64]);
    expect([doublings.place(1), doublings.place(8), doublings.place(64)]).toEqual([0, 0.5, 1]);
    expect(new Axis([]).ticks.length).toBeGreaterThan(1);
  });
});
