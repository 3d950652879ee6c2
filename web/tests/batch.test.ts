import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { does, History, mostLanes, mostSteps } from '../src/batch/history';
import { binOf, describe as inWords, letterOf, zoomFor } from '../src/batch/picture';
import { promptOf } from '../src/batch/prompts';
import { mostConnections, shares } from '../src/batch/readers';
import { Speeds, smoothed } from '../src/batch/speeds';
import type { ActivityFile, ActivityPlace, ActivitySnapshot, Run } from '../src/batch/types';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const recorded = JSON.parse(read('../../contract/activities/readers.json')) as ActivityFile;
const types = read('../src/batch/types.ts');

function watched(file: ActivityFile = recorded): History {
  const history = new History();
  history.begin(file);
  for (const snapshot of file.snapshots) history.add(snapshot);
  return history;
}

const cell = (step: number, lane: number) => (step % mostSteps) * mostLanes + lane;

/** A snapshot of made-up texts: what is not given is nothing. */
function snapshot(
  atMs: number,
  ms: number,
  places: [text: number, phase: ActivityPlace['phase'], ...runs: Run[]][],
  steps = 1,
): ActivitySnapshot {
  const of = (pick: (run: Run) => number) =>
    places.reduce((sum, [, , ...runs]) => sum + runs.reduce((n, run) => n + pick(run) * run[0], 0), 0);
  return {
    step: 1,
    lost: 0,
    atMs,
    ms,
    rows: Array.from({ length: steps }, () => Math.round(of(run => run[2]) / steps)),
    read: of(run => (run[1] === 'reading' ? run[2] : 0)),
    written: of(run => run[3]),
    perSecond: { read: 0, written: 0 },
    pages: { all: 9, held: 1, kept: 0 },
    more: { running: 0, waiting: 0 },
    places: places.map(([text, phase, ...runs]) => ({ text, tenant: 1, own: true, phase, runs })),
  };
}

describe('the types say what the contract says', () => {
  type Schema = { properties?: Record<string, unknown>; $defs?: Record<string, Schema> };
  const schema = JSON.parse(read('../../contract/activity.schema.json')) as Schema;
  const fields = (name: string) => {
    const body = types.match(new RegExp(`export interface ${name}[^{]*\\{([^]*?)\\n\\}`))![1]!;
    return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(m => m[1]!).sort();
  };

  test.each([
    ['ActivityStart', Object.keys(schema.properties!).filter(name => name !== 'snapshots')],
    ['ActivitySnapshot', Object.keys(schema.$defs!.snapshot!.properties!)],
    ['ActivityPlace', Object.keys(schema.$defs!.place!.properties!)],
  ])('%s', (name, wanted) => expect(fields(name)).toEqual([...wanted].sort()));

  test('what is recorded has no field that the types do not know', () => {
    for (const one of recorded.snapshots) {
      expect(Object.keys(one).sort()).toEqual(fields('ActivitySnapshot'));
      for (const place of one.places) expect(Object.keys(place).filter(key => !fields('ActivityPlace').includes(key))).toEqual([]);
    }
  });
});

