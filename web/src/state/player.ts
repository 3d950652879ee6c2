import type { EngineKind, TraceRequest, TraceSource } from '../engine/source';
import { isToken } from '../trace/decode';
import { cut, extend, idsOf, type Recording, tokenSteps } from '../trace/recording';
import type { TraceEvent, TraceStep } from '../trace/types';
import type { Settings, Speed, State } from './state';
import type { Store } from './store';

const frameMs = 16;
// At a watched speed: long enough to see that reading the prompt is another thing than writing. Whoever has waited for an engine to start waits no longer for that.
const leastPrefillMs = 700;
const leastReadMs = 200;

/** Writes texts with the engine that is chosen, and shows them at the speed that is chosen: start, pause, step, back and forth, the cache on and off. */
export class Player {
  private abort: AbortController | null = null;
  private permits = 0;
  private wake: (() => void) | null = null;
  private nextAt = 0;
  private askedAt = 0;
  private queue: TraceEvent[] = [];
  private flushing: ReturnType<typeof setTimeout> | null = null;

  constructor(
    readonly store: Store<State>,
    readonly sources: ReadonlyMap<EngineKind, TraceSource>,
  ) {
    store.watch(
      s => `${s.speed} ${s.phase}`,
      () => this.wake?.(),
    );
  }

  /** Begins a text from the prompt. */
  generate(first = this.store.get().speed === 'step' ? 1 : 0) {
    const { settings } = this.store.get();
    this.store.set({ recording: null, cursor: 0, selected: null });
    void this.run({ ...this.request(), prompt: settings.prompt }, null, first);
  }

  /** Holds what is being written, texts of the tree too. */
  pause() {
    const { phase, branching } = this.store.get();
    if (phase === 'running') this.store.set({ phase: 'paused' });
    if (branching) this.store.set({ held: true });
  }

  /** Pause, or go on. */
  toggle() {
    const { phase, branching, held } = this.store.get();
    if (phase === 'running' || (branching && !held)) this.pause();
    else this.resume();
  }

  resume() {
    const { phase, speed, recording, held } = this.store.get();
    if (held) {
      this.showAll();
      this.store.set({ held: false, ...(speed === 'step' ? { speed: '4' as Speed } : {}) });
    }
    if (phase === 'paused') {
      this.showAll();
      this.store.set({ phase: 'running', ...(speed === 'step' ? { speed: '4' as Speed } : {}) });
    } else if (held) return;
    else if (phase === 'idle' && recording?.result?.finish === 'length') this.goOn(recording, this.store.get().settings.maxTokens);
    else if (phase === 'idle') this.generate();
  }

  /** One token further: one that is known, or the next that the engine writes; of texts of the tree, one of each. */
  step() {
    const { recording, cursor, phase, branching, nudges } = this.store.get();
    if (recording && cursor < recording.steps.length) return this.seek(nextToken(recording, cursor));
    if (phase === 'idle' && branching) return this.store.set({ held: true, nudges: nudges + 1 });
    if (phase === 'idle') {
      if (!recording) return this.generate(1);
      if (recording.result?.finish === 'length') return this.goOn(recording, 1);
      return;
    }
    if (phase === 'running') this.store.set({ phase: 'paused' });
    this.permits++;
    this.wake?.();
  }

  back() {
    const { recording, cursor } = this.store.get();
    if (!recording) return;
    this.pause();
    this.seek(previousToken(recording, cursor));
  }

  /** Shows the first steps of what is there. */
  seek(cursor: number) {
    const { recording } = this.store.get();
    if (!recording) return;
    const to = Math.max(0, Math.min(recording.steps.length, cursor));
    if (to < recording.steps.length) this.pause();
    this.store.set({ cursor: to, selected: null });
  }

  private showAll() {
    const { recording } = this.store.get();
    if (recording) this.store.set({ cursor: recording.steps.length, selected: null });
  }

  /** Keeps keys and values from the next token on, or computes all of them at each step. */
  setCache(cache: boolean) {
    const { recording, cursor, phase, engine } = this.store.get();
    this.store.set({ cache });
    if (!recording || phase === 'idle' || engine === 'trace') return;
    const kept = cut(recording, cursor);
    const left = this.store.get().settings.maxTokens - tokenSteps(kept).length;
    if (left > 0) this.goOn(kept, left, phase);
  }

  /** Shows a recording that something else made: a branch of the tree, a chat's answer, a file. */
  show(recording: Recording, cursor = recording.steps.length) {
    this.stop();
    this.store.set({ recording, cursor, selected: null });
  }

  stop() {
    this.abort?.abort();
    this.abort = null;
    this.queue = [];
    this.wake?.();
    if (this.store.get().phase !== 'idle') this.store.set({ phase: 'idle' });
  }

  /** The text of a recording goes on from its ids: as the seed is counted by positions, with the same words as if it had never stopped. */
  private goOn(recording: Recording, tokens: number, phase: State['phase'] = 'running') {
    const request = this.request();
    const options = { ...request.options, seed: recording.start.run.seed, max_tokens: tokens };
    this.store.set({ recording, cursor: recording.steps.length, selected: null });
    void this.run({ ...request, prompt: idsOf(recording), options }, recording, 0, phase);
  }

