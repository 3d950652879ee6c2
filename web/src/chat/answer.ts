import { EngineError, type TraceRequest, type TraceSource } from '../engine/source';
import { speed } from '../page/number';
import { extend, type Recording, tokenSteps } from '../trace/recording';
import type { TraceEvent } from '../trace/types';
import type { Usage } from './conversation';

const frameMs = 40; // an answer is shown anew at most 25 times a second

export interface Heard {
  recording: Recording | null;
  /** Why it broke off; null where it came to its end or was stopped. */
  error: string | null;
}

/** Asks an engine and tells what came of its answer so far, until it is whole, stopped or broken off. A recording that is given goes on. */
export async function hear(
  source: TraceSource,
  request: TraceRequest,
  before: Recording | null,
  signal: AbortSignal,
  tell: (recording: Recording) => void,
): Promise<Heard> {
  let recording = before;
  let waiting: TraceEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let whole = false;
  let error: string | null = null;
  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (waiting.length === 0) return;
    recording = extend(recording, waiting);
    waiting = [];
    if (recording) tell(recording);
  };
  try {
    for await (const event of source.trace(request, signal)) {
      if (signal.aborted) break;
      waiting.push(event);
      whole ||= event.type === 'result';
      timer ??= setTimeout(flush, frameMs);
    }
    if (!whole && !signal.aborted) error = 'The answer broke off: the server went away before its end.';
  } catch (failure) {
    if (!signal.aborted) error = wordsOf(failure);
  }
  flush();
  return { recording, error };
}

function wordsOf(failure: unknown): string {
  if (failure instanceof EngineError) return failure.message;
  if (failure instanceof TypeError) return `The server cannot be reached, or went away (${failure.message}).`;
  return failure instanceof Error ? failure.message : String(failure);
}

/** What an answer took: as the engine says at its end, before that as its steps tell. */
export function usageOf(recording: Recording): Usage {
  const steps = tokenSteps(recording);
  const { result } = recording;
  const adopted = recording.steps.find(step => step.kind === 'prefill');
  const first = steps[0]?.elapsedMs ?? null;
  const pieces = recording.pieces.length; // of a text that went on, only the first piece's times are of one request
  const took = first !== null && pieces === 1 ? steps.at(-1)!.elapsedMs - first : 0;
  return {
    promptTokens: recording.start.prompt.length,
    cachedTokens: adopted?.kind === 'prefill' ? adopted.adopted : 0,
    completionTokens: steps.length,
    ttftMs: pieces === 1 ? (result?.ttftMs ?? first) : first,
    tokensPerSecond: result?.decodeTokensPerSecond ?? (took > 0 ? (1000 * (steps.length - 1)) / took : null),
  };
}

/** In words: 12 tokens of 40 read (28 cached) … */
export function usageWords(usage: Usage): string {
  const { promptTokens, cachedTokens, completionTokens, ttftMs, tokensPerSecond } = usage;
  return [
    `${completionTokens} ${completionTokens === 1 ? 'token' : 'tokens'}`,
    `prompt ${promptTokens}${cachedTokens > 0 ? ` (${cachedTokens} cached)` : ''}`,
    tokensPerSecond === null ? '' : `${speed(tokensPerSecond)} tokens/s`,
    ttftMs === null ? '' : `first after ${ttftMs < 1000 ? `${ttftMs.toFixed(0)} ms` : `${(ttftMs / 1000).toFixed(1)} s`}`,
  ]
    .filter(Boolean)
    .join(' · ');
}
