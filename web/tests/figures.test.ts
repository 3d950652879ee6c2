import { describe, expect, test } from 'vitest';
import { curves, expected, figures, fittedPower, sum, totals, unitCost } from '../src/trace/figures';
import { workOf } from '../src/trace/work';
import { recorded } from './traces';

const tale = recorded('tale');
const without = recorded('tale-no-cache');
const { layers } = tale.start.model;

describe('figures of a recorded run', () => {
  test('with the cache each token but the last goes through each layer once', () => {
    const last = figures(tale, tale.steps.length);
    expect(last.sequence).toBe(tale.result!.promptTokens + tale.result!.completionTokens);
    expect(last.passes).toBe(layers * (last.sequence - 1));
    expect(last.passes).toBe(tale.result!.layerTokenPasses);
    expect(last.multiplyAdds).toEqual(tale.result!.multiplyAdds);
  });

  test('without it all of the text goes through for every token', () => {
    const last = figures(without, without.steps.length);
    const lengths = Array.from({ length: last.written }, (_, i) => last.promptTokens + i);
    expect(last.passes).toBe(layers * lengths.reduce((a, b) => a + b, 0));
    expect(last.passes).toBe(without.result!.layerTokenPasses);
    expect(last.cacheBytes).toBe(0);
  });

  test('the cache grows by the same bytes with each token', () => {
    const grown = [3, 4, 5, 6].map(cursor => figures(tale, cursor).cacheBytes);
    for (let i = 1; i < grown.length; i++) expect(grown[i]! - grown[i - 1]!).toBe(tale.start.model.cacheBytesPerPosition);
  });

  test('the prompt is read once, and its time and the first token are told apart', () => {
    const first = figures(tale, 2);
    expect(first.prefillTokens).toBe(tale.start.prompt.length);
    expect(first.firstTokenMs).toBeGreaterThan(0);
    expect(figures(without, without.steps.length).prefillTokens).toBe(without.start.prompt.length);
  });
});

describe('work', () => {
  test('a token without the cache has the work of the piece before it, all of it done before', () => {
    const works = workOf(without);
    const tokens = without.steps.flatMap((step, i) => (step.kind === 'token' ? [{ step, work: works[i]! }] : []));
    expect(tokens[0]!.work.uncached).toBe(false);
    for (const { step, work } of tokens.slice(1)) {
      expect(work.uncached).toBe(true);
      expect(work.recomputed).toBe(layers * (step.position - 1));
    }
  });

  test('what one way costs is known from the other', () => {
    const fromCached = unitCost(tale)!;
    const counted = curves(without, without.steps.length, 'work').uncached;
    expect(counted.length).toBeGreaterThan(10);
    for (const { length, value } of counted) expect(expected(fromCached, length, false, 'work')).toBeCloseTo(value, -1);
    for (const { length, value } of curves(tale, tale.steps.length, 'work').cached)
      expect(expected(unitCost(without)!, length, true, 'work')).toBeCloseTo(value, -1);
  });

  test('the kinds add up', () => {
    const last = figures(tale, tale.steps.length);
    const steps = tale.steps.reduce((a, step) => a + (step.cost ? sum(step.cost.multiplyAdds) : 0), 0);
    expect(sum(last.multiplyAdds)).toBe(steps);
  });
});

describe('how it grows', () => {
  test('passes a step: not at all with the cache, with the length without; attention: with the length, with its square', () => {
    const of = (measure: 'passes' | 'attention') => [
      fittedPower(curves(tale, 99, measure).cached),
      fittedPower(curves(without, 99, measure).uncached),
    ];
    expect(of('passes')[0]).toBeCloseTo(0, 6);
    expect(of('passes')[1]).toBeCloseTo(1, 6);
    expect(of('attention')[0]).toBeCloseTo(1, 6);
    expect(of('attention')[1]).toBeGreaterThan(1.85);
  });

  test('a power is fitted to a power, and to nothing else too short', () => {
    const points = [2, 3, 5, 9, 20].map(length => ({ length, value: 7 * length ** 3 }));
    expect(fittedPower(points)).toBeCloseTo(3, 9);
    expect(fittedPower(points.slice(0, 3))).toBeNull();
  });

  test('totals add up what came before', () => {
    expect(totals([1, 2, 3].map(value => ({ length: value, value }))).map(p => p.value)).toEqual([1, 3, 6]);
  });
});