  private request(): Omit<TraceRequest, 'prompt'> {
    const { settings, cache, attention } = this.store.get();
    return {
      model: settings.model,
      options: { ...optionsOf(settings), ...(cache ? {} : { no_cache: true }), hash_logits: true },
      watch: { attention: 'all', heads: attention.kind === 'head' ? [[attention.layer, attention.head]] : [] },
    };
  }

  private async run(request: TraceRequest, recording: Recording | null, permits: number, phase: State['phase'] = 'running') {
    this.stop();
    const abort = new AbortController();
    this.abort = abort;
    this.permits = permits;
    this.nextAt = 0;
    this.askedAt = performance.now();
    this.store.set({ recording, phase: this.store.get().speed === 'step' ? 'paused' : phase, problem: null });
    try {
      const source = this.sources.get(this.store.get().engine);
      if (!source) throw new Error('There is no engine of this kind here.');
      const events = source.trace(request, abort.signal)[Symbol.asyncIterator]();
      let last: TraceStep | null = null;
      for (;;) {
        const { done, value } = await events.next();
        if (done || abort.signal.aborted) break;
        await this.turn(last, value, abort.signal);
        if (abort.signal.aborted) return;
        if (value.type === 'step') last = value.step;
        this.take(value);
      }
    } catch (error) {
      if (!abort.signal.aborted) this.store.set({ problem: error instanceof Error ? error.message : String(error) });
    }
    if (this.abort !== abort) return;
    this.flush();
    this.abort = null;
    this.store.set({ phase: 'idle' });
  }

  /** Resolves when an event may be shown, after the step before it. What is not a token comes when it is there. */
  private async turn(last: TraceStep | null, next: TraceEvent, signal: AbortSignal) {
    const { speed } = this.store.get();
    if (last && speed !== 'max' && speed !== 'step') {
      const first = last.kind === 'prefill' && !this.hasWritten();
      const read = first ? Math.max(leastPrefillMs - (performance.now() - this.askedAt), leastReadMs) : 0;
      const wait = last.kind === 'prefill' ? read : 1000 / Number(speed);
      this.nextAt = Math.max(performance.now(), this.nextAt) + wait;
    }
    if (next.type !== 'step' || next.step.kind === 'prefill') return;
    while (!signal.aborted) {
      const { phase, speed: now } = this.store.get();
      if (phase === 'paused' && this.permits > 0) {
        this.permits--;
        return;
      }
      const left = now === 'max' ? 0 : this.nextAt - performance.now();
      if (phase === 'running' && left <= 0) return;
      await new Promise<void>(resolve => {
        const timer = phase === 'running' ? setTimeout(resolve, left) : undefined;
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = null;
    }
  }

  private hasWritten(): boolean {
    return this.store.get().recording?.steps.some(isToken) ?? false;
  }

  private take(event: TraceEvent) {
    this.queue.push(event);
    if (event.type === 'step' && event.step.kind === 'prefill' && this.hasWritten()) return; // read again for the next token: shown with it
    if (this.store.get().speed !== 'max' || event.type === 'start') this.flush();
    else this.flushing ??= setTimeout(() => this.flush(), frameMs);
  }

  private flush() {
    if (this.flushing) clearTimeout(this.flushing);
    this.flushing = null;
    if (this.queue.length === 0) return;
    const events = this.queue;
    this.queue = [];
    this.store.set(({ recording, cursor }) => {
      const follows = !recording || cursor >= recording.steps.length;
      const longer = extend(recording, events);
      return { recording: longer, cursor: follows ? (longer?.steps.length ?? 0) : cursor };
    });
  }
}

/** Settings under the API's names; what is neutral is left out. */
export function optionsOf(settings: Settings): Record<string, unknown> {
  const { maxTokens, temperature, topK, topP, minP, repetitionPenalty, seed } = settings;
  return {
    max_tokens: maxTokens,
    temperature,
    ...(topK > 0 ? { top_k: topK } : {}),
    ...(topP < 1 ? { top_p: topP } : {}),
    ...(minP > 0 ? { min_p: minP } : {}),
    ...(repetitionPenalty !== 1 ? { repetition_penalty: repetitionPenalty } : {}),
    ...(seed.trim() === '' ? {} : { seed: seed.trim() }),
  };
}

function nextToken(recording: Recording, cursor: number): number {
  const at = recording.steps.findIndex((step, i) => i >= cursor && step.kind !== 'prefill');
  return at < 0 ? recording.steps.length : at + 1;
}

function previousToken(recording: Recording, cursor: number): number {
  const shown = recording.steps.slice(0, cursor);
  const last = shown.findLastIndex(step => step.kind !== 'prefill');
  const before = shown.slice(0, Math.max(0, last)).findLastIndex(step => step.kind !== 'prefill');
  return before < 0 ? firstPrefill(shown) : before + 1;
}

function firstPrefill(steps: readonly TraceStep[]): number {
  const end = steps.findIndex(step => step.kind !== 'prefill');
  return Math.max(end, 0);
}
