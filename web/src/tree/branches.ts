import type { TraceRequest } from '../engine/source';
import type { Page } from '../page/parts';
import { createStore, type Store } from '../state/store';
import { wait } from '../state/wait';
import { isToken, labelOf, tokenOf, visible } from '../trace/decode';
import { extend, idsOf, type Recording, tokenSteps } from '../trace/recording';
import type { TraceCandidate, TraceEvent, TraceToken } from '../trace/types';
import { type Branch, isControl, optionsAgain, ownSteps, partsAt, sameRoot, stepAt, upTo, withToken } from './branch';
import { Hold } from './hold';

export interface Tree {
  branches: readonly Branch[];
  /** The branch whose text the whole page shows. */
  shown: number;
  /** What a repetition found out, for people. */
  said: string;
}

const frameMs = 16;
const fewestTokens = 16;
const known = new WeakMap<Page, Branches>();

/** The branches of the page's text, whoever looks at them. */
export function branchesOf(page: Page): Branches {
  let found = known.get(page);
  if (!found) {
    found = new Branches(page);
    known.set(page, found);
  }
  return found;
}

/**
 * The texts that were written from one prompt. A branch goes on from token ids through the engine that wrote the first text, so that the engine finds the pages
 * of what is common and reads none of it again; draws are keyed by seed and position, so that branches differ by their tokens alone. All of them run at once.
 */
export class Branches {
  readonly store: Store<Tree> = createStore<Tree>({ branches: [], shown: 0, said: '' });
  private readonly running = new Map<number, AbortController>();
  private telling = false;
  private isOwn = false;
  private next = 0;

  constructor(private readonly page: Page) {
    page.store.watch(
      s => s.recording,
      recording => this.take(recording),
    );
    page.store.watch(
      s => s.phase,
      phase => {
        const first = this.store.get().branches.find(b => b.id === this.store.get().shown);
        if (first && !this.running.has(first.id)) this.change(first.id, { state: phase === 'idle' ? 'done' : 'running' });
      },
    );
  }

  find(id: number): Branch | undefined {
    return this.store.get().branches.find(b => b.id === id);
  }

  /** The branch to which a position of this one belongs: it, or one that it left. */
  owner(id: number, position: number): Branch | undefined {
    let branch = this.find(id);
    while (branch && position < branch.from && branch.parent !== null) branch = this.find(branch.parent);
    return branch;
  }

  /** The branch that has this token at this position after the same text; null where there is none. */
  existing(parent: Branch, position: number, id: number): Branch | null {
    if (stepAt(parent.recording, position)?.id === id) return parent;
    const siblings = this.store.get().branches.filter(b => b.parent === parent.id && b.from === position);
    return siblings.find(b => ownSteps(b)[0]?.id === id) ?? null;
  }

  /** Another token at a position: the branch that has it already, or a new one that goes on from it. */
  choose(branchId: number, position: number, token: TraceCandidate) {
    const { store, player } = this.page;
    const parent = this.owner(branchId, position);
    if (!parent) return;
    const there = this.existing(parent, position, token.id);
    if (there) return this.show(there.id, position);
    if (!this.canWrite()) return;
    this.takeOver();
    player.stop();
    const recording = withToken(parent.recording, position, token);
    const branch = this.add({ parent: parent.id, from: position, recording, title: insteadOf(parent.recording, position, token) });
    this.show(branch.id, position);
    this.page.announce(`A branch with ${named(token)} begins.`);
    if (isControl(token)) return this.change(branch.id, { state: 'done' });
    const length = Math.max(store.get().settings.maxTokens, tokenSteps(parent.recording).length);
    this.goOn(branch, Math.max(fewestTokens, length - tokenSteps(recording).length));
  }

