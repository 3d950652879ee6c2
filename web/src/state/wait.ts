import type { Store } from './store';

/** Resolves after a time, or where a signal ends it. Neither leaves anything behind. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}

/** Resolves when a state is so; rejects where a signal ends it. Neither leaves anything behind. */
export async function until<T extends object>(store: Store<T>, isSo: (state: T) => boolean, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const ends: (() => void)[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop);
      ends.push(
        () => signal.removeEventListener('abort', stop),
        store.watch(isSo, so => so && resolve()),
      );
    });
  } finally {
    for (const end of ends) end();
  }
}
