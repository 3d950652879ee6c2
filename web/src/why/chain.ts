import { floatsOf } from '../trace/decode';
import type { TokenStep } from '../trace/types';
import { type ChainOptions, running, type StageName } from './options';
import { drawBits, pointOf } from './philox';

/** A token whose logit is known. */
export interface Entry {
  id: number;
  /** F32, as the steps so far have made it. */
  logit: number;
}

/** Tokens whose logits were not recorded: how many at most, none above `top`, and what their e^logit sum to, as far as it is known. */
interface Tail {
  count: number;
  /** Whether there are exactly so many. */
  counted: boolean;
  top: number;
  least: number;
  most: number;
}

export interface ChainStage {
  name: StageName;
  /** How many are left; null where that depends on what was not recorded. */
  kept: number | null;
  /** Of what is left, in nats; null for the same reason. */
  entropy: number | null;
}

export interface ChainResult {
  stages: ChainStage[];
  /** What each known token has in the end; null where it depends on what was not recorded. */
  final: Map<number, number | null>;
  removedBy: Map<number, StageName>;
  /** The distribution after each of the stages, the first being the model's own: [stage] of id to probability. */
  after: Map<number, number>[];
  /** The token that is chosen; null where it depends on what was not recorded. */
  chosen: number | null;
  draw: number | null;
  /** Null also where the others' share of it was not recorded. */
  interval: [from: number, to: number] | null;
  /** Whether the whole vocabulary was at hand. */
  exact: boolean;
}

const weightScale = 2 ** 32;
const farthest = 23; // nats below the largest, beyond which a weight is 0

/** A weight as the draw counts it. */
function weight(logit: number, max: number): number {
  const distance = logit - max;
  return distance < -farthest ? 0 : Math.round(Math.exp(distance) * weightScale);
}

/** The recorded tokens of a step, likeliest first (the lower id among equals), and what is known of the others. */
function recorded(step: TokenStep, vocabulary: number): { known: Entry[]; tail: Tail | null } {
  if (step.logits) {
    const known = Array.from(floatsOf(step.logits), (logit, id) => ({ id, logit }));
    return { known: known.sort(likelier), tail: null };
  }
  const listed = step.candidates.map(({ id, logit }) => ({ id, logit: Math.fround(logit) }));
  const others = step.asked.filter(one => !listed.some(l => l.id === one.id));
  const first = step.candidates[0] ?? step.asked[0]!;
  const whole = Math.exp(first.logit) / first.probability;
  const rest = Math.max(0, 1 - step.coverage - others.reduce((sum, one) => sum + one.probability, 0));
  const known = [...listed, ...others.map(({ id, logit }) => ({ id, logit: Math.fround(logit) }))].sort(likelier);
  const count = vocabulary - known.length;
  const slack = 2e-6; // probabilities are recorded as F32
  const top = listed.at(-1)?.logit ?? Number.POSITIVE_INFINITY;
  return {
    known,
    tail: count > 0 ? { count, counted: true, top, least: Math.max(0, rest - slack) * whole, most: (rest + slack) * whole } : null,
  };
}

function likelier(a: Entry, b: Entry): number {
  return b.logit - a.logit || a.id - b.id;
}

/**
 * Runs a chain over the logits of a step, with the engine's integer weights and its draw. Where the step has the whole vocabulary the result is the engine's; where it
 * has the likeliest only, what the others can do is bounded, and a token is named only if it is chosen whatever they are.
 */
