import type { TraceRequest } from '../engine/source';
import type { Page } from '../page/parts';
import { createStore, type Store } from '../state/store';
import { idsOf, type Recording, tokenSteps } from '../trace/recording';
import type { TraceCandidate } from '../trace/types';
import { isControl, optionsAgain, sameRoot, withToken } from '../tree/branch';
import { branchesOf } from '../tree/branches';
import { hear, usageOf } from './answer';
import type { Conversation, Turn } from './conversation';
import * as talk from './conversation';
import { slim, textOf } from './file';
import type { Saved } from './saved';
import { type ChatSettings, type Kept, readKept, requestOptions, writeKept } from './settings';

export interface ChatState extends Kept {
  conversations: readonly Conversation[];
  current: string;
  /** The answer that is being written. */
  running: string | null;
  /** What is known of answers token by token. */
  recordings: ReadonlyMap<string, Recording>;
  /** The answer whose words the other parts of the page show. */
  opened: string | null;
  /** What a person should know of the keeping of conversations. */
  said: string;
}

/** The conversations: what is asked, what is answered, what is kept. */
export class Chats {
  readonly store: Store<ChatState>;
  private abort: AbortController | null = null;
  private lastShown: Recording | null = null;

  constructor(
    private readonly page: Page,
    private readonly saved: Saved | null,
    conversations: readonly Conversation[],
  ) {
    const kept = readKept();
    const all = conversations.length > 0 ? conversations : [talk.begin(newId(), kept.system, Date.now())];
    this.store = createStore<ChatState>({
      ...kept,
      conversations: all,
      current: all[0]!.id,
      running: null,
      recordings: new Map(),
      opened: null,
      said: saved ? '' : 'This browser keeps nothing: conversations are gone with the page. Export those that should stay.',
    });
    branchesOf(page); // from the first answer on
    this.store.watch(
      s => s.current,
      () => void this.load(),
    );
  }

  get current(): Conversation {
    const { conversations, current } = this.store.get();
    return conversations.find(c => c.id === current) ?? conversations[0]!;
  }

  /** Traces of the answers of a conversation, as they were kept. */
  private async load() {
    const conversation = this.current;
    await this.recordingsOf(conversation);
  }

  async recordingsOf(conversation: Conversation): Promise<ReadonlyMap<string, Recording>> {
    const known = this.store.get().recordings;
    const found = new Map<string, Recording>();
    for (const turn of conversation.turns) {
      if (turn.role !== 'assistant' || known.has(turn.id) || !this.saved) continue;
      const recording = await this.saved.recording(turn.id).catch(() => undefined);
      if (recording) found.set(turn.id, recording);
    }
    if (found.size > 0) this.store.set(s => ({ recordings: new Map([...found, ...s.recordings]) }));
    return this.store.get().recordings;
  }

  /** Asks something after the last turn that is shown, or as a sibling of a turn that is edited. */
  send(text: string, instead: Turn | null = null): boolean {
    if (text.trim() === '' || this.store.get().running) return false;
    const parent = instead ? instead.parent : (talk.path(this.current).at(-1)?.id ?? null);
    const turn: Turn = { id: newId(), parent, role: 'user', content: text };
    this.update(talk.add(this.current, turn, Date.now()));
    void this.answer(turn);
    return true;
  }

  /** A new answer beside the ones that are there. */
  again(turn: Turn) {
    const asked = turn.role === 'user' ? turn : turn.parent === null ? undefined : talk.turnOf(this.current, turn.parent);
    if (asked && !this.store.get().running) void this.answer(asked);
  }

  /** Writes on where an answer stopped: from its token ids, so that its full pages are not read again while they are there. */
  goOn(turn: Turn) {
    const recording = this.store.get().recordings.get(turn.id);
    const model = recording && this.modelOf(turn, recording);
    if (!recording || !model || this.store.get().running) return;
    this.update(talk.change(this.current, turn.id, { error: undefined, finish: undefined }, Date.now()));
    const { seed, options: asked } = recording.start.run;
    const wanted = requestOptions(this.store.get().settings);
    const stop = [...new Set([wanted.stop, asked.stop].flatMap(texts => (texts as string[] | undefined) ?? []))]; // those of the model's template too
    const options = { ...wanted, ...(stop.length > 0 ? { stop } : {}), seed, hash_logits: true };
    void this.write(turn, { ...this.request(), model, prompt: idsOf(recording), options }, recording);
  }

