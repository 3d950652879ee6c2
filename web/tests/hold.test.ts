import { describe, expect, it } from 'vitest';
import { initial } from '../src/state/state';
import { createStore } from '../src/state/store';
import { Hold } from '../src/tree/hold';

const settled = () => new Promise(resolve => setTimeout(resolve));

/** How many turns a text has had so far, of those it asks for without an end. */
function running(free = 0) {
  const store = createStore({ ...initial, held: true });
  const abort = new AbortController();
  const hold = new Hold(store, abort.signal, free);
  const text = { turns: 0 };
  void (async () => {
    while (!abort.signal.aborted && text.turns < 100) {
      await hold.turn();
      if (abort.signal.aborted) return;
      text.turns++;
      if (!store.get().held) await settled();
    }
  })();
  return { store, abort, text };
}

describe('texts that a hand holds', () => {
  it('wait, and take one token at each nudge', async () => {
    const { store, abort, text } = running();
    await settled();
    expect(text.turns).toBe(0);
    store.set({ nudges: 1 });
    await settled();
    expect(text.turns).toBe(1);
    store.set({ nudges: 2 });
    store.set({ nudges: 3 });
    await settled();
    expect(text.turns).toBe(3);
    abort.abort();
  });

  it('begin with what they are given, and go on when they are let go', async () => {
    const { store, abort, text } = running(1);
    await settled();
    expect(text.turns).toBe(1);
    store.set({ held: false });
    await settled();
    await settled();
    expect(text.turns).toBeGreaterThan(1);
    store.set({ held: true });
    await settled();
    const before = text.turns;
    await settled();
    expect(text.turns).toBe(before);
    abort.abort();
  });

  it('end where they are stopped', async () => {
    const { abort, text } = running();
    await settled();
    abort.abort();
    await settled();
    expect(text.turns).toBe(0);
  });
});
