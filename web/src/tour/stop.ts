import type { State } from '../state/state';
import type { Drive } from './drive';
import type { Piece } from './say';

/** Something that can be done at a stop. */
export interface Act {
  title: string;
  run(drive: Drive, signal: AbortSignal): Promise<void>;
}

/** One stop of the tour: a piece of the story, told with the figures of the text that the page shows. */
export interface Stop {
  id: string;
  title: string;
  /** Brings the page to where it can be told. */
  enter(drive: Drive, signal: AbortSignal): Promise<void>;
  /** Two to four sentences about what is shown now. */
  words(state: State, drive: Drive): Piece[];
  /** What is outlined: the first of these that is seen, and all elements that it names. */
  look(state: State, isSheet: boolean): string[];
  /** What should be seen beside it; on a sheet, what there is room for. */
  keep(isSheet: boolean): string[];
  acts(state: State, drive: Drive): Act[];
}
