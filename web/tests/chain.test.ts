import { describe, expect, it } from 'vitest';
import { isToken } from '../src/trace/decode';
import { idsOf, type Recording } from '../src/trace/recording';
import type { TokenStep, TraceCandidate } from '../src/trace/types';
import { runChain } from '../src/why/chain';
import { fatesOf } from '../src/why/fates';
import { type ChainOptions, forEngine, optionsOfRun, orders } from '../src/why/options';
import { drawBits, pointOf } from '../src/why/philox';
import { recorded } from './traces';

const neutral: ChainOptions = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  repetition: 1,
  frequency: 0,
  presence: 0,
  window: null,
  order: orders[0]!.order,
  seed: '7',
};

/** A step with these probabilities; with `logits` it has all of them, else the first so many. */
function step(probabilities: readonly number[], listed: number | 'logits'): TokenStep {
  const logits = Float32Array.from(probabilities, Math.log);
  const candidates = probabilities.slice(0, listed === 'logits' ? 3 : listed).map(
    (probability, id): TraceCandidate => ({
      id,
      text: `t${id}`,
      rank: id + 1,
      logit: logits[id]!,
      probability,
      final: 0,
      removedBy: null,
    }),
  );
  const bytes = String.fromCharCode(...new Uint8Array(logits.buffer));
  return {
    kind: 'token',
    position: 5,
    id: 0,
    candidates,
    asked: [candidates[0]!],
    coverage: candidates.reduce((sum, c) => sum + c.probability, 0),
    ...(listed === 'logits' ? { logits: btoa(bytes) } : {}),
  } as unknown as TokenStep;
}

const steps = (recording: Recording) => recording.steps.flatMap((s, i) => (isToken(s) ? [{ step: s, text: idsOf(recording, i) }] : []));

describe('the draw', () => {
  it('is that of the published vectors of Philox', () => {
    // Random123's known answers: counter and key 0; the first two words, the second one high
    expect(drawBits(0n, 0)).toBe(0xe169c58d6627e8d5n); // of 6627e8d5 e169c58d bc57ac4c 9b00dbd8
  });

  it('falls below the total', () => {
    expect(pointOf(2n ** 64n - 1n, 1000)).toBe(999);
    expect(pointOf(0n, 1000)).toBe(0);
  });
});

describe('a chain over recorded logits', () => {
  const tale = recorded('tale');
  const options = optionsOfRun(tale.start);

  it('draws the number that the engine drew, at every step', () => {
    for (const { step: s } of steps(tale)) {
      if (s.why.greedy) continue;
      const drawn = Number(drawBits(BigInt(tale.start.run.seed), s.position) >> 11n) / 2 ** 53;
      expect(drawn).toBeCloseTo(s.why.draw, 8);
    }
  });

  it('names the token that the engine chose wherever it names one, and often does', () => {
    let named = 0;
    const all = steps(tale);
    for (const { step: s, text } of all) {
      const found = runChain(s, tale.start.model.vocabulary, options, text);
      expect(found.stages.map(stage => stage.name)).toEqual(s.why.stages.map(stage => stage.name));
      found.stages.forEach((stage, i) => {
        if (stage.kept !== null) expect(stage.kept).toBe(s.why.stages[i]!.kept);
      });
      if (found.chosen === null) continue;
      named++;
      expect(found.chosen).toBe(s.id);
      if (found.interval) expect(found.interval[0]).toBeCloseTo(s.why.interval[0], 5);
    }
    expect(named).toBeGreaterThan(all.length / 4);
  });

  it('says of no candidate that it was removed where the engine kept it, nor by another step', () => {
    for (const { step: s, text } of steps(tale)) {
      const found = runChain(s, tale.start.model.vocabulary, options, text);
      for (const c of s.candidates) if (found.removedBy.has(c.id)) expect(found.removedBy.get(c.id)).toBe(c.removedBy);
    }
  });

  it('fills a glass for each candidate and step until it was removed', () => {
    const { step: s } = steps(tale)[0]!;
    const { columns, rows } = fatesOf(tale, s, 8);
    expect(columns.map(c => c.name)).toEqual(['model', ...s.why.stages.map(stage => stage.name)]);
    for (const { candidate, after } of rows) {
      expect(after[0]).toBe(candidate.probability);
      if (candidate.removedBy !== null) expect(after.at(-1)).toBeNull();
    }
  });
});

describe('by hand, with half, a quarter, an eighth and two sixteenths', () => {
  const p = [0.5, 0.25, 0.125, 0.0625, 0.0625];

  it('top_k and top_p leave what a pencil leaves', () => {
    const kept = (change: Partial<ChainOptions>) => runChain(step(p, 'logits'), 5, { ...neutral, ...change }, []).stages[0]!.kept;
    expect(kept({ topK: 2 })).toBe(2);
    expect(kept({ topP: 0.74 })).toBe(2);
    expect(kept({ topP: 0.76 })).toBe(3);
    expect(kept({ minP: 0.2 })).toBe(3);
  });

  it('the order changes the answer: a flatter distribution has a larger nucleus', () => {
    const change = { temperature: 4, topP: 0.74 };
    const last = runChain(step(p, 'logits'), 5, { ...neutral, ...change }, []);
    const first = runChain(step(p, 'logits'), 5, { ...neutral, ...change, order: orders[1]!.order }, []);
    expect(last.stages.map(s => [s.name, s.kept])).toEqual([
      ['top_p', 2],
      ['temperature', 2],
    ]);
    expect(first.stages.map(s => [s.name, s.kept])).toEqual([
      ['temperature', 5],
      ['top_p', 4],
    ]);
  });

  it('a penalty takes the likeliest down where the text has it', () => {
    const shifted = p.map(x => x * Math.E ** 3);
    const result = runChain(step(shifted, 'logits'), 5, { ...neutral, temperature: 0, presence: 2 }, [0]);
    expect(result.chosen).toBe(1);
  });

  it('names a token from few candidates only where the others cannot change it', () => {
    for (let seed = 0; seed < 200; seed++) {
      const options = { ...neutral, temperature: 1.5, topP: 0.9, seed: String(seed) };
      const whole = runChain(step(p, 'logits'), 5, options, []);
      const part = runChain(step(p, 3), 5, options, []);
      if (part.chosen !== null) expect(part.chosen).toBe(whole.chosen);
    }
    expect(runChain(step(p, 3), 5, { ...neutral, topK: 2 }, []).chosen).toBe(
      runChain(step(p, 'logits'), 5, { ...neutral, topK: 2 }, []).chosen,
    );
  });
});

describe('what is asked of the engine', () => {
  it('names the steps that run, and no value of another', () => {
    expect(forEngine({ ...neutral, topK: 5, temperature: 0.5 })).toEqual({
      temperature: 0.5,
      top_k: 5,
      samplers: ['top_k', 'temperature'],
      seed: '7',
    });
  });
});
