import type { State } from '../state/state';
import type { Store } from '../state/store';

/** What a hand does to a text of the tree that is being written: it holds all of them, and lets each take one token more. */
export class Hold {
  private seen: number;

  /** @param free Tokens that come though a hand holds them. */
  constructor(
    private readonly store: Store<State>,
    private readonly signal: AbortSignal,
    private free = 0,
  ) {
    this.seen = store.get().nudges;
  }

  /** Resolves when the next token may come. */
  async turn(): Promise<void> {
    for (;;) {
      const { held, nudges } = this.store.get();
      if (this.signal.aborted || !held) {
        this.seen = nudges;
        this.free = 0;
        return;
      }
      this.free += nudges - this.seen;
      this.seen = nudges;
      if (this.free > 0) {
        this.free--;
        return;
      }
      await this.change();
    }
  }

  private change(): Promise<void> {
    const { store, signal } = this;
    return new Promise(resolve => {
      let isFirst = true; // a store tells at once what is
      const end = store.watch(
        s => `${s.held} ${s.nudges}`,
        () => {
          if (!isFirst) done();
        },
      );
      isFirst = false;
      const done = () => {
        end();
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done);
    });
  }
}
