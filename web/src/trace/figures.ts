import { isToken } from './decode';
import type { Recording } from './recording';
import type { MultiplyAdds } from './types';
import { type Work, workOf } from './work';

/** What is shown as numbers, of the first steps of a recording. */
export interface Figures {
  /** Tokens of the text, prompt included. */
  sequence: number;
  promptTokens: number;
  written: number;
  /** From a formula: positions in the cache times the bytes of one. */
  cacheBytes: number;
  /** Counted: bytes of the pages that the text holds. */
  pageBytes: number;
  /** Counted: layers entered by tokens. */
  passes: number;
  /** Counted. */
  multiplyAdds: MultiplyAdds;
  /** Measured, of the last pass: forward and choosing, by tokens that it wrote. */
  tokenMs: number | null;
  /** Measured: reading the prompt. */
  prefillMs: number;
  prefillTokens: number;
  adopted: number;
  /** Measured: from the request to the first token. */
  firstTokenMs: number | null;
  /** Measured: tokens a second after the first. */
  tokensPerSecond: number | null;
}

export function sum(work: MultiplyAdds): number {
  return work.projections + work.feedForward + work.attention + work.logits;
}

export function figures(recording: Recording, upTo: number): Figures {
  const { start, steps, pieces } = recording;
  const total: MultiplyAdds = { projections: 0, feedForward: 0, attention: 0, logits: 0 };
  const seen: Figures = {
    sequence: start.prompt.length,
    promptTokens: start.prompt.length,
    written: 0,
    cacheBytes: 0,
    pageBytes: 0,
    passes: 0,
    multiplyAdds: total,
    tokenMs: null,
    prefillMs: 0,
    prefillTokens: 0,
    adopted: 0,
    firstTokenMs: null,
    tokensPerSecond: null,
  };
  const works = workOf(recording);
  let pieceMs = 0;
  let pieceTokens = 0;
  for (let i = 0; i < Math.min(upTo, steps.length); i++) {
    const step = steps[i]!;
    if (pieces.includes(i) && i > 0) pieceMs = pieceTokens = 0;
    add(total, step.cost?.multiplyAdds);
    seen.passes += step.cost?.layerTokenPasses ?? 0;
    seen.pageBytes = step.cache.bytes;
    seen.cacheBytes = step.cache.bytes > 0 ? Math.round(step.cache.positions * start.model.cacheBytesPerPosition) : 0;
    if (step.kind === 'prefill') {
      if (seen.written > 0) continue;
      seen.prefillMs += step.cost.forwardMs;
      seen.prefillTokens += step.to - step.from;
      seen.adopted = Math.max(seen.adopted, step.adopted);
    } else if (isToken(step)) {
      seen.written++;
      seen.sequence = step.position + 1;
      if (seen.firstTokenMs === null) seen.firstTokenMs = step.elapsedMs;
      if (works[i]) seen.tokenMs = works[i]!.ms;
      pieceTokens++;
      if (pieceTokens === 1) pieceMs = step.elapsedMs;
      else if (step.elapsedMs > pieceMs) seen.tokensPerSecond = ((pieceTokens - 1) * 1000) / (step.elapsedMs - pieceMs);
    }
  }
  return seen;
}

function add(total: MultiplyAdds, more: MultiplyAdds | undefined) {
  if (!more) return;
  total.projections += more.projections;
  total.feedForward += more.feedForward;
  total.attention += more.attention;
  total.logits += more.logits;
}

/** What of a step a curve shows. */
export type Measure = 'passes' | 'work' | 'attention' | 'ms';

export interface Point {
  /** Tokens that the text had when the pass was made. */
  length: number;
  value: number;
}

/** Counted or measured: what each token took, apart by whether the cache was on. Where the prompt was read the pass is no step of one token. */
export function curves(recording: Recording, upTo: number, measure: Measure): { cached: Point[]; uncached: Point[] } {
  const found = { cached: [] as Point[], uncached: [] as Point[] };
  const works = workOf(recording);
  for (let i = 0; i < Math.min(upTo, recording.steps.length); i++) {
    const step = recording.steps[i]!;
    const work = works[i];
    if (!isToken(step) || !work || (work.reads && !work.uncached)) continue;
    (work.uncached ? found.uncached : found.cached).push({ length: step.position, value: measured(work, measure) });
  }
  return found;
}

function measured(work: Work, measure: Measure): number {
  if (measure === 'passes') return work.layerTokenPasses;
  if (measure === 'attention') return work.multiplyAdds.attention;
  if (measure === 'ms') return work.ms;
  return sum(work.multiplyAdds);
}

/** What one token costs, as counted in one pass of the recording: enough to say what the other way costs. Null where nothing tells it. */
export interface UnitCost {
  layers: number;
  /** Multiply-adds of a token beside attention and logits. */
  token: number;
  /** Of a pair: a token and a position that it sees. */
  pair: number;
  /** Of one row of logits. */
  logits: number;
}

export function unitCost(recording: Recording): UnitCost | null {
  if (recording.start.run.window > 0) return null; // what a token sees does not grow with the text then
  const { layers } = recording.start.model;
  const works = workOf(recording);
  const at = recording.steps.findLastIndex((s, i) => isToken(s) && works[i] && !s.drafted?.length && !s.isDraft);
  const step = recording.steps[at];
  const work = works[at];
  if (!step || !isToken(step) || !work) return null;
  const tokens = work.layerTokenPasses / layers;
  const last = step.position; // positions 0 to last - 1 had gone through when this token was chosen
  const pairs = tokens * last - (tokens * (tokens - 1)) / 2;
  const { projections, feedForward, attention, logits } = work.multiplyAdds;
  return { layers, token: (projections + feedForward) / tokens, pair: attention / pairs, logits };
}

/** From the formula: what the pass that chooses the token at `length` takes. */
export function expected(unit: UnitCost, length: number, cached: boolean, measure: Exclude<Measure, 'ms'>): number {
  const tokens = cached ? 1 : length;
  const pairs = cached ? length : (length * (length + 1)) / 2;
  if (measure === 'passes') return unit.layers * tokens;
  if (measure === 'attention') return unit.pair * pairs;
  return unit.token * tokens + unit.pair * pairs + unit.logits;
}

/** The power b of the curve value = a * length^b that fits best, by least squares of logarithms; null for fewer than four lengths. */
export function fittedPower(points: readonly Point[]): number | null {
  const used = points.filter(p => p.value > 0 && p.length > 0).map(p => [Math.log(p.length), Math.log(p.value)] as const);
  if (used.length < 4) return null;
  const meanX = used.reduce((a, [x]) => a + x, 0) / used.length;
  const meanY = used.reduce((a, [, y]) => a + y, 0) / used.length;
  const above = used.reduce((a, [x, y]) => a + (x - meanX) * (y - meanY), 0);
  const below = used.reduce((a, [x]) => a + (x - meanX) ** 2, 0);
  return below > 0 ? above / below : null;
}

/** What a curve's steps add up to so far. */
export function totals(points: readonly Point[]): Point[] {
  let total = 0;
  return points.map(p => {
    total += p.value;
    return { length: p.length, value: total };
  });
}
