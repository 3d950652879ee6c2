import { isToken, tokenOf } from './decode';
import type { TokenStep, TraceEvent, TraceFile, TraceResult, TraceStart, TraceStep, TraceToken } from './types';

/** One text as far as it is known: what a source told so far. A text that is continued with other options is one recording of several pieces. */
export interface Recording {
  start: TraceStart;
  steps: readonly TraceStep[];
  result: TraceResult | null;
  /** The number of the step that each piece begins with; the first is 0. */
  pieces: readonly number[];
  /** Positions whose token no draw chose: a hand put it there. */
  forced?: readonly number[];
}

export function begin(start: TraceStart): Recording {
  return { start, steps: [], result: null, pieces: [0] };
}

/** The recording with more events. A second start continues the text: its prompt is everything written so far. */
export function extend(recording: Recording | null, events: readonly TraceEvent[]): Recording | null {
  let made = recording;
  let steps: TraceStep[] | null = null;
  for (const event of events) {
    if (event.type === 'start') {
      made = made ? { ...made, result: null, pieces: [...made.pieces, (steps ?? made.steps).length] } : begin(event.start);
    } else if (!made) {
      throw new Error(`A trace begins with its start, not with ${event.type}.`);
    } else if (event.type === 'step') {
      steps ??= [...made.steps];
      steps.push(placed(made.start, event.step));
    } else {
      made = { ...made, result: event.result };
    }
  }
  return made && steps ? { ...made, steps } : made;
}

/** In a text that was continued, a token's index counts from the first prompt's end. */
function placed(start: TraceStart, step: TraceStep): TraceStep {
  if (!isToken(step)) return step;
  const index = step.position - start.prompt.length;
  return index === step.index ? step : { ...step, index };
}

/** The first steps of a recording: what is kept when the text goes on in another way. */
export function cut(recording: Recording, steps: number): Recording {
  const kept = recording.steps.slice(0, steps);
  const end = kept.findLast(isToken)?.position ?? -1;
  const forced = recording.forced?.filter(position => position <= end);
  return { ...recording, steps: kept, result: null, pieces: recording.pieces.filter(p => p === 0 || p < steps), forced };
}

export function tokenSteps(recording: Recording, upTo = recording.steps.length): TokenStep[] {
  return recording.steps.slice(0, upTo).filter(isToken);
}

/** Prompt and what was written, as far as some step. */
export function tokensOf(recording: Recording, upTo = recording.steps.length): TraceToken[] {
  return [...recording.start.prompt, ...tokenSteps(recording, upTo).map(tokenOf)];
}

export function idsOf(recording: Recording, upTo = recording.steps.length): number[] {
  return tokensOf(recording, upTo).map(token => token.id);
}

/** What a file tells was done by the engine: up to a token that a hand put there, the text is a prompt. */
export function toFile(recording: Recording): TraceFile {
  const { start, steps, result, forced = [] } = recording;
  if (forced.length > 0) {
    const at = steps.findIndex(step => isToken(step) && step.position === forced[forced.length - 1]);
    const own = steps
      .slice(at + 1)
      .map(step => (isToken(step) ? { ...step, index: step.position - forced[forced.length - 1]! - 1 } : step));
    return { ...start, prompt: tokensOf(recording, at + 1), steps: own, ...(result ? { result } : {}) };
  }
  return { ...start, steps: [...steps], ...(result ? { result } : {}) };
}

export function* eventsOf(file: TraceFile): Generator<TraceEvent> {
  const { steps, result, ...start } = file;
  yield { type: 'start', start };
  for (const step of steps) yield { type: 'step', step };
  if (result) yield { type: 'result', result };
}
