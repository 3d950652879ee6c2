/** State that never changes in place, and those who want to know when a part of it is another. */
export interface Store<T extends object> {
  get(): T;
  set(change: Partial<T> | ((state: T) => Partial<T>)): void;
  /** Calls with what `pick` gives, now and whenever that is another. Ends by the function that it returns. */
  watch<P>(pick: (state: T) => P, tell: (picked: P, state: T) => void, equal?: (a: P, b: P) => boolean): () => void;
}

export function createStore<T extends object>(initial: T): Store<T> {
  let state = initial;
  const watchers = new Set<() => void>();
  return {
    get: () => state,
    set(change) {
      const next = typeof change === 'function' ? change(state) : change;
      state = { ...state, ...next };
      for (const tell of [...watchers]) tell();
    },
    watch(pick, tell, equal = Object.is) {
      let last = pick(state);
      const look = () => {
        const picked = pick(state);
        if (equal(picked, last)) return;
        last = picked;
        tell(picked, state);
      };
      watchers.add(look);
      tell(last, state);
      return () => watchers.delete(look);
    },
  };
}

/** For `pick` that makes a new array or object each time. */
export function shallowEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
