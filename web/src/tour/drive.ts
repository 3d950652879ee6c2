import type { EngineKind } from '../engine/source';
import type { Page } from '../page/parts';
import { defaults, type Speed, type State } from '../state/state';
import { until } from '../state/wait';
import { isToken } from '../trace/decode';
import { type Recorded, recordings } from './recorded';

const prompt = 'Once upon a time there was a king who had three sons. One day the youngest';
const length = 48; // with the prompt more than one page of the cache, so that a branch finds one

const kept = ['engine', 'models', 'settings', 'cache', 'speed', 'camera', 'view', 'side', 'attention', 'withoutSink'] as const;

interface Prepared {
  /** Which recording, where there is no engine. */
  recorded?: string;
  maxTokens?: number;
}

/** How many tokens of the text are shown. */
export function written({ recording, cursor }: State): number {
  let count = 0;
  for (let i = 0; i < cursor; i++) if (recording?.steps[i]?.kind === 'token') count++;
  return count;
}

/** Drives the page from stop to stop, by what its own controls do; in the end all settings are as they were. */
export class Drive {
  private readonly before: State;
  /** Recordings to tell of where there is no engine; undefined while nobody has looked. */
  private recorded: Recorded | null | undefined;
  private hasBegun = false;

  constructor(readonly page: Page) {
    this.before = page.store.get();
  }

  get state(): State {
    return this.page.store.get();
  }

  /** Whether a text can be written here, or only be shown as it was. */
  get isLive(): boolean {
    return this.state.engine !== 'trace';
  }

  get uncached(): string | null {
    return this.recorded?.uncached ?? null;
  }

  /** Makes the page ready for the tour's text: with an engine where there is one, else with a recording of one. */
  async prepare(speed: Speed, signal: AbortSignal, { recorded, maxTokens = length }: Prepared = {}) {
    const { store, player } = this.page;
    player.stop();
    await this.engine(signal);
    const model = this.isLive ? this.state.settings.model : (recorded ?? (await this.recording(signal)));
    signal.throwIfAborted();
    this.hasBegun = true;
    store.set({
      ...{ view: 'scene', camera: 'follow', speed, cache: true, attention: { kind: 'mean' }, withoutSink: false },
      settings: { ...defaults, prompt, maxTokens, model },
    });
  }

  /** Begins the tour's text anew. */
  async begin(speed: Speed, signal: AbortSignal, prepared?: Prepared) {
    await this.prepare(speed, signal, prepared);
    this.page.player.generate(speed === 'step' ? 1 : 0);
  }

  /** Whether there is a text to go on with that the tour has begun, and is still what the page shows. */
  get hasText(): boolean {
    const { recording } = this.state;
    return this.hasBegun && (recording?.steps.some(isToken) ?? false);
  }

  /** Shows more of the text at a speed, until so many tokens are shown or there are no more; then it rests. */
  async write(count: number, speed: Speed, signal: AbortSignal) {
    const { store, player } = this.page;
    store.set({ speed });
    if (this.state.recording && this.state.cursor < this.state.recording.steps.length) player.seek(this.state.recording.steps.length);
    if (this.state.phase === 'paused') player.resume();
    await this.until(s => written(s) >= count || s.phase === 'idle', signal);
    player.pause();
  }

  /** All of the text. */
  async finish(signal: AbortSignal) {
    if (!this.hasText) await this.begin('max', signal);
    await this.write(Number.POSITIVE_INFINITY, 'max', signal);
  }

  until(isSo: (state: State) => boolean, signal: AbortSignal): Promise<void> {
    return until(this.page.store, isSo, signal);
  }

  /** Gives the page back as it was; a text that was there before comes back too. */
  giveBack() {
    const { store, player } = this.page;
    const { before, state } = this;
    const settings = Object.fromEntries(kept.map(key => [key, before[key]])) as Partial<State>;
    if (before.models.length === 0 && before.engine === state.engine) {
      settings.models = state.models; // it began before the page knew them
      settings.settings = { ...before.settings, model: state.settings.model };
    }
    if (this.hasBegun && before.recording) player.show(before.recording, before.cursor);
    else if (this.state.phase !== 'idle' && this.state.cache !== before.cache) player.setCache(before.cache);
    store.set({ ...settings, selected: before.recording ? before.selected : null });
  }

  private async engine(signal: AbortSignal) {
    const { store, player } = this.page;
    if (!this.isLive) {
      const other = (['server', 'tab'] as EngineKind[]).find(kind => player.sources.has(kind));
      if (!other) return;
      store.set({ engine: other, models: [] });
    }
    await this.until(s => s.models.length > 0 || s.problem !== null, signal);
  }

  private async recording(signal: AbortSignal): Promise<string> {
    const source = this.page.player.sources.get('trace');
    if (source && this.recorded === undefined) this.recorded = await recordings(source, this.before.settings.model, signal);
    return this.recorded?.name ?? this.before.settings.model;
  }
}
