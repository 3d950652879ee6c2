import { describe, expect, it } from 'vitest';
import type { Recording } from '../src/trace/recording';
import type { BeamStep, TokenStep, TraceBeam } from '../src/trace/types';
import { along, beamNodes, idsTo } from '../src/tree/beams';
import { guessesOf, passesOf } from '../src/tree/guesses';

const beam = (parent: number, id: number, fate: TraceBeam['fate'], to: number): TraceBeam => ({
  parent,
  id,
  text: `t${id}`,
  logprob: -1,
  score: -1,
  fate,
  beam: to,
});

const search = {
  start: { prompt: [] },
  steps: [
    { kind: 'beams', beams: [beam(-1, 1, 'kept', 0), beam(-1, 2, 'kept', 1), beam(-1, 3, 'dropped', -1)] },
    { kind: 'beams', beams: [beam(1, 4, 'kept', 0), beam(1, 5, 'finished', -1), beam(0, 6, 'kept', 1)] },
    { kind: 'beams', beams: [beam(0, 7, 'kept', 0), beam(1, 8, 'dropped', -1)] },
  ] as unknown as BeamStep[],
  result: { beams: [{ ids: [2, 4, 7] }] },
  pieces: [0],
} as unknown as Recording;

describe('a beam search', () => {
  const nodes = beamNodes(search);

  it('joins each beam to the one that it continues', () => {
    expect(nodes.map(idsTo)).toEqual([[1], [2], [3], [2, 4], [2, 5], [1, 6], [2, 4, 7], [1, 6, 8]]);
  });

  it('keeps running beams on their lanes and the others below', () => {
    expect(nodes.map(n => n.lane)).toEqual([0, 1, 2, 0, 2, 1, 0, 1]);
  });

  it('marks the path of the best text', () => {
    expect(nodes.filter(n => n.best).map(n => n.beam.id)).toEqual([2, 4, 7]);
  });

  it('tells how far the likeliest tokens go along', () => {
    expect([...along(nodes, [1, 6, 99])].map(n => n.beam.id)).toEqual([1, 6]);
  });
});

describe('guesses', () => {
  const token = (pass: number, more: Partial<TokenStep> = {}) => ({ kind: 'token', pass, ...more }) as unknown as TokenStep;
  const drafted = [
    { id: 1, text: 'a' },
    { id: 2, text: 'b' },
    { id: 3, text: 'c' },
  ];
  const recording = {
    steps: [token(1), token(2, { drafted, isDraft: true }), token(2, { isDraft: true }), token(2), token(3)],
  } as unknown as Recording;

  it('are told by passes: those that held, and what they saved', () => {
    const passes = passesOf(recording);
    expect(passes.map(p => [p.tokens.length, p.held])).toEqual([
      [1, 0],
      [3, 2],
      [1, 0],
    ]);
    expect(guessesOf(passes)).toEqual({ tokens: 5, passes: 3, drafted: 3, held: 2, saved: 2 });
  });
});
