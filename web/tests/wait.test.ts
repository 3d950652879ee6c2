import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createStore } from '../src/state/store';
import { until, wait } from '../src/state/wait';

const listening = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

/** A store that says how many watch it. */
function counted() {
  const store = createStore({ n: 0 });
  const count = { watching: 0 };
  const watch: typeof store.watch = (...args) => {
    count.watching++;
    const end = store.watch(...args);
    return () => {
      count.watching--;
      end();
    };
  };
  return { store: { ...store, watch }, count };
}

describe('who waits', () => {
  test('leaves no listener behind, though one signal is waited with for long', async () => {
    const { signal } = new AbortController();
    for (let i = 0; i < 5; i++) await wait(0, signal);
    expect(listening(signal)).toBe(0);
  });

  test('goes on at once where it is ended, before or meanwhile', async () => {
    const abort = new AbortController();
    const waits = wait(1e9, abort.signal);
    expect(listening(abort.signal)).toBe(1);
    abort.abort();
    await waits;
    await wait(1e9, abort.signal);
    expect(listening(abort.signal)).toBe(0);
  });

  test('for a state goes on when it is so, and watches no more', async () => {
    const { store, count } = counted();
    const { signal } = new AbortController();
    await until(store, s => s.n === 0, signal);
    const waits = until(store, s => s.n === 2, signal);
    expect([count.watching, listening(signal)]).toEqual([1, 1]);
    store.set({ n: 1 });
    store.set({ n: 2 });
    await waits;
    expect([count.watching, listening(signal)]).toEqual([0, 0]);
  });

  test('for a state is told where it is ended, and watches no more', async () => {
    const { store, count } = counted();
    const abort = new AbortController();
    const waits = until(store, s => s.n === 2, abort.signal);
    abort.abort(new Error('enough'));
    await expect(waits).rejects.toThrow('enough');
    await expect(until(store, s => s.n === 0, abort.signal)).rejects.toThrow('enough');
    expect([count.watching, listening(abort.signal)]).toEqual([0, 0]);
  });
});
