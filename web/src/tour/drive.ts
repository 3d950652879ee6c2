import type { EngineKind } from '../engine/source';
import type { Page } from '../page/parts';
import { defaults, type Speed, type State } from '../state/state';
import { until } from '../state/wait';
import { isToken, joined } from '../trace/decode';
import { type Recorded, recordings } from './recorded';

const prompt = 'Once upon a time there was a king who had three sons. One day the youngest';
const length = 48; // with the prompt more than one page of the cache, so that a branch finds one

const kept = ['engine', 'cache', 'speed', 'camera', 'view', 'side', 'attention', 'withoutSink'] as const;

/** What a hand or the tour can set, each by its name; the model aside, which goes with its engine. */
function settingsOf(state: Partial<State>): Record<string, unknown> {
  const { model: _, ...settings } = state.settings ?? ({} as Partial<State['settings']>);
  return { ...Object.fromEntries(kept.filter(key => key in state).map(key => [key, state[key]])), ...settings };
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

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

/** Drives the page from stop to stop, by what its own controls do; in the end the settings that it changed are as they were, or as a hand left them since. */
export class Drive {
  private readonly before: State;
  /** How each setting is to be in the end, and how the tour has set those that it has. */
  private readonly wanted: Record<string, unknown>;
  private readonly made: Record<string, unknown> = {};
  private shownRecording: string | null = null;
  /** Recordings to tell of where there is no engine; undefined while nobody has looked. */
  private recorded: Recorded | null | undefined;
  private hasBegun = false;

  constructor(readonly page: Page) {
    this.before = page.store.get();
    this.wanted = settingsOf(this.before);
  }

  /** Sets what the page has controls for; what a hand has set meanwhile is what it is given back as. */
  set(change: Partial<State>) {
    this.notice();
    Object.assign(this.made, settingsOf(change));
    this.page.store.set(change);
  }

  private notice() {
    for (const [name, value] of Object.entries(settingsOf(this.state))) {
      if (same(value, name in this.made ? this.made[name] : this.wanted[name])) continue;
      this.wanted[name] = value;
      delete this.made[name];
    }
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
    this.page.player.stop();
    await this.engine(signal);
    const model = this.isLive ? this.state.settings.model : (recorded ?? (await this.recording(signal)));
    signal.throwIfAborted();
    this.hasBegun = true;
    if (!this.isLive) this.shownRecording = model;
    this.set({
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
    const { player } = this.page;
    this.set({ speed });
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

  /** The cache on and off, as its switch does it. */
  setCache(cache: boolean) {
    this.notice();
    this.made.cache = cache;
    this.page.player.setCache(cache);
  }

  /** Gives the page back: what the tour set and a hand has left so is as it was; so is the text, unless it is of that hand. */
  giveBack() {
    const { store, player } = this.page;
    const { before, made, state } = this;
    const isOwn = this.hasOwnText;
    this.notice();
    const back = Object.fromEntries(Object.keys(made).map(name => [name, this.wanted[name]])) as Partial<State & State['settings']>;
    const change: Partial<State> = Object.fromEntries(kept.filter(key => key in back).map(key => [key, back[key]]));
    const settings = { ...state.settings };
    for (const name of Object.keys(settings)) if (name in back) Object.assign(settings, { [name]: this.wanted[name] });
    if ('engine' in back) change.models = before.models;
    if ('engine' in back || settings.model === this.shownRecording) settings.model = before.settings.model;
    if (this.hasBegun && before.recording && !isOwn) player.show(before.recording, before.cursor);
    else if (state.phase !== 'idle' && 'cache' in back && state.cache !== back.cache) player.setCache(back.cache!);
    store.set({ ...change, settings, ...(isOwn ? {} : { selected: before.recording ? before.selected : null }) });
  }

  /** Whether a hand has written a text of its own since, or looks at one. */
  private get hasOwnText(): boolean {
    const { recording, settings } = this.state;
    if (!recording || !this.hasBegun) return false;
    return this.isLive ? !joined(recording.start.prompt).endsWith(prompt) : settings.model !== this.shownRecording;
  }

  private async engine(signal: AbortSignal) {
    const { player } = this.page;
    if (!this.isLive) {
      const other = (['server', 'tab'] as EngineKind[]).find(kind => player.sources.has(kind));
      if (!other) return;
      this.set({ engine: other, models: [] });
    }
    await this.until(s => s.models.length > 0 || s.problem !== null, signal);
  }

  private async recording(signal: AbortSignal): Promise<string> {
    const source = this.page.player.sources.get('trace');
    if (source && this.recorded === undefined) this.recorded = await recordings(source, this.before.settings.model, signal);
    return this.recorded?.name ?? this.before.settings.model;
  }
}
