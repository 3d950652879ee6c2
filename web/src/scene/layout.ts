import { isToken, labelOf, visible } from '../trace/decode';
import { type Recording, tokensOf } from '../trace/recording';
import type { TokenStep } from '../trace/types';
import { lastWork } from '../trace/work';

/** Where everything stands, in units of a block's depth: the text along x, what is above it along y, the fan of beams away along z. */
export const glassHeight = 1.5;
const gap = 0.3;
const stackTop = -0.3;
const stackHeight = 3;
const thickest = 0.46;

/** So many cache blocks are drawn one by one; of more, those of neighbouring layers are drawn as one. */
const mostBlocks = 6000;

export interface PlacedToken {
  position: number;
  label: string;
  given: boolean;
  /** Its probability when it was chosen: how full its glass is. */
  fill: number;
  x: number;
  width: number;
}

export type PageKind = 'own' | 'adopted' | 'shared' | 'left';

export interface PlacedPage {
  kind: PageKind;
  quantized: boolean;
  first: number;
  /** One past the last position. */
  end: number;
  x: number;
  width: number;
}

export interface Layout {
  tokens: readonly PlacedToken[];
  pages: readonly PlacedPage[];
  /** Layers of the model that one drawn block stands for. */
  merged: number;
  /** Drawn blocks under a token. */
  blocks: number;
  /** Positions whose keys and values are there. */
  filled: number;
  /** Positions whose blocks the last step computed again. */
  recomputed: number;
  /** Whether anything is kept. */
  kept: boolean;
  headX: number;
}

const letters: Record<string, PageKind> = { o: 'own', a: 'adopted', s: 'shared', l: 'left' };

let last: { recording: Recording; cursor: number; made: Layout } | null = null;

/** The same recording at the same cursor is laid out once, whoever asks. */
export function layout(recording: Recording, cursor: number): Layout {
  if (last?.recording !== recording || last.cursor !== cursor) last = { recording, cursor, made: arrange(recording, cursor) };
  return last.made;
}

function arrange(recording: Recording, cursor: number): Layout {
  const { layers, pagePositions } = recording.start.model;
  const step = recording.steps[Math.min(cursor, recording.steps.length) - 1];
  const chances = chancesOf(recording, cursor);
  const tokens: PlacedToken[] = [];
  let x = 0;
  const given = recording.start.prompt.length;
  tokensOf(recording, cursor).forEach((token, position) => {
    const label = position === 0 && token.bytes?.length === 0 ? '‹start›' : visible(labelOf(token));
    const width = widthOf(label);
    tokens.push({ position, label, given: position < given, fill: chances.get(position) ?? 0, x: x + width / 2, width });
    x += width + gap;
  });
  const blocks = Math.min(layers, Math.max(1, Math.floor(mostBlocks / Math.max(1, tokens.length))));
  const merged = Math.ceil(layers / blocks);
  const work = step && isToken(step) ? lastWork(recording, cursor) : null;
  const again = work?.uncached === true;
  return {
    tokens,
    pages: pagesOf(step?.cache.pages ?? '', tokens, pagePositions),
    merged,
    blocks: Math.ceil(layers / merged),
    filled: again && step && isToken(step) ? step.position : (step?.cache.positions ?? 0),
    recomputed: again ? Math.round(work.recomputed / layers) : 0,
    kept: step !== undefined && step.cache.bytes > 0,
    headX: x + 0.55,
  };
}

/** A longer text has a wider block: so the row reads as a line does. */
export function widthOf(label: string): number {
  return Math.min(2.6, Math.max(0.85, 0.5 + 0.19 * label.length));
}

function chancesOf(recording: Recording, cursor: number): Map<number, number> {
  const found = new Map<number, number>();
  for (const step of recording.steps.slice(0, cursor)) if (isToken(step)) found.set(step.position, Math.exp(step.logprob));
  return found;
}

function pagesOf(pages: string, tokens: readonly PlacedToken[], size: number): PlacedPage[] {
  const placed: PlacedPage[] = [];
  for (let i = 0; i < pages.length && i * size < tokens.length; i++) {
    const letter = pages[i]!;
    const first = i * size;
    const end = Math.min(tokens.length, first + size);
    const from = tokens[first]!;
    const to = tokens[end - 1]!;
    const [left, right] = [from.x - from.width / 2, to.x + to.width / 2];
    placed.push({
      kind: letters[letter.toLowerCase()] ?? 'own',
      quantized: letter !== letter.toLowerCase(),
      first,
      end,
      x: (left + right) / 2,
      width: right - left,
    });
  }
  return placed;
}

/** Of the block of some layers, from the topmost down. */
export function blockPlace(index: number, blocks: number): { y: number; height: number } {
  const pitch = Math.min(thickest, stackHeight / blocks);
  return { y: stackTop - pitch * (index + 0.5), height: pitch * 0.78 };
}

export function stackBottom(blocks: number): number {
  return stackTop - Math.min(thickest, stackHeight / blocks) * blocks;
}

/** The step whose choice is looked at: that of a selected token, or the last one shown. */
export function stepShown(recording: Recording, cursor: number, selected: number | null): TokenStep | null {
  const shown = recording.steps.slice(0, cursor);
  const found = shown.findLast(step => isToken(step) && (selected === null || step.position === selected));
  return (found as TokenStep | undefined) ?? null;
}
