import { type Recording, tokenSteps } from '../trace/recording';
import type { TokenStep, TraceToken } from '../trace/types';

/** A pass through the model and what it gave: guesses that held, and the model's own token after them. */
export interface Pass {
  tokens: TokenStep[];
  drafted: TraceToken[];
  held: number;
}

export function passesOf(recording: Recording): Pass[] {
  const passes: Pass[] = [];
  let last = -1;
  for (const step of tokenSteps(recording)) {
    if (step.pass !== last || passes.length === 0) passes.push({ tokens: [], drafted: step.drafted ?? [], held: 0 });
    last = step.pass;
    const pass = passes[passes.length - 1]!;
    pass.tokens.push(step);
    if (step.isDraft) pass.held++;
  }
  return passes;
}

export interface Guesses {
  tokens: number;
  passes: number;
  drafted: number;
  held: number;
  /** Passes that one token each would have taken and that were not needed. */
  saved: number;
}

export function guessesOf(passes: readonly Pass[]): Guesses {
  const tokens = passes.reduce((sum, pass) => sum + pass.tokens.length, 0);
  const drafted = passes.reduce((sum, pass) => sum + pass.drafted.length, 0);
  const held = passes.reduce((sum, pass) => sum + pass.held, 0);
  return { tokens, passes: passes.length, drafted, held, saved: tokens - passes.length };
}
