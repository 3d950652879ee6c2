import type { Player } from '../state/player';
import type { State } from '../state/state';
import type { Store } from '../state/store';

/** What a part of the page may use. */
export interface Page {
  store: Store<State>;
  player: Player;
  /** Says something to those who listen instead of looking. */
  announce(text: string): void;
}

/**
 * A part of the page with a tab of its own: a view in the middle (the scene, the tree, the chat) or a panel at the side (why, cost, steps).
 * It is mounted when its tab is first opened; what it needs may be fetched then.
 */
export interface Part {
  id: string;
  title: string;
  place: 'view' | 'side';
  /** Whether the prompt, the settings and the transport stand beside it; a view that has its own says false. */
  controls?: boolean;
  /** Whether the panel at the side does: what it tells is of one text. */
  details?: boolean;
  mount(root: HTMLElement, page: Page): void | Promise<void>;
}