export function runChain(step: TokenStep, vocabulary: number, options: ChainOptions, text: readonly number[]): ChainResult {
  let { known, tail } = recorded(step, vocabulary);
  let sure = true; // who is left among the known, and in which order
  const removedBy = new Map<number, StageName>();
  const stages: ChainStage[] = [];
  const after = [distribution(known, tail)];
  const keep = (name: StageName, kept: Entry[]) => {
    for (const entry of known.slice(kept.length)) removedBy.set(entry.id, name);
    known = kept;
    tail = null;
  };
  for (const name of running(options)) {
    const max = known[0]!.logit;
    if (name === 'penalties') {
      ({ known, tail, sure } = penalise(known, tail, options, text, sure));
    } else if (name === 'temperature') {
      known = known.map(({ id, logit }) => ({ id, logit: Math.fround(logit / options.temperature) }));
      if (tail) tail = cooled(tail, options.temperature);
    } else if (name === 'top_k') {
      const above = surely(known, tail);
      const left: number = known.length + (tail?.count ?? 0);
      if (options.topK <= above) keep(name, known.slice(0, options.topK));
      else if (tail && options.topK < left) {
        ({ known, tail } = merged(known, tail));
        const more = options.topK - known.length;
        tail = { ...tail, count: more, least: (tail.least * more) / tail.count, most: Math.min(tail.most, more * Math.exp(tail.top)) };
      }
    } else if (name === 'min_p') {
      const least = max + Math.log(options.minP);
      if (tail && least <= tail.top) {
        ({ known, tail } = merged(known, tail));
        tail = { ...tail, counted: false, least: 0 };
      } else
        keep(
          name,
          known.filter(entry => entry.logit >= least),
        );
    } else {
      const above = surely(known, tail);
      const [few, many] = nucleus(known, tail, options.topP);
      if (few === many && few <= above) keep(name, known.slice(0, few));
      else if (tail) {
        ({ known, tail } = merged(known, tail, Math.min(few, above)));
        tail = { ...tail, counted: false, least: 0 };
      }
    }
    const open = !sure || tail !== null;
    stages.push({
      name,
      kept: sure && tail?.counted !== false ? known.length + (tail?.count ?? 0) : null,
      entropy: open ? null : entropyOf(known),
    });
    after.push(distribution(known, tail));
  }
  return { stages, after, removedBy, ...drawn(known, tail, sure, step, options) };
}

function penalise(known: Entry[], tail: Tail | null, options: ChainOptions, text: readonly number[], sure: boolean) {
  const times = new Map<number, number>();
  for (const id of options.window === null ? text : text.slice(Math.max(0, text.length - options.window)))
    times.set(id, (times.get(id) ?? 0) + 1);
  const changed = known.map(entry => {
    const count = times.get(entry.id);
    if (!count) return entry;
    const scaled = entry.logit < 0 ? entry.logit * options.repetition : entry.logit / options.repetition;
    return { id: entry.id, logit: Math.fround(scaled - count * options.frequency - options.presence) };
  });
  let left = tail;
  const unseen = [...times.keys()].filter(id => !known.some(entry => entry.id === id)).length;
  if (tail && unseen > 0) {
    const lowers = options.repetition >= 1 && options.frequency >= 0 && options.presence >= 0;
    if (lowers) left = { ...tail, least: Math.max(0, tail.least - unseen * Math.exp(tail.top)) };
    else return { known: changed.sort(likelier), tail, sure: false };
  }
  return { known: changed.sort(likelier), tail: left, sure };
}

/** Bounds for the sum of e^(l/T) where that of e^l is bounded: equal shares give one end, as few tokens as can hold it the other. */
function cooled(tail: Tail, temperature: number): Tail {
  const power = 1 / temperature;
  const top = Math.exp(tail.top);
  const equal = (sum: number) => tail.count * (sum / tail.count) ** power;
  const few = (sum: number) => (sum / top) * top ** power;
  const [least, most] = power >= 1 ? [equal(tail.least), few(tail.most)] : [few(tail.least), equal(tail.most)];
  return { ...tail, top: tail.top * power, least: Math.min(least, most), most: Math.max(least, most) };
}

