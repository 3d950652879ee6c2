import { labelOf, tokenOf } from '../trace/decode';
import { type Recording, tokenSteps } from '../trace/recording';
import type { TokenStep, TraceCandidate, TraceToken } from '../trace/types';

/** What the model was undecided by, in nats. */
export function entropyOf(step: TokenStep): number {
  return step.why.entropyRaw ?? 0;
}

const isWord = (token: TraceToken) => /^\s?\p{L}{2,}$/u.test(labelOf(token));

const drawn = ({ forced = [], ...recording }: Recording) =>
  tokenSteps(recording).filter(step => !forced.includes(step.position) && step.candidates.length > 1 && step.text !== '');

const best = (steps: readonly TokenStep[], isBetter: (a: TokenStep, b: TokenStep) => boolean) =>
  steps.reduce<TokenStep | null>((found, step) => (!found || isBetter(step, found) ? step : found), null);

/** Where the model was least sure of what comes next: a word rather than a sign, since a word can be talked of. */
export function leastSure(recording: Recording): TokenStep | null {
  const all = drawn(recording);
  const words = all.filter(step => isWord(tokenOf(step)));
  return best(words.length > 0 ? words : all, (a, b) => entropyOf(a) > entropyOf(b));
}

/** Where it was surest, of whatever. */
export function surest(recording: Recording): TokenStep | null {
  return best(drawn(recording), (a, b) => entropyOf(a) < entropyOf(b));
}

export interface Fork {
  step: TokenStep;
  /** The likeliest token that was not taken. */
  other: TraceCandidate;
}

const fewestBefore = 3;
const fewestAfter = 8;

/** The likeliest token that did not come at a step; one that the chain had left, and a word, where there is one. */
export function otherAt(step: TokenStep): TraceCandidate | null {
  const others = step.candidates.filter(c => c.id !== step.id && labelOf(c).trim() !== '');
  return others.find(c => c.removedBy === null && isWord(c)) ?? others.find(c => c.removedBy === null) ?? null;
}

/**
 * Where a text could well have gone another way: the other token was likely, there is a text behind it to compare with, and little would be read again, since
 * the pages before it are full.
 */
export function forkOf(recording: Recording): Fork | null {
  const { start } = recording;
  const all = tokenSteps(recording);
  const inside = all.filter(step => step.index >= fewestBefore && step.index < all.length - fewestAfter);
  const steps = (inside.length > 0 ? inside : all).filter(step => !recording.forced?.includes(step.position));
  let found: (Fork & { worth: number }) | null = null;
  for (const step of steps) {
    const other = otherAt(step);
    if (!other) continue;
    const full = start.model.pagePositions > 0 ? step.position - (step.position % start.model.pagePositions) : 0;
    const worth = other.probability * (0.1 + full / Math.max(1, step.position)) * (isWord(other) ? 1 : 0.4);
    if (!found || worth > found.worth) found = { step, other, worth };
  }
  return found && { step: found.step, other: found.other };
}