describe('a recorded company of six in a batch of four', () => {
  const history = watched();

  test('every row of every step is in a lane, of which there are four', () => {
    expect(history.steps).toBe(recorded.snapshots.reduce((sum, s) => sum + s.rows.length, 0));
    expect(history.lanes).toBe(4);
    for (let step = 0; step < history.steps; step++) {
      let [rows, reads] = [0, 0];
      for (let lane = 0; lane < mostLanes; lane++) {
        rows += history.rows[cell(step, lane)]!;
        if (does[history.doing[cell(step, lane)]!] === 'reading') reads += history.rows[cell(step, lane)]!;
      }
      expect([rows, reads]).toEqual([history.stepRows[step], history.stepRead[step]]);
    }
  });

  test('a text keeps its lane to its end, and two never share one', () => {
    const lanes = new Map<number, number>();
    for (let step = 0; step < history.steps; step++) {
      for (let lane = 0; lane < 4; lane++) {
        const text = history.text[cell(step, lane)]!;
        if (history.doing[cell(step, lane)] === 0) continue;
        expect(lanes.get(text) ?? lane).toBe(lane);
        lanes.set(text, lane);
      }
    }
    expect([...lanes.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(history.readers).toEqual([]); // all have ended
  });

  test('all that was written is in the lanes', () => {
    const written = history.wrote.reduce((sum, n) => sum + n, 0);
    expect(written).toBe(recorded.snapshots.reduce((sum, s) => sum + s.written, 0));
    expect(inWords(history)).toMatch(/Nothing is under way/);
  });

  test('in the middle it says who writes and who waits', () => {
    const half = watched({
      ...recorded,
      snapshots: recorded.snapshots.slice(0, 1 + recorded.snapshots.findIndex(s => s.places.some(p => p.phase === 'waiting'))),
    });
    const waiting = half.readers.filter(r => r.phase === 'waiting');
    expect(waiting.length).toBeGreaterThan(0);
    expect(waiting.every(r => r.lane === null)).toBe(true);
    expect(inWords(half)).toContain(`${waiting.length} wait`);
  });

  test('a cell of several steps has what they had together', () => {
    const bin = binOf(history, 0, 0, 8);
    expect(bin.does).toBe('reading');
    expect(bin.piece).toBe(history.rows[cell(0, 0)]);
    expect(binOf(history, 0, 8, 16)).toMatchObject({ does: 'writing', share: 1, wrote: 8 });
    expect(binOf(history, 40, 0, 8).does).toBe('absent');
  });
});

describe('steps that are made up', () => {
  test('one that has written and reads again does work again; its lane stays', () => {
    const history = new History();
    history.add(
      snapshot(
        10,
        10,
        [
          [1, 'writing', [1, 'reading', 5, 1], [2, 'writing', 1, 1]],
          [2, 'writing', [1, 'reading', 4, 1], [2, 'writing', 1, 1]],
        ],
        3,
      ),
    );
    history.add(
      snapshot(
        20,
        10,
        [
          [1, 'writing', [3, 'writing', 1, 1]],
          [2, 'reading', [1, 'resting', 0, 0], [1, 'preempted', 0, 0], [1, 'reading', 7, 1]],
        ],
        3,
      ),
    );
    const told = [3, 4, 5].map(step => does[history.doing[cell(step, 1)]!]);
    expect(told).toEqual(['resting', 'preempted', 'again']);
    expect(history.readers.map(r => r.lane)).toEqual([0, 1]);
  });

  test('one that is not told of any more has left, and its lane is free', () => {
    const history = new History();
    history.add(
      snapshot(10, 10, [
        [1, 'writing', [1, 'writing', 1, 1]],
        [2, 'writing', [1, 'writing', 1, 1]],
      ]),
    );
    history.add(
      snapshot(
        20,
        10,
        [
          [2, 'writing', [2, 'writing', 1, 1]],
          [3, 'reading', [1, 'absent', 0, 0], [1, 'reading', 9, 0]],
        ],
        2,
      ),
    );
    expect(history.readers.map(r => [r.text, r.lane])).toEqual([
      [2, 1],
      [3, 0],
    ]);
    history.add(
      snapshot(
        30,
        10,
        [
          [2, 'over', [1, 'writing', 1, 1]],
          [4, 'writing', [1, 'absent', 0, 0], [2, 'writing', 1, 1]],
          [3, 'writing', [3, 'writing', 1, 1]],
        ],
        3,
      ),
    );
    expect(history.readers.map(r => [r.text, r.lane])).toEqual([
      [4, 1],
      [3, 0],
    ]);
  });

  test('a server that began anew has a clock of its own', () => {
    const history = new History();
    const write = (at: number) => history.add(snapshot(at, 100, [[1, 'writing', [1, 'writing', 1, 1]]]));
    for (const at of [90_000, 90_100, 90_200, 90_300]) write(at);
    history.begin(recorded);
    for (const at of [100, 200, 300, 400]) write(at);
    expect(history.pace).toBeCloseTo(10);
  });

  test('who watches again knows nothing of what was under way before', () => {
    const history = new History();
    history.add(snapshot(10, 10, [[1, 'writing', [1, 'writing', 1, 1]]]));
    history.begin(recorded);
    expect(history.readers).toEqual([]);
    history.add(snapshot(90, 10, [[2, 'writing', [1, 'writing', 1, 1]]]));
    expect(history.readers.map(r => r.lane)).toEqual([0]);
  });

  test('speeds are of the last second', () => {
    const history = new History();
    for (let i = 1; i <= 40; i++)
      history.add(
        snapshot(
          50 * i,
          50,
          [
            [1, 'writing', [5, 'writing', 1, 1]],
            [2, 'writing', [5, 'writing', 1, i > 20 ? 2 : 0]],
          ],
          5,
        ),
      );
    expect(history.readers.map(r => Math.round(r.rate!))).toEqual([100, 200]);
    expect(Math.round(history.pace)).toBe(100);
    history.quiet();
    expect(history.pace).toBe(0);
  });

  test('of steps that take longer than a second, they are of the last two', () => {
    const history = new History();
    const write = (at: number, ms: number) =>
      history.add(
        snapshot(at, ms, [
          [1, 'writing', [1, 'writing', 1, 1]],
          [2, 'writing', [1, 'writing', 1, 1]],
        ]),
      );
    write(4000, 4000);
    expect(history.pace).toBeCloseTo(0.25);
    for (let i = 2; i <= 6; i++) write(4000 * i, 4000);
    expect(history.readers.map(r => r.rate)).toEqual([0.25, 0.25]);
    expect([history.pace, history.written, history.read]).toEqual([0.25, 0.5, 0]);
    expect(history.isAtWork).toBe(true);
    for (let i = 1; i <= 20; i++) write(24_000 + 100 * i, 100); // and soon of the second that is theirs
    expect(history.readers.map(r => Math.round(r.rate!))).toEqual([10, 10]);
    history.add(
      snapshot(26_100, 100, [
        [1, 'over', [1, 'writing', 1, 1]],
        [2, 'over', [1, 'writing', 1, 1]],
      ]),
    );
    expect(history.isAtWork).toBe(false);
  });

  test('what one gets against all is counted where the number of writers stood still and nobody read', () => {
    const speeds = new Speeds();
    speeds.add(snapshot(100, 100, [[1, 'writing', [50, 'writing', 1, 1]]], 50), new Array(50).fill(1));
    speeds.add(
      snapshot(
        200,
        100,
        [
          [1, 'writing', [30, 'writing', 1, 1]],
          [2, 'writing', [30, 'writing', 1, 1]],
        ],
        30,
      ),
      new Array(30).fill(2),
    );
    speeds.add(snapshot(300, 100, [[1, 'writing', [2, 'writing', 1, 1]]], 2), [1, 2]);
    speeds.add(snapshot(400, 100, [[1, 'reading', [1, 'reading', 64, 1]]]), [1]);
    expect(speeds.measured).toEqual([
      { texts: 1, all: 500, one: 500, steps: 50 },
      { texts: 2, all: 600, one: 300, steps: 30 },
    ]);
  });

  test('the line through the measured speeds goes by those of many steps', () => {
    const speed = (texts: number, one: number, steps: number) => ({ texts, one, all: one * texts, steps });
    const even = [1, 2, 4, 8].map(texts => speed(texts, 1000 / (4 + texts), 100));
    for (const [i, s] of smoothed(even).entries()) expect(s.one).toBeCloseTo(even[i]!.one); // what grows evenly is as it is
    const chance = speed(3, 20, 2);
    const line = smoothed([...even.slice(0, 2), chance, ...even.slice(2)]);
    expect(line[2]!.one).toBeGreaterThan(120);
    expect(line.map(s => s.all)).toEqual(line.map(s => s.all).toSorted((a, b) => a - b));
    expect(smoothed([chance])).toEqual([chance]);
  });

  test('a long run keeps the last steps, and no more', () => {
    const history = new History();
    for (let i = 0; i < mostSteps / 8 + 9; i++) history.add(snapshot(i, 1, [[1, 'writing', [8, 'writing', 1, 1]]], 8));
    expect(history.steps).toBe(mostSteps + 72);
    expect(history.doing.length).toBe(mostSteps * mostLanes);
    expect(binOf(history, 0, history.steps - 8, history.steps).wrote).toBe(8);
  });
});

test('a cell has as many steps as an eye can follow, and does not flicker between two numbers', () => {
  expect(zoomFor(10, 1)).toBe(1);
  expect(zoomFor(200, 1)).toBe(16);
  expect(zoomFor(150, 16)).toBe(16);
  expect(zoomFor(20, 16)).toBe(2);
  expect(zoomFor(0, 16)).toBe(16);
  expect(zoomFor(1e6, 1)).toBe(64);
});

test('tenants have letters', () => expect([1, 2, 26, 27, 52, 53].map(letterOf)).toEqual(['A', 'B', 'Z', 'AA', 'AZ', 'BA']));

test('readers come over four connections, more with each, and their prompts differ', () => {
  expect(shares(1)).toEqual([[0]]);
  expect(shares(3)).toEqual([[0], [1], [2]]);
  expect(shares(8)).toEqual([[0], [1], [2, 3], [4, 5, 6, 7]]);
  for (let readers = 1; readers <= 32; readers++) {
    expect(shares(readers).length).toBeLessThanOrEqual(mostConnections);
    expect(shares(readers).flat()).toEqual(Array.from({ length: readers }, (_, nth) => nth));
    expect(shares(readers).every(one => one.length > 0)).toBe(true);
  }
  const prompts = Array.from({ length: 64 }, (_, nth) => promptOf(nth));
  expect(new Set(prompts).size).toBe(64);
  expect(Math.max(...prompts.map(p => p.length))).toBeLessThan(1600);
});
