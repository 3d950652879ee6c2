import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Axis } from '../src/lab/axis';
import { experiments } from '../src/lab/experiments';
import { command, fieldOf, names, told, wrong } from '../src/lab/fields';
import { beginning, bytes, place, short } from '../src/lab/numbers';
import { drawing } from '../src/lab/plot';
import { readFile, readOn, readResults } from '../src/lab/results';
import { groups, type Shown } from '../src/lab/shown';

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
      `sandglass lab temperature 'The "king"' --n 4 --model embedded:grain-1m`,
    );
  });

  it('is text and nothing else to a shell, whatever the address holds', () => {
    const usual = told.temperature!.options;
    const odd = ["it's $(a) `b` !c \\", '-5 dogs', '--help', '-', '', '~', '#x', 'a\nb; c', '\u001b[31m\u0007\u202e "\'\\', '\u{e0041}é🙂'];
    for (const prompt of odd) {
      const written = command('temperature', { ...usual, prompt, n: '-1;x' }, '-m "x"');
      expect(written).not.toMatch(/[\n\p{Cc}\p{Cf}]/u);
      const asked = spawnSync('bash', ['-c', `sandglass() { printf '%s\\0' "$@"; }; ${written}`], {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      });
      const others = ['--n=-1;x', '--model=-m "x"'];
      const words = prompt.startsWith('-') ? [...others, '--', prompt] : [prompt, ...others];
      expect([asked.stdout.split('\0').slice(2, -1), asked.stderr]).toEqual([words, '']);
    }
    expect(command('temperature', { ...usual, prompt: '-5 dogs' }, '')).toBe("sandglass lab temperature -- '-5 dogs'");
    expect(command('temperature', { ...usual, prompt: 'a\0b' }, '')).toBe("sandglass lab temperature 'a␀b'");
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

  it('is not even read where it is too long', async () => {
    const file = { name: 'a', size: (1 << 24) + 1, text: () => Promise.reject(new Error('read')) } as unknown as File;
    await expect(readFile(file)).rejects.toThrow('a is too long for a file of results: expected at most 16777216 bytes.');
  });

  it('has so many rows at most', () => {
    const kept = recorded('forget.jsonl').split('\n');
    const part = kept[1]!.replace(/\[(.*)\]/, (_, row) => `[${Array(501).fill(row).join(',')}]`);
    const file = `${kept[0]}\n${part}\n`;
    const { rows } = readResults(file, 'a');
    expect(rows.length).toBe(501);
    expect(() => readResults(`${file}${part}\n`, 'a')).toThrow(
      'a has more rows than the page shows: expected at most 4000, in 1000 lines of the table.',
    );
    expect(() => readResults(`${file}${'\n'.repeat(9000)}`, 'a')).toThrow('more rows');
    expect(() => readOn(rows, kept[0]!, part, 'forget')).toThrow('forget has more rows');
    expect(readOn([], kept[0]!, kept[0]!, 'forget')).toEqual([]);
    expect(readOn(rows, kept[0]!, kept[1]!, 'forget').length).toBe(502);
    const [setting, texts] = recorded('drift.jsonl').split('\n');
    const drift = `${setting}\n${`${texts}\n`.repeat(400)}`;
    expect(readResults(drift, 'a').rows.length).toBeGreaterThan(2000); // in few lines
    expect(() => readResults(drift + `${texts}\n`.repeat(400), 'a')).toThrow('more rows');
    const ways = recorded('cache.jsonl').replace(/"rows":\[\{"rows":\[(\{.*?\}\})/, (all, row) => all + `,${row}`.repeat(4001));
    expect(() => readResults(ways, 'a')).toThrow('more rows');
  });

  it.each(names)('%s: of a wrong type in any field is refused, and drawn with any number that is not', name => {
    const { rows } = readResults(recorded(`${name}.jsonl`), name);
    const first = recorded(`${name}.jsonl`).split('\n')[0]!;
    const file = (row: unknown) => `${first}\n${JSON.stringify({ part: 0, rows: [row] })}\n`;
    const shown = experiments[name as keyof typeof experiments] as Shown<unknown>;
    const draw = (all: unknown[]) =>
      `${shown.cells(all)}${shown.lines?.(all) ?? ''}${drawing({ title: '', caption: '', panels: shown.panels(all) })}`;
    const bad: unknown[] = [];
    let [refused, drawn] = [0, 0];
    const small: unknown = JSON.parse(JSON.stringify(rows[0]), (_, value) => (Array.isArray(value) ? value.slice(0, 2) : value));
    const odd = ['long '.repeat(30), { x: 1 }, [], null, true, -1e308, 1e18, -1e18, 5e-324, 2 ** 53 - 1];
    for (const value of odd) {
      for (const row of withEach(small, value)) {
        try {
          const read = readResults(file(row), 'a').rows;
          for (const all of [read, [...read, small]]) if (/"-?NaN|"-?Infinity|undefined/.test(draw(all))) bad.push(row);
          drawn++;
        } catch (error) {
          if (!/^a: row 1 is not one of /.test((error as Error).message)) bad.push([(error as Error).message, row]);
          refused++;
        }
      }
    }
    expect(bad).toEqual([]);
    expect(Math.min(refused, drawn)).toBeGreaterThan(10);
  });

  it('with many rows is shown in about as many steps', () => {
    const { rows } = readResults(recorded('quant.jsonl'), 'quant');
    let reads = 0;
    const many = Array.from({ length: 4000 }, (_, i) => ({
      ...rows[0],
      get weights() {
        reads++;
        return `w${i % 2000}`;
      },
    }));
    expect(groups(many, row => row.weights).map(([key, same]) => [key, same.length])[1999]).toEqual(['w1999', 2]);
    expect(reads).toBeLessThanOrEqual(4 * many.length);
  });
});

/** The value with each of its fields, at any depth, put to another, one at a time. */
function* withEach(value: unknown, other: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, field] of Object.entries(value)) {
    const changed = (one: unknown) => (Array.isArray(value) ? value.with(Number(key), one) : { ...value, [key]: one });
    yield changed(other);
    for (const inner of withEach(field, other)) yield changed(inner);
  }
}

describe('a picture', () => {
  it('holds nothing that a document cannot, as the tool’s: SvgPlotTests has the same texts', () => {
    const odd = 'a\u0001b\t\u007f\ufffe\uffff\ud800c\udc00🙂&';
    const picture = drawing({
      title: odd,
      caption: odd,
      panels: [{ x: odd, y: odd, series: [{ name: odd, points: [{ x: 0, y: 1 }] }], categories: [odd] }],
    });
    expect(picture.split('>a␁b\t\ufffd\ufffd\ufffd\ufffdc\ufffd🙂&amp;</').length - 1).toBe(8);
    expect(picture).not.toMatch(/(?![\t\n])\p{Cc}|\p{Cs}|[\ufffe\uffff]/u);
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
    expect(new Axis(Array.from({ length: 200_000 }, (_, i) => i)).place(199_999)).toBe(1);
    for (const values of [[1e18], [-1e18, 1e18], [1e18, 1e18 + 256], [0, 5e-324], [0.3, 0.1 + 0.2], [1e15, 1e15 + 0.125]]) {
      const { ticks, ...axis } = new Axis(values, { widened: true });
      expect([axis, ticks.length > 1 && ticks.length < 20, values.every(Number.isFinite)]).toEqual([axis, true, true]);
      expect(
        values.map(value => new Axis(values, { widened: true }).place(value)).every(place => place >= -1e-9 && place <= 1 + 1e-9),
      ).toBe(true);
    }
  });
});
