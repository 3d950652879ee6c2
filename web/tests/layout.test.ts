import { describe, expect, test } from 'vitest';
import { nice } from '../src/cost/chart';
import { strength, way } from '../src/scene/curve';
import { blockPlace, layout, stackBottom, stepShown } from '../src/scene/layout';
import { beamsShown } from '../src/scene/shown';
import type { TraceStep } from '../src/trace/types';
import { recorded } from './traces';

const tale = recorded('tale');
const end = tale.steps.length;

describe('where everything stands', () => {
  test('tokens in a row, none over another, as full as they were likely', () => {
    const { tokens, headX } = layout(tale, end);
    for (let i = 1; i < tokens.length; i++)
      expect(tokens[i]!.x - tokens[i]!.width / 2).toBeGreaterThan(tokens[i - 1]!.x + tokens[i - 1]!.width / 2);
    expect(headX).toBeGreaterThan(tokens.at(-1)!.x + tokens.at(-1)!.width / 2);
    expect(tokens.filter(t => t.given).length).toBe(tale.start.prompt.length);
    const last = stepShown(tale, end, null)!;
    expect(tokens.at(-1)!.fill).toBeCloseTo(Math.exp(last.logprob), 6);
  });

  test('pages hold 32 positions, and only those that there are', () => {
    const { pages, filled } = layout(tale, end);
    expect(pages.map(p => [p.first, p.end, p.kind])).toEqual([
      [0, 32, 'own'],
      [32, layout(tale, end).tokens.length, 'own'],
    ]);
    expect(filled).toBe(layout(tale, end).tokens.length - 1);
  });

  test('each kind of page is told from the letters of the trace', () => {
    const steps = tale.steps.map((s): TraceStep => ({ ...s, cache: { ...s.cache, pages: 'aS' } }));
    expect(layout({ ...tale, steps }, end).pages.map(p => [p.kind, p.quantized])).toEqual([
      ['adopted', false],
      ['shared', true],
    ]);
  });

  test('without the cache all but the newest position were computed again', () => {
    const none = recorded('tale-no-cache');
    const picture = layout(none, none.steps.length);
    expect(picture.kept).toBe(false);
    expect(picture.filled).toBe(picture.tokens.length - 1);
    expect(picture.recomputed).toBe(picture.filled - 1);
    expect(layout(none, 2).recomputed).toBe(0);
  });

  test('many layers of many tokens are drawn as few, and it is said how many one is', () => {
    const model = { ...tale.start.model, layers: 2000 };
    const picture = layout({ ...tale, start: { ...tale.start, model } }, end);
    expect(picture.blocks * picture.tokens.length).toBeLessThanOrEqual(6000);
    expect(picture.merged * picture.blocks).toBeGreaterThanOrEqual(2000);
    expect(picture.merged).toBeGreaterThan(1);
  });

  test('blocks lie under each other', () => {
    expect(blockPlace(1, 6).y).toBeLessThan(blockPlace(0, 6).y - blockPlace(0, 6).height / 2);
    expect(stackBottom(30)).toBeLessThanOrEqual(blockPlace(29, 30).y);
  });
});

describe('beams', () => {
  test('end where the token is, rise, and lean away so that they are a fan from above', () => {
    const { x, y, z } = way(0, 1.5, 10, 2.6, 8);
    expect([x[0], x[8]]).toEqual([0, 10]);
    expect(y[8]).toBeCloseTo(2.6, 5);
    expect(Math.max(...y)).toBeGreaterThan(2.6);
    expect(z[0]).toBeCloseTo(0, 9);
    expect(z[4]).toBeLessThan(-1);
    expect(way(0, 0, 40, 0, 8).z[4]).toBeLessThan(z[4]!);
  });

  test('a small weight is still seen, a larger one more', () => {
    expect(strength(0.01)).toBeGreaterThan(0.05);
    expect(strength(0.5)).toBeGreaterThan(strength(0.1));
    expect(strength(1.2)).toBe(1);
  });

  test('24 and one for the rest', () => {
    const step = stepShown(tale, end, null)!;
    const beams = beamsShown(step, { attention: { kind: 'mean' }, withoutSink: false }, layout(tale, end))!;
    expect(beams.filter(b => !b.isRest).length).toBe(24);
    expect(beams.filter(b => b.isRest).length).toBe(1);
    expect(beams.every(b => b.position < step.position)).toBe(true);
  });
});

test('an axis ends at a round number, not far above', () => {
  for (const value of [1, 7, 0.3, 123456, 9.9e8]) {
    expect(nice(value)).toBeGreaterThanOrEqual(value * 0.999);
    expect(nice(value)).toBeLessThanOrEqual(value * 2);
  }
});
