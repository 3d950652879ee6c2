// The trace as contract/trace.schema.json has it; a test compares the two. Times are milliseconds, entropies nats, logarithms natural.

export type Base64 = string;

export interface TraceToken {
  id: number;
  text: string;
  /** Only where the text does not say them: bytes that are not whole characters. */
  bytes?: number[];
}

export interface TraceModel {
  name: string;
  hash: string;
  architecture: string;
  layers: number;
  heads: number;
  kvHeads: number;
  keyDim: number;
  valueDim: number;
  width: number;
  vocabulary: number;
  context: number;
  pagePositions: number;
  weightBytesPerToken: number;
  cacheBytesPerPosition: number;
}

export type CacheType = 'f32' | 'f16' | 'q8' | 'q4';

export interface TraceWatched {
  candidates: number;
  asked: number[];
  attention: 'none' | 'means' | 'all';
  heads: [layer: number, head: number][];
  logits: boolean;
}

export interface TraceRun {
  /** 64 bits, as a text. */
  seed: string;
  options: Record<string, unknown>;
  watched: TraceWatched;
  samplers: string[];
  cacheTypeKeys: CacheType;
  cacheTypeValues: CacheType;
  /** Positions that a token sees; 0 for all. */
  window: number;
  /** First positions that stay visible outside the window. */
  sinks: number;
  compute: 'fast' | 'fine' | 'exact';
  kernels: string;
}

export interface TraceStart {
  format: 'sandglass-trace';
  version: 1;
  model: TraceModel;
  run: TraceRun;
  prompt: TraceToken[];
}

export interface MultiplyAdds {
  projections: number;
  feedForward: number;
  attention: number;
  logits: number;
}

export interface TraceCost {
  multiplyAdds: MultiplyAdds;
  layerTokenPasses: number;
  weightBytes: number;
  cacheBytes: number;
  forwardMs: number;
  choosingMs: number;
  texts: number;
  tokens: number;
}

export interface TraceCache {
  positions: number;
  bytes: number;
  /** A letter a page: o own, a adopted, s shared, l left the window; capital where quantised. */
  pages: string;
  blocksWritten: number;
  blocksRecomputed: number;
}

export interface TraceCandidate extends TraceToken {
  rank: number;
  logit: number;
  probability: number;
  /** In the distribution that the draw was from; 0 where a stage removed it. */
  final: number;
  removedBy: string | null;
}

export interface TraceStage {
  name: string;
  kept: number;
  entropy: number | null;
}

export interface TraceWhy {
  rank: number;
  entropyRaw: number | null;
  entropyFinal: number | null;
  kept: number;
  greedy: boolean;
  draw: number;
  interval: [from: number, to: number];
  stages: TraceStage[];
}

export interface TraceAttention {
  layers: number;
  /** Columns: the first `sinks` positions, then those from `from` on. */
  positions: number;
  sinks: number;
  from: number;
  means: Base64;
  maxima?: Base64;
  heads?: { layer: number; head: number; weights: Base64 }[];
}

export interface PrefillStep {
  kind: 'prefill';
  elapsedMs: number;
  /** Which pass through the model it was part of. */
  pass: number;
  from: number;
  to: number;
  adopted: number;
  cache: TraceCache;
  cost: TraceCost;
}

export interface TokenStep {
  kind: 'token';
  elapsedMs: number;
  index: number;
  position: number;
  pass: number;
  id: number;
  /** What became safe to show with it. */
  text: string;
  bytes: number[];
  logprob: number;
  logitsHash?: string;
  why: TraceWhy;
  candidates: TraceCandidate[];
  coverage: number;
  /** The chosen token, then those that were asked for. */
  asked: TraceCandidate[];
  logits?: Base64;
  attention?: TraceAttention;
  cache: TraceCache;
  cost?: TraceCost;
  /** What was guessed in this pass, on its first token. */
  drafted?: TraceToken[];
  isDraft?: boolean;
}

export interface TraceBeam extends TraceToken {
  parent: number;
  logprob: number;
  score: number;
  fate: 'kept' | 'finished' | 'dropped';
  beam: number;
}

export interface BeamStep {
  kind: 'beams';
  elapsedMs: number;
  length: number;
  beams: TraceBeam[];
  cache: TraceCache;
  cost: TraceCost;
}

export type TraceStep = PrefillStep | TokenStep | BeamStep;

export type Finish = 'eos' | 'stop' | 'length' | 'context' | 'cancelled' | 'loop' | 'time';

export interface TraceResult {
  finish: Finish;
  text: string;
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  ttftMs: number | null;
  prefillTokensPerSecond: number | null;
  decodeTokensPerSecond: number | null;
  cacheBytes: number;
  layerTokenPasses: number;
  multiplyAdds: MultiplyAdds;
  beams?: { ids: number[]; text: string; score: number; finish: string }[];
  speculation?: { drafted: number; accepted: number; steps: number; offAtToken: number | null };
}

export interface TraceFile extends TraceStart {
  steps: TraceStep[];
  result?: TraceResult;
}

/** What a source of traces gives, one after the other: the same in a stream from the server, in messages from the tab's engine and read from a file. */
export type TraceEvent = { type: 'start'; start: TraceStart } | { type: 'step'; step: TraceStep } | { type: 'result'; result: TraceResult };
