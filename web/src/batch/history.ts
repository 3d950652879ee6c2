import { Speeds } from './speeds';
import type { ActivityPlace, ActivitySnapshot, ActivityStart, Doing, Run } from './types';

/** Steps that are kept, and lanes that are drawn. */
export const mostSteps = 4096;
export const mostLanes = 64;

/** What a lane shows of a step. Reading again, after a text had written already, is work done again. */
export const does = ['absent', 'waiting', 'reading', 'writing', 'resting', 'preempted', 'again'] as const;
export type Does = (typeof does)[number];

const window = 1000; // ms that a rate is of, and more where two steps take longer
const leastSpan = 150; // ms: a rate of less is chance

/** A text as far as it is known. */
export interface Reader {
  text: number;
  tenant: number;
  own: boolean;
  phase: ActivityPlace['phase'];
  /** Its row in the picture; null before it runs. */
  lane: number | null;
  prompt: number | null;
  written: number;
  positions: number | null;
  pages: number | null;
  /** Tokens that went through the model for it: of a prompt, what has been read. */
  read: number;
  /** Tokens a second, of the last second or the last two steps that it was told of; null before it is known. */
  rate: number | null;
}

/** What came by some moment, of what is counted. */
type Gain = readonly [at: number, ...counts: number[]];

interface Kept extends Reader {
  gains: Gain[];
}

/** The last steps of an engine, laid out in lanes: one for each text that runs, which keeps it to its end; then another has it. */
export class History {
  start: ActivityStart | null = null;
  last: ActivitySnapshot | null = null;
  /** Steps so far; the last mostSteps of them are kept, each at its number modulo mostSteps. */
  steps = 0;
  /** When the last one ended, by the engine's clock. */
  at = 0;
  readonly speeds = new Speeds();
  readonly doing = new Uint8Array(mostSteps * mostLanes);
  readonly rows = new Uint16Array(mostSteps * mostLanes);
  readonly wrote = new Uint8Array(mostSteps * mostLanes);
  readonly text = new Uint32Array(mostSteps * mostLanes);
  readonly stepRows = new Uint16Array(mostSteps);
  readonly stepRead = new Uint16Array(mostSteps);
  readonly stepAt = new Float64Array(mostSteps);
  readonly stepLost = new Uint32Array(mostSteps);
  /** How many lanes were in use at once, at most. */
  lanes = 0;
  private readonly texts = new Map<number, Kept>();
  private readonly freeFrom: number[] = []; // of each lane: the step from which another text may have it
  private gains: Gain[] = []; // steps, tokens written, tokens read

  /** Those that are under way, in order of service. */
  get readers(): readonly Reader[] {
    return (this.last?.places ?? []).filter(p => p.phase !== 'over').map(p => this.texts.get(p.text)!);
  }

  /** Steps a second. Like the next two of the last second, or of more where two steps take longer. */
  get pace(): number {
    return rateOf(this.gains, 1) ?? 0;
  }

  /** Tokens a second that are written, by all. */
  get written(): number {
    return rateOf(this.gains, 2) ?? 0;
  }

  /** Tokens a second that are read. */
  get read(): number {
    return rateOf(this.gains, 3) ?? 0;
  }

  /** Whether a step is under way, however long it takes: somebody reads or writes. */
  get isAtWork(): boolean {
    return this.readers.some(r => r.phase === 'reading' || r.phase === 'writing') || (this.last?.more.running ?? 0) > 0;
  }

  /** It is watched from now on, perhaps again: what went on meanwhile nobody knows. */
  begin(start: ActivityStart) {
    this.start = start;
    this.last = null;
    this.gains = []; // of a server that began anew the clock did too
    for (const kept of this.texts.values()) this.leave(kept, this.steps);
  }

  add(snapshot: ActivitySnapshot) {
    const count = snapshot.rows.length;
    const from = this.steps;
    this.at = snapshot.atMs;
    this.steps += count;
    for (let i = 0; i < count; i++) {
      const slot = (from + i) % mostSteps;
      this.stepRows[slot] = snapshot.rows[i]!;
      this.stepRead[slot] = 0;
      this.stepAt[slot] = snapshot.atMs - (snapshot.ms * (count - 1 - i)) / count;
      this.stepLost[slot] = i === 0 ? snapshot.lost : 0;
      this.doing.fill(0, slot * mostLanes, (slot + 1) * mostLanes);
    }
    const writers = new Uint16Array(count);
    const known = new Set(snapshot.places.map(p => p.text));
    for (const [text, kept] of this.texts) if (!known.has(text)) this.leave(kept, from);
    for (const place of [...snapshot.places].sort((a, b) => begins(a.runs) - begins(b.runs) || a.text - b.text))
      this.place(place, from, count, writers);
    if (this.gains.length === 0) this.gains.push([this.at - snapshot.ms]);
    this.gains = recent([...this.gains, [this.at, count, snapshot.written, snapshot.read]]);
    if (snapshot.more.running === 0) this.speeds.add(snapshot, writers);
    this.last = snapshot;
  }