  /** Another token at a place of an answer: a new answer beside it, which has that one there and goes on from it as the first one was written. */
  instead(turn: Turn, position: number, token: TraceCandidate) {
    const { recordings, running, settings } = this.store.get();
    const recording = recordings.get(turn.id);
    const model = recording && this.modelOf(turn, recording);
    if (!recording || !model || running) return;
    this.showWithSiblings(turn, recording);
    const made = withToken(recording, position, token);
    const sibling: Turn = { id: newId(), parent: turn.parent, role: 'assistant', content: textOf(made), model };
    this.update(talk.add(this.current, sibling, Date.now()));
    const left = Math.max(1, settings.maxTokens - tokenSteps(made).length);
    const options = { ...optionsAgain(recording.start), max_tokens: left };
    const request = isControl(token) ? null : { ...this.request(), model, prompt: idsOf(made), options };
    void this.write(sibling, request, made, position);
  }

  /** The model of an answer, whose token ids mean nothing to another one. */
  private modelOf(turn: Turn, recording: Recording): string | null {
    const { name, hash } = recording.start.model;
    const { models } = this.page.store.get();
    const found = models.find(m => m.hash === hash) ?? models.find(m => m.hash === '' && m.id === turn.model);
    if (!found)
      this.page.store.set({
        problem: `This answer is of ${turn.model ?? name}, which is not here: to another model its tokens are other words.`,
      });
    return found?.id ?? null;
  }

  choose(turn: Turn) {
    this.update(talk.choose(this.current, turn.id));
  }

  stop() {
    this.abort?.abort();
  }

  /** Shows an answer's recording on the whole page, with one of its tokens chosen: the reason, the tree and the scene are of it. */
  open(turn: Turn, index: number | null) {
    const recording = this.store.get().recordings.get(turn.id);
    if (!recording) return;
    const step = index === null ? undefined : tokenSteps(recording)[index];
    this.showWithSiblings(turn, recording);
    this.lastShown = recording;
    this.page.store.set({ selected: step?.position ?? null, side: 'why' });
    this.store.set({ opened: turn.id });
  }

  /** The tree has the answers that went on from another word of this one as its branches. */
  private showWithSiblings(turn: Turn, recording: Recording) {
    const { recordings } = this.store.get();
    if (this.page.store.get().recording === recording) return;
    const byHand = (one: Recording) => one.forced?.length ?? 0;
    const others = talk.after(this.current, turn.parent).flatMap(sibling => recordings.get(sibling.id) ?? []);
    const tree = branchesOf(this.page);
    for (const other of others.toSorted((a, b) => byHand(a) - byHand(b)))
      if (other !== recording && sameRoot(other.start, recording.start)) tree.take(other);
    this.page.player.show(recording);
  }

  new() {
    const empty = this.store.get().conversations.find(c => c.turns.length === 0 && !c.named);
    if (empty) return this.store.set({ current: empty.id });
    const made = talk.begin(newId(), this.store.get().system, Date.now());
    this.store.set(s => ({ conversations: [made, ...s.conversations], current: made.id }));
  }

  rename(conversation: Conversation, title: string) {
    if (title.trim() !== '') this.update({ ...conversation, title: title.trim().slice(0, 200), named: true });
  }

  async remove(conversation: Conversation) {
    if (this.runsIn(conversation)) this.stop();
    const left = this.store.get().conversations.filter(c => c.id !== conversation.id);
    const all = left.length > 0 ? left : [talk.begin(newId(), this.store.get().system, Date.now())];
    const { current } = this.store.get();
    this.store.set({ conversations: all, current: current === conversation.id ? all[0]!.id : current });
    await this.keep(saved => saved.remove(conversation));
  }

  async take(conversations: readonly Conversation[], recordings: ReadonlyMap<string, Recording>) {
    if (conversations.length === 0) return;
    this.store.set(s => ({
      conversations: [...conversations, ...s.conversations],
      recordings: new Map([...s.recordings, ...recordings]),
      current: conversations[0]!.id,
    }));
    await this.keep(async saved => {
      for (const conversation of conversations) await saved.put(conversation);
      for (const [id, recording] of recordings) await saved.putRecording(id, recording);
    });
  }

