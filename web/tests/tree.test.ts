import { describe, expect, it } from 'vitest';
import type { Recording } from '../src/trace/recording';
import { idsOf, toFile } from '../src/trace/recording';
import type { TokenStep, TraceCandidate, TraceStart } from '../src/trace/types';
import { type Branch, optionsAgain, partsAt, withToken } from '../src/tree/branch';
import { align } from '../src/tree/diff';
import { rowsOf } from '../src/tree/layout';

const prompt = [
  { id: 1, text: 'Once' },
  { id: 2, text: ' upon' },
];
const start = {
  format: 'sandglass-trace',
  version: 1,
  prompt,
  run: { seed: '7', options: { temperature: 0.8, top_k: 0, top_p: 0.9, min_p: 0 } },
} as unknown as TraceStart;

const candidate = (id: number, text: string, probability: number): TraceCandidate => ({
  id,
  text,
  rank: 1,
  logit: Math.log(probability),
  probability,
  final: probability,
  removedBy: null,
});

/** A recording of these ids after the prompt. */
function recording(ids: readonly number[], from: TraceStart = start): Recording {
  const steps = ids.map((id, index) => ({
    kind: 'token',
    index,
    position: prompt.length + index,
    id,
    text: `t${id}`,
    bytes: [116],
    logprob: Math.log(0.5),
    why: { rank: 1, draw: 0.25, interval: [0, 0.5], stages: [] },
    candidates: [candidate(id, `t${id}`, 0.5), candidate(99, 'ü', 0.25)],
    asked: [candidate(id, `t${id}`, 0.5)],
  })) as unknown as TokenStep[];
  return { start: from, steps, result: null, pieces: [0] };
}

const branch = (id: number, parent: number | null, from: number, ids: readonly number[]): Branch => ({
  id,
  parent,
  from,
  recording: recording(ids),
  state: 'done',
  title: '',
});

describe('the rows of a tree', () => {
  it('keep a text without branches on one row', () => {
    expect(rowsOf([branch(0, null, 2, [10, 11, 12])])).toEqual([{ branch: 0, depth: 0, from: 2, to: 5, starts: true, folded: 0 }]);
  });

  it('put branches before the token that they replace, and the text goes on at its old depth', () => {
    const rows = rowsOf([
      branch(0, null, 2, [10, 11, 12, 13]),
      branch(1, 0, 4, [10, 11, 50]),
      branch(2, 0, 3, [10, 60, 61]),
      branch(3, 2, 4, [10, 60, 70]),
    ]);
    expect(rows.map(r => [r.branch, r.depth, r.from, r.to, r.starts])).toEqual([
      [0, 0, 2, 3, true],
      [2, 1, 3, 4, true],
      [3, 2, 4, 5, true],
      [2, 1, 4, 5, false],
      [0, 0, 3, 4, false],
      [1, 1, 4, 5, true],
      [0, 0, 4, 6, false],
    ]);
  });

  it('move no further to the right however many branches leave one text', () => {
    const trunk = branch(
      0,
      null,
      2,
      Array.from({ length: 200 }, (_, i) => i),
    );
    const others = Array.from({ length: 100 }, (_, i) => branch(i + 1, 0, 2 + i, [...Array(i).keys(), 900]));
    expect(Math.max(...rowsOf([trunk, ...others]).map(r => r.depth))).toBe(1);
  });

  it('keep of a folded branch its first token, and count the others', () => {
    const branches = [branch(0, null, 2, [10, 11, 12]), branch(1, 0, 3, [10, 60, 61, 62]), branch(2, 1, 5, [10, 60, 61, 70])];
    expect(rowsOf(branches, new Set([1])).map(r => [r.branch, r.from, r.to, r.folded])).toEqual([
      [0, 2, 3, 0],
      [1, 3, 4, 2],
      [0, 3, 5, 0],
    ]);
  });

  it('leave out a repetition that has not parted', () => {
    expect(rowsOf([branch(0, null, 2, [10]), branch(1, 0, Number.POSITIVE_INFINITY, [10])])).toHaveLength(1);
  });
});

describe('a token put in by hand', () => {
  const made = withToken(recording([10, 11, 12]), 3, candidate(99, 'ü', 0.25));

  it('ends the text there, under its own id, bytes and probability', () => {
    expect(idsOf(made)).toEqual([1, 2, 10, 99]);
    const step = made.steps.at(-1) as TokenStep;
    expect(step.bytes).toEqual([0xc3, 0xbc]);
    expect(Math.exp(step.logprob)).toBeCloseTo(0.25);
    expect(made.forced).toEqual([3]);
  });

  it('brings what the engine held back before it: half a character, what might have become a stop text', () => {
    const text = recording([10, 11, 12]);
    const half = { ...(text.steps[1] as TokenStep), text: '', bytes: [0xc3] };
    const rest: TraceCandidate = { ...candidate(98, '\ufffd', 0.25), bytes: [0xbc] };
    const first = { ...(text.steps[0] as TokenStep), text: 't' };
    const whole = withToken({ ...text, steps: [first, half, text.steps[2]!] }, 4, rest);
    expect(whole.steps.map(step => (step as TokenStep).text)).toEqual(['t', '', 'ü']);
  });

  it('is prompt in a file, which tells what the engine did', () => {
    const file = toFile({ ...made, steps: [...made.steps, { ...recording([0, 0, 77]).steps[2]! }] });
    expect(file.prompt.map(t => t.id)).toEqual([1, 2, 10, 99]);
    expect(file.steps.map(s => (s as TokenStep).id)).toEqual([77]);
    expect((file.steps[0] as TokenStep).index).toBe(0);
  });
});

describe('two texts', () => {
  it('part at the first position with other tokens', () => {
    expect(partsAt(recording([10, 11, 12]), recording([10, 55]))).toBe(3);
    expect(partsAt(recording([10, 11, 12]), recording([10, 11]))).toBe(Number.POSITIVE_INFINITY);
  });

  it('are aligned by what they have in common', () => {
    expect(align([1, 2, 3, 4], [1, 9, 3, 4, 5])).toEqual([
      { a: 0, b: 0 },
      { a: 1, b: null },
      { a: null, b: 1 },
      { a: 2, b: 2 },
      { a: 3, b: 3 },
      { a: null, b: 4 },
    ]);
  });
});

describe('the options of a run', () => {
  it('are asked for again with its seed', () => {
    expect(optionsAgain(start)).toEqual({ temperature: 0.8, top_k: 0, top_p: 0.9, min_p: 0, seed: '7' });
  });

  it('leave out values of steps that its chain does not name', () => {
    const run = { ...start.run, options: { ...start.run.options, samplers: ['top_p', 'temperature'] } };
    expect(optionsAgain({ ...start, run } as TraceStart)).toEqual({
      temperature: 0.8,
      top_p: 0.9,
      samplers: ['top_p', 'temperature'],
      seed: '7',
    });
  });
});
