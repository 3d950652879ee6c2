import { describe, expect, test } from 'vitest';
import { attended, beamsOf, layerWeights } from '../src/trace/attention';
import type { TraceAttention } from '../src/trace/types';
import { recorded } from './traces';

const step = recorded('tale').steps.findLast(s => s.kind === 'token')!;
const attention = step.kind === 'token' ? step.attention! : (undefined as never);
const total = (weights: Float32Array) => weights.reduce((a, b) => a + b, 0);

/** Bytes as the trace has them: (b / 255)^2. */
const bytes = (...weights: number[]) => btoa(String.fromCharCode(...weights.map(w => Math.round(255 * Math.sqrt(w)))));

describe('attention', () => {
  test('means of a layer, of all layers, and a head each sum to one', () => {
    expect(total(attended(attention, { kind: 'mean' }, false)!.weights)).toBeCloseTo(1, 1);
    expect(total(attended(attention, { kind: 'layer', layer: 2 }, false)!.weights)).toBeCloseTo(1, 1);
    expect(total(attended(attention, { kind: 'head', layer: 2, head: 3 }, false)!.weights)).toBeCloseTo(1, 5);
  });

  test('a head that was not watched is not made up', () => {
    expect(attended(attention, { kind: 'head', layer: 0, head: 0 }, false)).toBeNull();
    expect(attended(attention, { kind: 'layer', layer: 99 }, false)).toBeNull();
  });

  test('the largest head is never below the mean', () => {
    const mean = attended(attention, { kind: 'layer', layer: 1 }, false)!.weights;
    const max = attended(attention, { kind: 'max' }, false)!.weights;
    mean.forEach((weight, i) => {
      expect(max[i]! + 0.01).toBeGreaterThanOrEqual(weight);
    });
  });

  test('without the first token the others are renormalised, and it says so', () => {
    const made: TraceAttention = { layers: 1, positions: 3, sinks: 0, from: 0, means: bytes(0.64, 0.09, 0.27) };
    const seen = attended(made, { kind: 'mean' }, true)!;
    expect(seen.weights[0]).toBe(0);
    expect(seen.weights[1]! / seen.weights[2]!).toBeCloseTo(1 / 3, 1);
    expect(total(seen.weights)).toBeCloseTo(1, 1);
    expect(seen.label).toContain('renormalised');
    expect(seen.sink).toBeCloseTo(0.64, 2);
  });

  test('with a window columns are the sinks, then what it holds', () => {
    const made: TraceAttention = { layers: 1, positions: 4, sinks: 2, from: 10, means: bytes(0.25, 0.25, 0.25, 0.25) };
    expect([...attended(made, { kind: 'mean' }, false)!.positions]).toEqual([0, 1, 10, 11]);
    const { columnOf } = layerWeights(made);
    expect([0, 1, 2, 9, 10, 11, 12].map(columnOf)).toEqual([0, 1, -1, -1, 2, 3, -1]);
  });

  test('the strongest are drawn one by one, all others as one', () => {
    const seen = attended(attention, { kind: 'mean' }, false)!;
    const beams = beamsOf(seen, 5);
    expect(beams.strongest.length).toBe(5);
    expect(beams.strongest[0]!.weight).toBeGreaterThanOrEqual(beams.strongest[4]!.weight);
    expect(beams.strongest.reduce((a, b) => a + b.weight, 0) + beams.rest).toBeCloseTo(total(seen.weights), 5);
    expect(beamsOf(seen, 1000).rest).toBe(0);
  });
});