  set(settings: Partial<ChatSettings>) {
    this.store.set(s => ({ settings: { ...s.settings, ...settings } }));
    this.keepSettings();
  }

  setSystem(system: string) {
    this.store.set({ system });
    this.keepSettings();
    this.update({ ...this.current, system });
  }

  show(shown: Partial<Pick<Kept, 'glass' | 'formatted'>>) {
    this.store.set(shown);
    this.keepSettings();
  }

  private keepSettings() {
    const { settings, system, glass, formatted } = this.store.get();
    writeKept({ settings, system, glass, formatted });
  }

  private runsIn(conversation: Conversation): boolean {
    return conversation.turns.some(turn => turn.id === this.store.get().running);
  }

  private request(): Omit<TraceRequest, 'prompt'> {
    return {
      model: this.page.store.get().settings.model,
      options: { ...requestOptions(this.store.get().settings), hash_logits: true },
      watch: { attention: 'means' },
    };
  }

  private async answer(asked: Turn) {
    const turn: Turn = { id: newId(), parent: asked.id, role: 'assistant', content: '', model: this.page.store.get().settings.model };
    const conversation = talk.add(this.current, turn, Date.now());
    this.update(conversation);
    await this.write(turn, { ...this.request(), messages: talk.messagesOf(conversation, asked.id) }, null);
  }

  /** @param request Null where nothing is left to be written. */
  private async write(turn: Turn, request: TraceRequest | null, before: Recording | null, selected: number | null = null) {
    const { page } = this;
    const abort = new AbortController();
    const home = this.current.id;
    this.abort = abort;
    page.player.stop();
    this.lastShown = null;
    this.store.set({ running: turn.id, opened: turn.id });
    if (before) this.tell(home, turn.id, before);
    if (selected !== null) page.store.set({ selected });
    const source = page.player.sources.get(page.store.get().engine);
    const { recording, error } = !request
      ? { recording: before, error: null }
      : source && source.kind !== 'trace'
        ? await hear(source, request, before, abort.signal, heard => this.tell(home, turn.id, heard))
        : { recording: before, error: 'A recorded trace answers nothing. Choose an engine above, at the right.' };
    const finish = abort.signal.aborted ? 'cancelled' : request ? recording?.result?.finish : 'eos';
    this.change(home, turn.id, { finish, ...(error ? { error } : {}), ...(recording ? { usage: usageOf(recording) } : {}) });
    this.store.set({ running: null });
    this.abort = null;
    const conversation = this.store.get().conversations.find(c => c.id === home);
    if (!conversation) return;
    const words = recording ? textOf(recording) : '';
    page.announce(error ?? (words === '' ? 'The answer is empty.' : `Answer: ${words}`));
    await this.keep(async saved => {
      await saved.put(conversation);
      if (recording) await saved.putRecording(turn.id, slim(recording));
    });
  }

  /** While an answer is written the whole page follows it, unless it shows something else by then. */
  private tell(home: string, id: string, recording: Recording) {
    this.store.set(s => ({ recordings: new Map(s.recordings).set(id, recording) }));
    this.change(home, id, { content: textOf(recording), usage: usageOf(recording) });
    const shown = this.page.store.get();
    if (this.lastShown !== null && shown.recording !== this.lastShown) return;
    const follows = this.lastShown !== null;
    this.lastShown = recording;
    this.page.store.set({ recording, cursor: recording.steps.length, selected: follows ? shown.selected : null });
  }

  private change(home: string, id: string, to: Partial<Turn>) {
    this.store.set(s => ({ conversations: s.conversations.map(c => (c.id === home ? talk.change(c, id, to, Date.now()) : c)) }));
  }

  private update(conversation: Conversation) {
    this.store.set(s => ({ conversations: s.conversations.map(c => (c.id === conversation.id ? conversation : c)) }));
    if (conversation.turns.length > 0 || conversation.named) void this.keep(saved => saved.put(conversation));
  }

  private async keep(what: (saved: Saved) => Promise<void>) {
    if (!this.saved) return;
    try {
      await what(this.saved);
    } catch (error) {
      this.store.set({ said: `The browser did not keep this: ${(error as Error).message}. Export what should stay.` });
    }
  }
}

export function newId(): string {
  // crypto.randomUUID is there only over HTTPS and on this machine
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), b => b.toString(16).padStart(2, '0')).join('');
}