  /** Writes a text of the same prompt once more with some options changed; it joins the tree where it parts from the first one. */
  repeat(title: string, change: Record<string, unknown>) {
    const first = this.store.get().branches[0];
    if (!first || !this.canWrite()) return;
    const { start } = first.recording;
    this.takeOver();
    const recording = { start, steps: [], result: null, pieces: [0] };
    const branch = this.add({ parent: first.id, from: Number.POSITIVE_INFINITY, recording, title });
    this.store.set({ said: `${title}: begins` });
    const options = { ...optionsAgain(start), max_tokens: Math.max(1, tokenSteps(first.recording).length), hash_logits: true, ...change };
    void this.run(branch, { ...this.request(), prompt: start.prompt.map(token => token.id), options }, null);
  }

  /**
   * Two texts that go on from two tokens at one place, the likeliest always, as the tool's `lab fork` has them; both are written at once. One that goes on as the
   * text does already stands in it.
   */
  fork(branchId: number, position: number, tokens: readonly [TraceCandidate, TraceCandidate], length: number): [number, number] | null {
    const parent = this.owner(branchId, position);
    if (!parent || !this.canWrite()) return null;
    this.takeOver();
    this.page.player.stop();
    const [first, second] = tokens.map(token => {
      const isThere = stepAt(parent.recording, position)?.id === token.id;
      const recording = isThere ? upTo(parent.recording, position) : withToken(parent.recording, position, token);
      const from = isThere ? Number.POSITIVE_INFINITY : position;
      return this.add({ parent: parent.id, from, recording, title: `${named(token)}, then the likeliest`, ofFork: true });
    });
    const greedy = { temperature: 0, max_tokens: length - 1 };
    for (const [i, branch] of [first!, second!].entries()) {
      if (isControl(tokens[i]!)) this.change(branch.id, { state: 'done' });
      else void this.run(branch, { ...this.request(), prompt: idsOf(branch.recording), options: greedy }, branch.recording);
    }
    return [first!.id, second!.id];
  }

  private add(branch: Omit<Branch, 'id' | 'state'>): Branch {
    const added: Branch = { ...branch, id: this.next++, state: 'running' };
    this.store.set(s => ({ branches: [...s.branches, added], said: '' }));
    return added;
  }

  /** Writes a text in a way that the player has no switch for: by beams, with guesses. It takes the place of the tree. */
  async write(options: Record<string, unknown>) {
    if (!this.canWrite()) return;
    const { store, player } = this.page;
    player.stop();
    store.set({ recording: null, cursor: 0, selected: null, problem: null });
    const abort = new AbortController();
    const watch = 'beams' in options ? { watch: {} } : {}; // steps of beams tell of all that was weighed
    this.begins(-1, abort);
    const hold = this.hold(abort.signal);
    let recording: Recording | null = null;
    try {
      const source = player.sources.get(store.get().engine)!;
      for await (const event of source.trace({ ...this.request(), prompt: store.get().settings.prompt, options, ...watch }, abort.signal)) {
        if (event.type === 'step') await hold.turn();
        if (abort.signal.aborted) return;
        recording = extend(recording, [event]);
        this.isOwn = true; // a text that becomes longer here is no reason to stop it
        store.set({ recording, cursor: recording?.steps.length ?? 0 });
        this.isOwn = false;
      }
    } catch (error) {
      if (!abort.signal.aborted) store.set({ problem: error instanceof Error ? error.message : String(error) });
    }
    if (this.running.get(-1) === abort) this.ends(-1);
  }

  /** Makes a branch the text of the page; null keeps no token chosen. */
  show(id: number, selected: number | null = null) {
    const branch = this.find(id);
    if (!branch) return;
    if (this.store.get().shown !== id) {
      this.takeOver();
      this.page.player.stop();
      this.store.set({ shown: id });
      this.tell({ recording: branch.recording, cursor: branch.recording.steps.length });
    }
    this.page.store.set({ selected });
  }

  stop() {
    this.abortAll();
    this.store.set(s => ({ branches: s.branches.map(b => ({ ...b, state: 'done' })) }));
  }

  private abortAll() {
    for (const abort of this.running.values()) abort.abort();
    this.running.clear();
    this.page.store.set({ branching: false, held: false });
  }

