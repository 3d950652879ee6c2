import { Speeds } from './speeds';
import type { ActivityPlace, ActivitySnapshot, ActivityStart, Doing, Run } from './types';

/** Steps that are kept, and lanes that are drawn. */
export const mostSteps = 4096;
export const mostLanes = 64;

/** What a lane shows of a step. Reading again, after a text had written already, is work done again. */
export const does = ['absent', 'waiting', 'reading', 'writing', 'resting', 'preempted', 'again'] as const;
export type Does = (typeof does)[number];

const window = 1000; // ms that a rate is of
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
  /** Tokens a second, over the last second; null before it is known. */
  rate: number | null;
}

interface Kept extends Reader {
  gains: [at: number, tokens: number][];
  firstGain: number | null;
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
  private paces: [at: number, steps: number][] = [];

  /** Those that are under way, in order of service. */
  get readers(): readonly Reader[] {
    return (this.last?.places ?? []).filter(p => p.phase !== 'over').map(p => this.texts.get(p.text)!);
  }

  /** Steps a second, of the last second. */
  get pace(): number {
    const first = this.paces[0];
    const span = first ? this.at - first[0] : 0;
    return span < leastSpan ? 0 : (1000 * this.paces.slice(1).reduce((sum, [, steps]) => sum + steps, 0)) / span;
  }

  /** It is watched from now on, perhaps again: what went on meanwhile nobody knows. */
  begin(start: ActivityStart) {
    this.start = start;
    this.last = null;
    this.paces = []; // of a server that began anew the clock did too
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
    this.paces = [...this.paces.filter(([at]) => at >= this.at - window), [this.at, count]];
    if (snapshot.more.running === 0) this.speeds.add(snapshot, writers);
    this.last = snapshot;
  }

  /** Nothing was told for a while: nobody writes. */
  quiet() {
    this.paces = [];
    for (const kept of this.texts.values()) if (kept.phase !== 'writing') kept.rate = null;
    if (this.last) this.last = { ...this.last, perSecond: { read: 0, written: 0 } };
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
        firstGain: null,
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
    if (gained > 0) {
      kept.firstGain ??= this.last?.atMs ?? this.at - (this.last ? 0 : leastSpan);
      kept.gains.push([this.at, gained]);
    }
    kept.gains = kept.gains.filter(([when]) => when > this.at - window);
    const span = kept.firstGain === null ? 0 : Math.min(window, this.at - kept.firstGain);
    kept.rate = span < leastSpan ? kept.rate : (1000 * kept.gains.reduce((sum, [, tokens]) => sum + tokens, 0)) / span;
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

/** Before which of some steps a text is not there, or waits. */
function begins(runs: readonly Run[]): number {
  let at = 0;
  for (const [steps, doing] of runs) {
    if (doing !== 'absent' && doing !== 'waiting') return at;
    at += steps;
  }
  return at;
}