  /** Nothing was told for a while, and nobody is at work. */
  quiet() {
    this.gains = [];
    for (const kept of this.texts.values()) {
      kept.gains = [];
      kept.rate = null;
    }
  }

  private place(place: ActivityPlace, from: number, count: number, writers: Uint16Array) {
    let kept = this.texts.get(place.text);
    if (!kept) {
      kept = {
        ...place,
        lane: null,
        prompt: null,
        written: 0,
        positions: null,
        pages: null,
        read: 0,
        rate: null,
        gains: [],
      };
      this.texts.set(place.text, kept);
    }
    kept.phase = place.phase;
    kept.own = place.own;
    kept.prompt = place.prompt ?? null;
    kept.positions = place.positions ?? null;
    kept.pages = place.pages ?? null;
    let gained = 0;
    let at = 0;
    for (const [steps, doing, rows, wrote] of place.runs) {
      for (let i = at; i < Math.min(at + steps, count); i++) this.cell(kept, from + i, doing, rows, wrote, i, writers);
      gained += wrote * steps;
      at += steps;
    }
    if (place.written !== undefined) kept.written = place.written;
    if (gained > 0 || kept.gains.length > 0) kept.gains = recent([...kept.gains, [this.at, gained]]); // the first token is the prompt's
    kept.rate = rateOf(kept.gains, 1) ?? kept.rate;
    if (place.phase === 'over') this.leave(kept, from + at);
  }

  private cell(kept: Kept, step: number, doing: Doing, rows: number, wrote: number, nth: number, writers: Uint16Array) {
    const slot = step % mostSteps;
    if (doing === 'reading') {
      this.stepRead[slot]! += rows;
      kept.read += rows;
    }
    if (doing === 'writing') writers[nth]!++;
    const again = doing === 'reading' && kept.written > 0;
    kept.written += wrote;
    if (doing === 'absent' || (doing === 'waiting' && kept.lane === null)) return;
    kept.lane ??= this.take(step);
    if (kept.lane >= mostLanes) return;
    const cell = slot * mostLanes + kept.lane;
    this.doing[cell] = does.indexOf(again ? 'again' : doing);
    this.rows[cell] = rows;
    this.wrote[cell] = wrote;
    this.text[cell] = kept.text;
  }

  private take(step: number): number {
    let lane = this.freeFrom.findIndex(free => free <= step);
    if (lane < 0) lane = this.freeFrom.length;
    this.freeFrom[lane] = Number.POSITIVE_INFINITY;
    this.lanes = Math.max(this.lanes, Math.min(mostLanes, lane + 1));
    return lane;
  }

  private leave(kept: Kept, step: number) {
    if (kept.lane !== null) this.freeFrom[kept.lane] = step;
    this.texts.delete(kept.text);
  }
}

/** The last of them that make a rate: at least two after the moment from which it counts, and at least a window of time. */
function recent(gains: Gain[]): Gain[] {
  const now = gains.at(-1)![0];
  const from = gains.findLastIndex(([at], i) => i <= gains.length - 3 && at <= now - window);
  return from > 0 ? gains.slice(from) : gains;
}

/** A count of them by the second; null where they are too short for one. */
function rateOf(gains: readonly Gain[], count: number): number | null {
  const span = gains.length < 2 ? 0 : gains.at(-1)![0] - gains[0]![0];
  return span < leastSpan ? null : (1000 * gains.slice(1).reduce((sum, gain) => sum + gain[count]!, 0)) / span;
}

/** Before which of some steps a text is not there, or waits. */
function begins(runs: readonly Run[]): number {
  let at = 0;
  for (const [steps, doing] of runs) {
    if (doing !== 'absent' && doing !== 'waiting') return at;
    at += steps;
  }
  return at;
}