  private begins(id: number, abort: AbortController) {
    this.running.set(id, abort);
    this.page.store.set({ branching: true });
  }

  private ends(id: number) {
    this.running.delete(id);
    if (this.running.size === 0) this.page.store.set({ branching: false, held: false });
  }

  /** At one token at a time a hand holds each text from its first token on. */
  private hold(signal: AbortSignal): Hold {
    const { store } = this.page;
    const byHand = store.get().speed === 'step';
    if (byHand) store.set({ held: true });
    return new Hold(store, signal, byHand ? 1 : 0);
  }

  private canWrite(): boolean {
    if (this.page.store.get().engine !== 'trace') return true;
    this.page.store.set({ problem: 'A recorded trace cannot go on in another way: choose an engine above, and write the text with it.' });
    return false;
  }

  /** What the player is writing goes on here, beside the branches: with the same seed, so with the same words. */
  private takeOver() {
    const { phase, recording, settings } = this.page.store.get();
    const branch = this.find(this.store.get().shown);
    if (phase === 'idle' || !branch || !recording || this.running.has(branch.id)) return;
    this.page.player.stop();
    this.goOn({ ...branch, recording }, settings.maxTokens - tokenSteps(recording).length);
    if (phase === 'paused') this.page.player.pause();
  }

  private goOn(branch: Branch, tokens: number) {
    if (tokens <= 0 || branch.recording.result?.finish === 'eos') return this.change(branch.id, { state: 'done' });
    const { beams: _, ...options } = optionsAgain(branch.recording.start);
    const request = { ...this.request(), prompt: idsOf(branch.recording), options: { ...options, max_tokens: tokens } };
    void this.run(branch, request, branch.recording);
  }

  private request(): Omit<TraceRequest, 'prompt' | 'options'> {
    return { model: this.page.store.get().settings.model, watch: { attention: 'all', candidates: 32 } };
  }

