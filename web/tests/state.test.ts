import { describe, expect, test, vi } from 'vitest';
import { Ahead } from '../src/engine/ahead';
import { eventsIn } from '../src/engine/events';
import { jsonOf } from '../src/engine/json';
import type { TraceRequest, TraceSource } from '../src/engine/source';
import { bitsEqual, readAddress, writeAddress } from '../src/state/address';
import { optionsOf, Player } from '../src/state/player';
import { defaults, initial, type State } from '../src/state/state';
import { createStore, type Store } from '../src/state/store';
import { eventsOf, idsOf, tokenSteps } from '../src/trace/recording';
import type { TraceEvent } from '../src/trace/types';
import { recorded, traceFile } from './traces';

describe('the store', () => {
  test('tells those whose part changed, and nobody else', () => {
    const store = createStore({ a: 1, b: 1 });
    const [a, b] = [vi.fn(), vi.fn()];
    const end = store.watch(s => s.a, a);
    store.watch(s => s.b, b);
    store.set({ a: 2 });
    end();
    store.set(s => ({ a: s.a + 1, b: 2 }));
    expect(a.mock.calls.map(c => c[0])).toEqual([1, 2]);
    expect(b.mock.calls.map(c => c[0])).toEqual([1, 2]);
    expect(store.get()).toEqual({ a: 3, b: 2 });
  });
});

describe('the address', () => {
  const state: State = {
    ...initial,
    settings: { ...defaults, prompt: 'A fox & a crow?\n#1', temperature: 0.5 },
    cache: false,
    recording: recorded('tale'),
  };

  test('comes back as it was', () => {
    const shared = readAddress(writeAddress(state));
    expect(shared.settings).toEqual({ prompt: state.settings.prompt, temperature: 0.5, seed: '7' });
    expect(shared.cache).toBe(false);
    expect(shared.modelHash).toBe(state.recording!.start.model.hash);
    expect(bitsEqual({ ...state, expected: shared.expected! })).toBe(true);
  });

  test('says when the bits are others, and nothing before it is known', () => {
    expect(bitsEqual({ ...state, expected: { step: 3, hash: '0123456789abcdef' } })).toBe(false);
    expect(bitsEqual({ ...state, expected: { step: 999, hash: '0123456789abcdef' } })).toBeNull();
  });

  test('takes nothing that is none', () => {
    expect(readAddress('#temperature=hot&bits=1.zz&top_k=&max_tokens=12')).toEqual({ settings: { maxTokens: 12 } });
  });
});

describe('requests', () => {
  test('leave out what is neutral', () => {
    expect(optionsOf({ ...defaults, topK: 0, topP: 1, minP: 0, seed: '' })).toEqual({ max_tokens: 64, temperature: 0.8 });
  });

  test('a seed of 64 bits loses none', () => {
    expect(jsonOf({ prompt: 'a', seed: '18446744073709551615' })).toBe('{"prompt":"a","seed":18446744073709551615}');
    expect(jsonOf({ seed: '7' })).toBe('{"seed":7}');
    expect(jsonOf({ prompt: 'a' })).toBe('{"prompt":"a"}');
  });
});

test('events are whole, wherever the stream is cut', async () => {
  const bytes = new TextEncoder().encode(
    'event: start\ndata: {"a":"ä"}\n\n: a comment\n\nevent: step\r\ndata: 1\r\ndata: 2\r\n\r\ndata: [DONE]\n\n',
  );
  for (const size of [1, 3, 7, 1000]) {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < bytes.length; i += size) controller.enqueue(bytes.slice(i, i + size));
        controller.close();
      },
    });
    const found = [];
    for await (const event of eventsIn(body)) found.push(event);
    expect(found).toEqual([
      { event: 'start', data: '{"a":"ä"}' },
      { event: 'step', data: '1\n2' },
      { event: 'message', data: '[DONE]' },
    ]);
  }
});

test('what comes ahead is kept, and a failure comes after it', async () => {
  const ahead = new Ahead(
    (async function* () {
      yield 1;
      yield 2;
      throw new Error('cut');
    })(),
  );
  const found: number[] = [];
  await expect(
    (async () => {
      for await (const item of ahead) found.push(item);
    })(),
  ).rejects.toThrow('cut');
  expect(found).toEqual([1, 2]);
});

/** Answers each request with a recorded run, from where the request's ids end. */
class Replayed implements TraceSource {
  readonly kind = 'server';
  readonly requests: TraceRequest[] = [];

  async models() {
    return [];
  }

  async *trace(request: TraceRequest, signal: AbortSignal): AsyncGenerator<TraceEvent> {
    this.requests.push(request);
    const file = traceFile('tale');
    const from = Array.isArray(request.prompt) ? request.prompt.length : file.prompt.length;
    for (const event of eventsOf(file)) {
      if (signal.aborted) return;
      if (event.type === 'step' && event.step.kind === 'token' && event.step.position < from) continue;
      yield event.type === 'step' && event.step.kind === 'token'
        ? { ...event, step: { ...event.step, index: event.step.position - from } }
        : event;
    }
  }
}

function player(speed: State['speed']): { store: Store<State>; player: Player; source: Replayed } {
  const source = new Replayed();
  const store = createStore<State>({ ...initial, speed });
  return { store, player: new Player(store, new Map([['server', source]])), source };
}

const until = (store: Store<State>, true_: (s: State) => boolean) =>
  vi.waitFor(() => expect(true_(store.get())).toBe(true), { timeout: 4000 });

describe('the player', () => {
  test('as fast as it goes writes all of it', async () => {
    const { store, player: p } = player('max');
    p.generate();
    await until(store, s => s.phase === 'idle' && s.recording !== null);
    expect(store.get().recording).toEqual(recorded('tale'));
    expect(store.get().cursor).toBe(store.get().recording!.steps.length);
  });

  test('one at a time: a token for each step, back and forth', async () => {
    const { store, player: p } = player('step');
    p.generate();
    const shown = () => tokenSteps(store.get().recording!, store.get().cursor).length;
    await until(store, s => s.recording !== null && shown() === 1);
    p.step();
    await until(store, () => shown() === 2);
    p.back();
    expect(shown()).toBe(1);
    p.step();
    expect(shown()).toBe(2);
    expect(store.get().phase).toBe('paused');
  });

  test('the switch of the cache goes on from the ids that are shown, with the same seed', async () => {
    const { store, player: p, source } = player('step');
    p.generate();
    await until(store, s => (s.recording?.steps.length ?? 0) > 1);
    p.setCache(false);
    await vi.waitFor(() => expect(source.requests.length).toBe(2));
    const { prompt, options } = source.requests[1]!;
    expect(prompt).toEqual(idsOf(recorded('tale')).slice(0, recorded('tale').start.prompt.length + 1));
    expect(options).toMatchObject({ no_cache: true, seed: '7', max_tokens: 63 });
    store.set({ speed: 'max' });
    p.resume();
    await until(store, s => s.phase === 'idle');
    expect(idsOf(store.get().recording!)).toEqual(idsOf(recorded('tale')));
    expect(store.get().recording!.pieces.length).toBe(2);
  });

  test('a failure is told, and ends it', async () => {
    const { store, player: p } = player('max');
    store.set({ engine: 'tab' });
    p.generate();
    await until(store, s => s.problem !== null);
    expect(store.get().phase).toBe('idle');
  });
});
