import { describe, expect, it } from 'vitest';
import { isToken } from '../src/trace/decode';
import type { TokenStep } from '../src/trace/types';
import { common, forkText, meeting, placesOf, tiesOf } from '../src/tree/fork';
import { recorded } from './traces';

describe('places where two words were equally likely', () => {
  const recording = recorded('temperature-1');

  it('are those whose second token is within a quarter of the first, the nearest to equal first', () => {
    const ties = tiesOf(recording, 100);
    const all = recording.steps.filter(isToken).filter(({ candidates: [a, b] }) => b!.probability >= 0.75 * a!.probability);
    expect(ties.length).toBe(all.length);
    expect(ties.length).toBeGreaterThan(0);
    expect(ties.map(tie => tie.ratio)).toEqual(ties.map(tie => tie.ratio).toSorted((a, b) => b - a));
    for (const { position, tokens } of ties) {
      const step = all.find(s => s.position === position)!;
      expect(tokens).toEqual(step.candidates.slice(0, 2));
    }
  });
});

describe('two texts after a fork', () => {
  it('share their longest common subsequence', () => {
    expect(common([1, 2, 3, 4, 5], [2, 9, 4, 5])).toBe(3);
    expect(common([], [1])).toBe(0);
  });

  it('meet where at least four tokens at their ends are the same, if they are as long as each other', () => {
    expect(meeting([1, 2, 3, 4, 5, 6], [9, 8, 3, 4, 5, 6])).toBe(2);
    expect(meeting([1, 2, 9, 4, 5, 6], [9, 8, 3, 4, 5, 6])).toBeNull();
    expect(meeting([1, 2, 3, 4, 5], [3, 4, 5])).toBeNull();
    expect(meeting([1, 2], [1, 2])).toBe(0);
  });

  it('have the sum of the log-probabilities from the fork on', () => {
    const recording = recorded('tale');
    const steps = recording.steps.filter(isToken);
    const from = steps[3]!.position;
    const text = forkText(recording, recording, from);
    expect(text.steps).toHaveLength(steps.length - 3);
    expect(text.score).toBeCloseTo(
      steps.slice(3).reduce((sum, step: TokenStep) => sum + step.logprob, 0),
      10,
    );
    expect([text.shared, text.meetsAt]).toEqual([steps.length - 4, 0]);
  });

  it('stand in columns: what both have in one, what only one has beside what only the other has', () => {
    expect(placesOf([1, 2, 3, 4], [9, 3, 8, 7, 4])).toEqual([
      { a: 0, b: 0, isShared: false },
      { a: 1, b: null, isShared: false },
      { a: 2, b: 1, isShared: true },
      { a: null, b: 2, isShared: false },
      { a: null, b: 3, isShared: false },
      { a: 3, b: 4, isShared: true },
    ]);
  });
});
