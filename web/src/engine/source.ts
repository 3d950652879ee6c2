import type { TraceEvent, TraceWatched } from '../trace/types';

export type EngineKind = 'server' | 'tab' | 'trace';

/** A model as /v1/models lists it, as far as the page reads it. */
export interface ServedModel {
  id: string;
  hash: string;
  context: number;
  layers?: number;
  bytes?: number;
  /** Whether its file says how a conversation is written; undefined where the engine does not tell. */
  chatTemplate?: boolean;
}

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** What is to be written: a text or its ids (or a conversation), and the API's options under their names. */
export interface TraceRequest {
  model: string;
  prompt?: string | readonly number[];
  messages?: readonly ChatMessage[];
  options: Readonly<Record<string, unknown>>;
  watch: Partial<TraceWatched>;
}

/**
 * Where traces come from. Each is asked in the same way and answers with the same events; what it has of a text is taken as it is asked for,
 * so a source that computes for itself rests while nobody asks.
 */
export interface TraceSource {
  readonly kind: EngineKind;
  models(): Promise<readonly ServedModel[]>;
  trace(request: TraceRequest, signal: AbortSignal): AsyncIterable<TraceEvent>;
}

/** A failure with the words and the code that the engine gave it. */
export class EngineError extends Error {
  constructor(
    message: string,
    readonly code = '',
    readonly status = 0,
  ) {
    super(message);
    this.name = 'EngineError';
  }
}