/** How many of the likeliest reach the probability p together, at least and at most; one more than are known where those do not. */
function nucleus(known: readonly Entry[], tail: Tail | null, p: number): [few: number, many: number] {
  const max = known[0]!.logit;
  const scale = weightScale / Math.exp(max);
  const total = known.reduce((sum, entry) => sum + weight(entry.logit, max), 0);
  const reach = (more: number) => {
    const enough = Math.ceil(p * (total + more));
    let sum = 0;
    for (let i = 0; i < known.length; i++) {
      sum += weight(known[i]!.logit, max);
      if (sum >= enough) return i + 1;
    }
    return known.length + 1;
  };
  return [reach((tail?.least ?? 0) * scale), reach((tail?.most ?? 0) * scale)];
}

/** How many of the known are likelier than any that is not. */
function surely(known: readonly Entry[], tail: Tail | null): number {
  return tail ? known.filter(entry => entry.logit > tail.top).length : known.length;
}

/** Known tokens among which others may lie, or of which it is not known whether they are left, are counted with those. */
function merged(known: readonly Entry[], tail: Tail, certain = surely(known, tail)): { known: Entry[]; tail: Tail } {
  const doubtful = known.slice(certain);
  const more = doubtful.reduce((sum, entry) => sum + Math.exp(entry.logit), 0);
  const top = Math.max(tail.top, doubtful[0]?.logit ?? tail.top);
  return {
    known: known.slice(0, certain),
    tail: { ...tail, top, count: tail.count + doubtful.length, least: tail.least + more, most: tail.most + more },
  };
}

function drawn(known: readonly Entry[], tail: Tail | null, sure: boolean, step: TokenStep, options: ChainOptions) {
  const isWhole = step.logits !== undefined;
  const max = known[0]!.logit;
  const weights = known.map(entry => weight(entry.logit, max));
  const total = weights.reduce((sum, w) => sum + w, 0);
  const final = new Map<number, number | null>(known.map((entry, i) => [entry.id, tail || !sure ? null : weights[i]! / total]));
  const ends: number[] = [];
  let end = 0;
  for (const w of weights) {
    end += w;
    ends.push(end);
  }
  const none = { final, chosen: null, draw: null, interval: null, exact: false };
  const isTop = sure && (!tail || max > tail.top);
  if (options.temperature === 0) {
    if (!isTop) return none;
    return { final, chosen: known[0]!.id, draw: 0, interval: [0, ends[0]! / total] as [number, number], exact: isWhole };
  }
  if (!sure) return none;
  const bits = drawBits(BigInt(options.seed), step.position);
  const scale = weightScale / Math.exp(max);
  const found = [tail?.least ?? 0, tail?.most ?? 0].map(more => {
    const point = pointOf(bits, total + Math.ceil(more * scale));
    return ends.findIndex(e => point < e);
  });
  const at = found[0]!;
  const above = tail ? known.findLastIndex(entry => entry.logit > tail.top) : known.length - 1;
  if (at < 0 || at !== found[1] || at > above) return { ...none, draw: Number(bits >> 11n) / 2 ** 53 };
  const chosen = known[at]!.id;
  if (tail) return { final, chosen, draw: Number(bits >> 11n) / 2 ** 53, interval: null, exact: false };
  const from = at === 0 ? 0 : ends[at - 1]!;
  return {
    final,
    chosen,
    draw: pointOf(bits, total) / total,
    interval: [from / total, ends[at]! / total] as [number, number],
    exact: isWhole,
  };
}

/** Id to probability; what is not recorded counts with the middle of what it may be. */
function distribution(known: readonly Entry[], tail: Tail | null): Map<number, number> {
  const max = known[0]?.logit ?? 0;
  const rest = tail ? (tail.least + tail.most) / 2 / Math.exp(max) : 0;
  const total = known.reduce((sum, entry) => sum + Math.exp(entry.logit - max), rest);
  return new Map(known.map(entry => [entry.id, Math.exp(entry.logit - max) / total]));
}

function entropyOf(known: readonly Entry[]): number {
  const max = known[0]!.logit;
  let sum = 0;
  let weighted = 0;
  for (const { logit } of known) {
    const e = Math.exp(logit - max);
    sum += e;
    weighted += e * (logit - max);
  }
  return Math.log(sum) - weighted / sum;
}
