/** Rows of the experiments, as ExperimentJson of the library writes them: what a row does not have is not there. */

export interface TemperatureRow {
  temperature: number;
  meanLogprob?: number;
  distinct1?: number;
  distinct2?: number;
  distinct3?: number;
  equalTexts: number;
  text: string;
}

export interface RepetitionRow {
  remedy: string;
  texts: number;
  looped: number;
  loopFrom?: number;
  loopPeriod?: number;
  repeated2?: number;
  repeated4?: number;
  repeated8?: number;
  meanLogprob?: number;
  text: string;
}

export interface DriftRow {
  what: string;
  from: number;
  to: number;
  logprob?: number;
  entropy?: number;
  divergence?: number;
  equalLikeliest?: number;
  equalWritten?: number;
}

export interface SpeculationRow {
  draft: string;
  temperature: number;
  length: number;
  tokens: number;
  steps: number;
  drafted: number;
  accepted: number;
  lastHeld?: number;
  textEqual: boolean;
}

export interface QuantRow {
  weights: string;
  cacheType: string;
  weightBytes: number;
  cacheBytesPerToken: number;
  perplexity: number;
  lost: number;
  lostError: number;
  equalLikeliest: number;
}

export interface WindowRow {
  window: number;
  sinks: number;
  cacheBytes: number;
  perplexity: number;
  lost: number;
  lostError: number;
  equalLikeliest: number;
}

export interface BatchRow {
  batch: number;
  tokensPerSecond: number;
  tokensPerSecondLow: number;
  tokensPerSecondHigh: number;
  msPerToken: number;
  msPerToken95: number;
  firstTokenMs: number;
}

export interface ForgetRow {
  distance: number;
  trials: number;
  hits: number;
  accuracy: number;
  low: number;
  high: number;
  lift: number;
  divergence: number;
}

export interface MiddleRow {
  form: string;
  length: number;
  position: number;
  trials: number;
  hits: number;
  accuracy: number;
  low: number;
  high: number;
  meanLogprob: number;
}

interface Work {
  projections: number;
  feedForward: number;
  attention: number;
  logits: number;
}

/** A way of writing the text, with the cache or without. */
export interface CacheRow {
  rows: readonly {
    cache: boolean;
    tokens: number;
    length: number;
    layerTokenPasses: number;
    multiplyAdds: Work;
    cacheBytes: number;
    timePerToken: string;
    window: Work;
  }[];
}

export interface ForkRow {
  before: string;
  token: string;
  branch: { id: number; logprob: number; ids: readonly number[]; text: string; sharedTokens: number; meetsAt?: number; score: number };
}

export interface Rows {
  temperature: TemperatureRow;
  repetition: RepetitionRow;
  drift: DriftRow;
  speculation: SpeculationRow;
  quant: QuantRow;
  window: WindowRow;
  batch: BatchRow;
  forget: ForgetRow;
  middle: MiddleRow;
  cache: CacheRow;
  fork: ForkRow;
}
