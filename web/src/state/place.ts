import type { State } from './state';
import type { Store } from './store';

/** Views that say themselves what of them stands in the address: `#view=guide&chapter=3-cache`. */
const views = ['lab', 'guide'];

/** The view and its place, of the part of an address behind #; null where it is of the text that is written. */
export function readPlace(hash: string): { view: string; place: string } | null {
  const place = hash.replace(/^#/, '');
  const view = new URLSearchParams(place).get('view');
  return view !== null && views.includes(view) ? { view, place } : null;
}

/** Says where in its view somebody is now; the address follows. */
export function showPlace(store: Store<State>, place: string) {
  history.replaceState(null, '', `#${place}`);
  store.set({ place });
}

/** Keeps the address true: what it says of one view is not said of another. */
export function watchPlace(store: Store<State>, openText: () => void) {
  addEventListener('hashchange', () => {
    const asked = readPlace(location.hash);
    if (asked) store.set(asked);
    else if (location.hash.length > 1) openText();
  });
  store.watch(
    s => s.view,
    view => {
      const shown = readPlace(location.hash);
      if (shown && shown.view !== view) history.replaceState(null, '', location.pathname + location.search);
    },
  );
}