  private async run(branch: Branch, request: TraceRequest, from: Recording | null) {
    const { store, player } = this.page;
    const { id } = branch;
    const abort = new AbortController();
    this.begins(id, abort);
    const hold = this.hold(abort.signal);
    this.change(id, { state: 'running' });
    let recording = from;
    let queue: TraceEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      clearTimeout(timer);
      timer = undefined;
      if (queue.length === 0 || abort.signal.aborted) return;
      recording = extend(recording, queue);
      queue = [];
      this.grown(id, recording!);
    };
    try {
      const source = player.sources.get(store.get().engine);
      if (!source) throw new Error('There is no engine of this kind here.');
      for await (const event of source.trace(request, abort.signal)) {
        if (event.type === 'step' && isToken(event.step)) await hold.turn();
        if (abort.signal.aborted) return;
        queue.push(event);
        const { speed } = store.get();
        if (speed === 'max') timer ??= setTimeout(flush, frameMs);
        else {
          flush();
          if (event.type === 'step' && isToken(event.step) && speed !== 'step') await wait(1000 / Number(speed), abort.signal);
        }
      }
      flush();
    } catch (error) {
      if (!abort.signal.aborted) store.set({ problem: error instanceof Error ? error.message : String(error) });
    }
    if (this.running.get(id) !== abort) return;
    this.ends(id);
    this.change(id, { state: 'done' });
    this.tellEnd(id);
  }

  private grown(id: number, recording: Recording) {
    const branch = this.find(id);
    if (!branch) return;
    const parent = branch.parent === null ? undefined : this.find(branch.parent);
    const from = branch.from === Number.POSITIVE_INFINITY && parent ? partsAt(parent.recording, recording) : branch.from;
    const follows = this.page.store.get().cursor >= branch.recording.steps.length;
    this.change(id, { recording, from });
    if (this.store.get().shown === id) this.tell({ recording, ...(follows ? { cursor: recording.steps.length } : {}) });
  }

  private tellEnd(id: number) {
    const branch = this.find(id);
    const parent = branch?.parent === null || !branch ? undefined : this.find(branch.parent);
    if (!branch || !parent || (branch.recording.forced?.length ?? 0) > 0) return;
    const said = branch.ofFork ? '' : repetition(parent, branch);
    this.store.set({ said });
    if (said) this.page.announce(said);
    if (branch.from === Number.POSITIVE_INFINITY) this.store.set(s => ({ branches: s.branches.filter(b => b.id !== id) }));
  }

  private change(id: number, change: Partial<Branch>) {
    this.store.set(s => ({ branches: s.branches.map(b => (b.id === id ? { ...b, ...change } : b)) }));
  }

  /** A text is there, another one than before or longer: it joins this tree where it is of the same root, else it begins a new one. */
  take(recording: Recording | null) {
    if (this.telling) return;
    const shown = this.find(this.store.get().shown);
    if (recording && shown && sameRoot(shown.recording.start, recording.start)) return this.grow(shown, recording);
    if (!this.isOwn) this.abortAll();
    if (!recording) return this.store.set({ branches: [], said: '' });
    const id = this.next++;
    const state = this.page.store.get().phase === 'idle' ? 'done' : 'running';
    const branch: Branch = { id, parent: null, from: recording.start.prompt.length, recording, state, title: 'The first text' };
    this.store.set({ branches: [branch], shown: id, said: '' });
  }

  /** The text that is shown became another one of the same tree: longer, or one that somebody else made from it. */
  private grow(shown: Branch, recording: Recording) {
    if (partsAt(shown.recording, recording) === Number.POSITIVE_INFINITY) return this.change(shown.id, { recording });
    const { branches } = this.store.get();
    const there = branches.find(b => partsAt(b.recording, recording) === Number.POSITIVE_INFINITY);
    if (there) {
      this.store.set({ shown: there.id });
      return this.change(there.id, { recording });
    }
    const parts = branches.map(b => ({ branch: b, at: partsAt(b.recording, recording) }));
    const { at, branch: near } = parts.reduce((best, one) => (one.at > best.at ? one : best));
    const parent = this.owner(near.id, at) ?? near;
    const token = tokenOf(stepAt(recording, at)!);
    const title = insteadOf(parent.recording, at, token);
    const added = this.add({ parent: parent.id, from: at, recording, title });
    this.change(added.id, { state: 'done' });
    this.store.set({ shown: added.id });
  }

  private tell(change: { recording: Recording; cursor?: number }) {
    this.telling = true;
    this.page.store.set(change);
    this.telling = false;
  }
}

/** What a repetition shows: equal tokens and equal bits, or where the texts part. */
export function repetition(first: Branch, again: Branch): string {
  const a = tokenSteps(first.recording);
  const b = tokenSteps(again.recording);
  if (again.from < Number.POSITIVE_INFINITY) {
    const at = again.from - first.recording.start.prompt.length;
    const shared = Math.min(a.length, b.length);
    let differ = 0;
    for (let i = 0; i < shared; i++) if (a[i]!.id !== b[i]!.id) differ++;
    return `${again.title}: the texts part at token ${at + 1}; of ${shared} tokens ${differ} ${differ === 1 ? 'differs' : 'differ'}.`;
  }
  const both = b.filter((step, i) => step.logitsHash && a[i]?.logitsHash);
  const equal = both.filter(step => a[step.index]?.logitsHash === step.logitsHash).length;
  const bits =
    both.length === 0 ? '' : equal === both.length ? ', and their logits bit for bit' : `, but ${both.length - equal} logits differ`;
  return `${again.title}: all ${Math.min(a.length, b.length)} tokens are equal${bits}.`;
}

function insteadOf(recording: Recording, position: number, token: TraceToken): string {
  return `${named(token)} instead of ${named(tokenOf(stepAt(recording, position)!))}`;
}

const named = (token: { id: number; text: string; bytes?: number[] }) => `“${visible(labelOf(token)).trim() || '␣'}”`;
