import type { Page } from '../page/parts';
import { createStore, type Store } from '../state/store';

interface TourState {
  running: boolean;
  /** Whether it is offered: to one who was never here, and came by no address that somebody shared. */
  offered: boolean;
}

const key = 'tour';
const known = new WeakMap<Page, Tour>();

/** The tour of a page, whoever offers it. */
export function tourOf(page: Page): Tour {
  let found = known.get(page);
  if (!found) {
    found = new Tour(page);
    known.set(page, found);
  }
  return found;
}

/** The guided tour, as far as the page knows it before it is taken: what it tells is fetched then. */
export class Tour {
  readonly store: Store<TourState> = createStore<TourState>({ running: false, offered: location.hash === '' && !seen() });

  constructor(private readonly page: Page) {}

  async start() {
    if (this.store.get().running) return;
    const from = document.activeElement;
    remember();
    this.store.set({ running: true, offered: false });
    try {
      const { Guide } = await import('./guide');
      new Guide(this.page, () => {
        this.store.set({ running: false });
        if (from instanceof HTMLElement && from !== document.body && from.checkVisibility()) from.focus();
        else document.querySelector<HTMLElement>('[data-testid="tour"]')?.focus();
      }).go(0);
    } catch (error) {
      this.store.set({ running: false });
      this.page.store.set({ problem: `The tour cannot be fetched: ${(error as Error).message}` });
    }
  }
}

function seen(): boolean {
  try {
    return localStorage.getItem(key) !== null;
  } catch {
    return false; // a browser that keeps nothing
  }
}

function remember() {
  try {
    localStorage.setItem(key, 'seen');
  } catch {
    // the same
  }
}
