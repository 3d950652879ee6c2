import { isToken } from '../trace/decode';
import { type Recording, tokenSteps } from '../trace/recording';
import type { TokenStep, TraceCandidate } from '../trace/types';
import { align } from './diff';

/** A place at which the two likeliest tokens were nearly equally likely. */
export interface Tie {
  position: number;
  tokens: [first: TraceCandidate, second: TraceCandidate];
  /** The second's probability by the first's: 1 where they are equal. */
  ratio: number;
}

export const leastRatio = 0.75;
/** Tokens of each text after a fork, the first included: as many as the tool's `lab fork` writes. */
export const forkTokens = 24;
/** Two texts meet where at least so many tokens at their ends are the same: one or two (a full stop) are chance. */
export const leastCommon = 4;

/** The places of a text at which the second likeliest token had at least three quarters of the likeliest one's probability; the nearest to equal first. */
export function tiesOf(recording: Recording, most = 6): Tie[] {
  return recording.steps
    .filter(isToken)
    .flatMap(({ position, candidates: [first, second] }) => {
      if (!first || !second) return [];
      const ratio = second.probability / first.probability;
      return ratio >= leastRatio ? [{ position, tokens: [first, second] as [TraceCandidate, TraceCandidate], ratio }] : [];
    })
    .sort((a, b) => b.ratio - a.ratio)
    .slice(0, most);
}

/** A text from the fork on, with the figures of `lab fork`. */
export interface ForkText {
  steps: TokenStep[];
  /** The sum of its log-probabilities. */
  score: number;
  /** Tokens after the fork that the first text has too, in the same order. */
  shared: number;
  /** The place (0 is the fork) from which both are the same to the end; null where they never meet. */
  meetsAt: number | null;
}

export function forkText(recording: Recording, first: Recording, position: number): ForkText {
  const steps = tokenSteps(recording).filter(step => step.position >= position);
  const ids = steps.map(step => step.id);
  const others = tokenSteps(first)
    .filter(step => step.position >= position)
    .map(step => step.id);
  const score = steps.reduce((sum, step) => sum + step.logprob, 0);
  return { steps, score, shared: common(ids.slice(1), others.slice(1)), meetsAt: meeting(ids, others) };
}

/** Length of the longest common subsequence. */
export function common(one: readonly number[], other: readonly number[]): number {
  const row = new Array<number>(other.length + 1).fill(0); // [tokens of the other]
  for (const id of one) {
    let diagonal = 0;
    for (let i = 1; i <= other.length; i++) {
      const above = row[i]!;
      row[i] = other[i - 1] === id ? diagonal + 1 : Math.max(above, row[i - 1]!);
      diagonal = above;
    }
  }
  return row[other.length]!;
}

/** The index at which the common end of two texts of equal length begins; null where it is shorter than chance would have it. */
export function meeting(one: readonly number[], other: readonly number[]): number | null {
  if (one.length !== other.length) return null;
  let at = one.length;
  while (at > 0 && one[at - 1] === other[at - 1]) at--;
  return at === 0 || one.length - at >= leastCommon ? at : null;
}

/** A column of the picture of a fork: a token of each text, by its number; whether it is one that both have. */
export interface Place {
  a: number | null;
  b: number | null;
  isShared: boolean;
}

/** Both texts in columns: what they share in one, what only one has beside what only the other has. */
export function placesOf(a: readonly number[], b: readonly number[]): Place[] {
  const places: Place[] = [];
  let alone: [number[], number[]] = [[], []];
  const flush = () => {
    for (let i = 0; i < Math.max(alone[0].length, alone[1].length); i++)
      places.push({ a: alone[0][i] ?? null, b: alone[1][i] ?? null, isShared: false });
    alone = [[], []];
  };
  for (const pair of align(a, b)) {
    if (pair.b === null) alone[0].push(pair.a!);
    else if (pair.a === null) alone[1].push(pair.b);
    else {
      flush();
      places.push({ a: pair.a, b: pair.b, isShared: true });
    }
  }
  flush();
  return places;
}
