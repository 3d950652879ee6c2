import { describe, expect, test } from 'vitest';
import { joined, labelOf } from '../src/trace/decode';
import { readTrace } from '../src/trace/read';
import { cut, eventsOf, extend, idsOf, toFile, tokenSteps, tokensOf } from '../src/trace/recording';
import { workOf } from '../src/trace/work';
import { recorded, traceFile } from './traces';

describe('a recording', () => {
  test('has what its file has, whatever pieces it came in', () => {
    const file = traceFile('tale');
    const events = [...eventsOf(file)];
    let made = extend(null, events.slice(0, 1));
    for (const event of events.slice(1)) made = extend(made, [event]);
    expect(toFile(made!)).toEqual(file);
    expect(extend(null, events)).toEqual(made);
  });

  test('text, ids and result agree', () => {
    const tale = recorded('tale');
    expect(
      tokenSteps(tale)
        .map(s => s.text)
        .join(''),
    ).toBe(tale.result!.text);
    expect(idsOf(tale).length).toBe(tale.result!.promptTokens + tale.result!.completionTokens);
    expect(tokensOf(tale, 0).length).toBe(tale.result!.promptTokens);
  });

  test('a text that goes on in another way is one text', () => {
    const tale = recorded('tale');
    const kept = cut(tale, 6);
    expect(kept.steps.length).toBe(6);
    expect(kept.result).toBeNull();

    const first = tokenSteps(kept).length;
    const restart = { ...tale.start, prompt: tokensOf(kept) };
    const rest = traceFile('tale')
      .steps.slice(6)
      .map(step => (step.kind === 'token' ? { ...step, index: step.index - first } : step));
    const whole = extend(kept, [{ type: 'start', start: restart }, ...rest.map(step => ({ type: 'step' as const, step }))])!;
    expect(whole.steps).toEqual(tale.steps);
    expect(whole.pieces).toEqual([0, 6]);
    expect(whole.start).toBe(tale.start);
  });

  test('what was read before is read again where a text goes on without the cache', () => {
    const tale = recorded('tale');
    const none = traceFile('tale-no-cache');
    const at = none.steps.findIndex(s => s.kind === 'token' && s.index === 3) - 1;
    const piece = none.steps[at]!;
    const kept = cut(
      tale,
      tale.steps.findIndex(s => s.kind === 'token' && s.index === 3),
    );
    const fresh = piece.kind === 'prefill' ? { ...piece, cache: { ...piece.cache, blocksRecomputed: 0 } } : piece; // as a request of its own counts
    const whole = extend(kept, [
      { type: 'start', start: tale.start },
      { type: 'step', step: fresh },
      { type: 'step', step: none.steps[at + 1]! },
    ])!;
    const work = workOf(whole).at(-1)!;
    expect(work.uncached).toBe(true);
    expect(work.recomputed).toBe(tale.start.model.layers * kept.steps.at(-1)!.cache.positions);
  });

  test('begins with its start', () => {
    expect(() => extend(null, [{ type: 'step', step: traceFile('tale').steps[0]! }])).toThrow('begins with its start');
  });
});

describe('a file', () => {
  test('that is none is refused in words', () => {
    expect(() => readTrace('{', 'a.json')).toThrow('a.json is no JSON');
    expect(() => readTrace('{"format":"x"}', 'a.json')).toThrow('expected "format": "sandglass-trace", found "x"');
    expect(() => readTrace('{"format":"sandglass-trace","version":2}', 'a.json')).toThrow('version 2');
    expect(() => readTrace('{"format":"sandglass-trace","version":1}', 'a.json')).toThrow('a part missing');
    expect(() => readTrace('null', 'a.json')).toThrow('is no trace');
  });
});

describe('a label', () => {
  test('is text, bytes that are no characters, or a name', () => {
    expect(labelOf({ id: 1, text: ' king' })).toBe(' king');
    expect(labelOf({ id: 2, text: '�', bytes: [0xf0, 0x9f] })).toBe('‹f0›‹9f›');
    expect(labelOf({ id: 0, text: '<|endoftext|>', bytes: [] })).toBe('‹endoftext›');
  });

  test('of several tokens joins bytes that are characters together and leaves control tokens out', () => {
    const begin = { id: 0, text: '<|endoftext|>', bytes: [] };
    const halves = [0xc3, 0xbc].map((byte, id) => ({ id, text: '�', bytes: [byte] }));
    expect(joined([begin, { id: 1, text: ' f' }, ...halves, { id: 2, text: 'r' }])).toBe(' für');
  });
});
