import { fill, h } from '../page/dom';
import type { Page } from '../page/parts';
import { joined } from '../trace/decode';
import type { TokenStep, TraceCandidate } from '../trace/types';
import { type Branch, ownSteps, stepAt } from './branch';
import { type Branches, branchesOf } from './branches';
import { alternativeNode, captionOf, tokenNode } from './glass';
import { rowsOf } from './layout';
import type { Shown } from './picture';

/** Where the tree's own cursor is: a token of a branch, or one of its alternatives; position -1 is the prompt. */
interface Spot {
  branch: number;
  position: number;
  alternative: number | null;
}

const mostAlternatives = 10;

/**
 * The tree itself, after the pattern that screen readers know: a token is the child of the one before it, what else could stand in its place are its siblings.
 * Right and left go along a text, down and up through the siblings; left on the first token of a branch folds it, right unfolds it.
 */
export class TreeView {
  readonly root = h('div', {
    class: 'tree',
    role: 'tree',
    tabindex: 0,
    'aria-label': 'Tokens that were written, with what else could stand in their place',
    'data-testid': 'tree',
  });
  private readonly branches: Branches;
  private readonly nodes = new WeakMap<TokenStep, HTMLElement>();
  private readonly spots = new WeakMap<Element, Spot>();
  private readonly folded = new Set<number>();
  private order: HTMLElement[] = [];
  private strip: HTMLElement | null = null;
  private spot: Spot | null = null;
  private typed = '';
  private typedAt = 0;
  private marked: Element | null = null;

  constructor(private readonly page: Page) {
    this.branches = branchesOf(page);
    this.branches.store.watch(
      t => t.branches,
      () => this.show(),
    );
    page.store.watch(
      s => s.selected,
      selected => this.followSelected(selected),
    );
    this.root.addEventListener('click', event => {
      const node = (event.target as Element).closest('[role=treeitem]');
      const spot = node && this.spots.get(node);
      if (!spot) return;
      this.go(spot);
      if (spot.alternative !== null) this.enter();
    });
    this.root.addEventListener('keydown', event => this.key(event));
    this.root.addEventListener('focus', () => {
      if (!this.spot) this.go(this.spots.get(this.order[0]!) ?? null);
    });
    new ResizeObserver(() => this.place()).observe(this.root);
  }

  private followSelected(selected: number | null) {
    const { shown } = this.branches.store.get();
    if (selected === null || this.spot?.position === selected) return;
    const owner = this.branches.owner(shown, selected);
    if (owner) this.moved({ branch: owner.id, position: selected, alternative: null });
  }

  private show() {
    const { branches } = this.branches.store.get();
    this.order = [];
    const first = branches[0];
    if (!first) {
      this.spot = null;
      fill(
        this.root,
        h('p', { class: 'hint' }, 'Nothing is written yet: Generate begins a text, and each of its tokens becomes a node here.'),
      );
      return;
    }
    const promptLength = first.recording.start.prompt.length;
    const prompt = h('span', { class: 'given node', role: 'treeitem', 'aria-level': 1, 'aria-selected': 'false', 'aria-expanded': 'true' });
    prompt.textContent = joined(first.recording.start.prompt);
    prompt.id = 'tree-prompt';
    this.spots.set(prompt, { branch: first.id, position: -1, alternative: null });
    this.order.push(prompt);
    const rows = rowsOf(branches, this.folded).map((row, i) => {
      const branch = branches.find(b => b.id === row.branch)!;
      const line = h('div', { class: `tree-row${row.starts && branch.parent !== null ? ' starts' : ''}` });
      line.style.setProperty('--depth', String(Math.min(row.depth, 6)));
      if (row.starts && branch.parent !== null) line.append(h('span', { class: 'caption', 'aria-hidden': 'true' }, captionOf(branch)));
      if (i === 0 || (row.from === promptLength && branch.parent === null && row.starts)) line.append(prompt);
      const own = ownSteps(branch);
      const last = own.at(-1)?.position ?? 0;
      for (const step of own) {
        if (step.position < row.from || step.position >= row.to) continue;
        const node = this.node(branch, step, promptLength);
        if (step.position === last) node.removeAttribute('aria-expanded');
        else node.setAttribute('aria-expanded', String(row.folded === 0));
        line.append(node);
      }
      if (row.folded > 0) line.append(this.more(branch, row.folded));
      else if (branch.state === 'running' && row.to > last) line.append(h('span', { class: 'writing', 'aria-hidden': 'true' }));
      return line;
    });
    if (!rows.some(row => row.contains(prompt))) rows.unshift(h('div', { class: 'tree-row' }, prompt));
    this.strip = null;
    fill(this.root, ...rows);
    this.order = [...this.root.querySelectorAll<HTMLElement>('[role=treeitem]')];
    this.place();
    this.mark();
  }

  /** Stands for what is folded away; a click unfolds it, as the right arrow does on the token before it. */
  private more(branch: Branch, tokens: number): HTMLElement {
    const more = h('span', { class: 'more', 'aria-hidden': 'true', 'data-testid': 'folded' }, `… ${tokens} more`);
    more.addEventListener('click', () => this.fold(branch.id, false));
    return more;
  }

  private fold(branch: number, isFolded: boolean) {
    if (isFolded) this.folded.add(branch);
    else this.folded.delete(branch);
    this.show();
  }

  /** What is looked at is never folded away. */
  private unfoldTo(spot: Spot) {
    let branch = this.branches.find(spot.branch);
    let isInside = branch !== undefined && spot.position > branch.from;
    for (; branch; branch = branch.parent === null ? undefined : this.branches.find(branch.parent)) {
      if (isInside && this.folded.has(branch.id)) this.fold(branch.id, false);
      isInside = true;
    }
  }

  /** What is to be seen now, for a drawing of it. */
  get shown(): Shown {
    const { spot, folded } = this;
    const open = spot && spot.position >= 0 && this.strip ? { ...spot, alternatives: this.alternatives(spot) } : null;
    return { folded, open };
  }

  /** Whether the cursor is on a branch that can be folded: on its first token, with others after it. */
  private foldable({ branch, position, alternative }: Spot): boolean {
    const found = this.branches.find(branch);
    return alternative === null && found !== undefined && found.parent !== null && found.from === position && ownSteps(found).length > 1;
  }

  private node(branch: Branch, step: TokenStep, promptLength: number): HTMLElement {
    let node = this.nodes.get(step);
    if (!node) {
      node = tokenNode(step, step.position - promptLength + 2);
      node.id = `node-${branch.id}-${step.position}`;
      if (branch.recording.forced?.includes(step.position)) node.classList.add('forced');
      this.nodes.set(step, node);
      this.spots.set(node, { branch: branch.id, position: step.position, alternative: null });
    }
    return node;
  }

  /** What else could stand where the cursor is, likeliest first; the token itself among them. */
  private alternatives(spot: Spot): TraceCandidate[] {
    const branch = this.branches.find(spot.branch);
    const step = branch && stepAt(branch.recording, spot.position);
    if (!branch || !step) return [];
    const shown = step.candidates.slice(0, mostAlternatives);
    const others = step.asked.filter(one => !shown.some(s => s.id === one.id));
    return [...shown, ...others];
  }

  /** The alternatives lie under the line in which the cursor is: no line moves sideways for them. */
  private place() {
    this.strip?.remove();
    this.strip = null;
    const { spot } = this;
    if (!spot || spot.position < 0) return;
    const at = document.getElementById(`node-${spot.branch}-${spot.position}`);
    const branch = this.branches.find(spot.branch);
    if (!at || !branch) return;
    const found = this.alternatives(spot);
    const level = Number(at.getAttribute('aria-level'));
    const strip = h('span', { class: 'alternatives', role: 'group', 'aria-label': 'What else could stand here' });
    found.forEach((candidate, i) => {
      const owner = this.branches.owner(branch.id, spot.position)!;
      const parent = spot.position === owner.from && owner.parent !== null ? this.branches.find(owner.parent)! : owner;
      const there = this.branches.existing(parent, spot.position, candidate.id);
      const state = stepAt(branch.recording, spot.position)?.id === candidate.id ? 'here' : there ? 'branch' : 'open';
      const node = alternativeNode(candidate, level, i + 1, found.length, state);
      node.id = `alternative-${i}`;
      this.spots.set(node, { ...spot, alternative: i });
      strip.append(node);
    });
    const bottom = (element: Element) => [...element.getClientRects()].at(-1)?.bottom ?? 0; // a token that begins with a blank may lie on two lines
    let last: Element = at;
    while (last.nextElementSibling && bottom(last.nextElementSibling) <= bottom(at) + 4) last = last.nextElementSibling;
    last.after(strip);
    this.strip = strip;
    this.order = [...this.root.querySelectorAll<HTMLElement>('[role=treeitem]')];
  }

  private mark() {
    this.marked?.setAttribute('aria-selected', 'false');
    const { spot } = this;
    const id = !spot
      ? null
      : spot.position < 0
        ? 'tree-prompt'
        : spot.alternative === null
          ? `node-${spot.branch}-${spot.position}`
          : `alternative-${spot.alternative}`;
    const node = id ? document.getElementById(id) : null;
    this.root.querySelector('.around')?.classList.remove('around');
    if (spot && spot.alternative !== null) document.getElementById(`node-${spot.branch}-${spot.position}`)?.classList.add('around');
    node?.setAttribute('aria-selected', 'true');
    if (node) this.root.setAttribute('aria-activedescendant', node.id);
    else this.root.removeAttribute('aria-activedescendant');
    this.marked = node;
  }

  private moved(spot: Spot | null) {
    if (spot) this.unfoldTo(spot);
    const same = spot && this.spot && spot.branch === this.spot.branch && spot.position === this.spot.position;
    this.spot = spot;
    if (!same || !this.strip) this.place();
    this.mark();
  }

  private go(spot: Spot | null) {
    if (!spot) return;
    this.moved(spot);
    if (spot.position >= 0 && this.page.store.get().phase === 'idle') this.branches.show(spot.branch, spot.position);
    else if (spot.position >= 0) this.page.store.set({ selected: spot.position });
    this.marked?.scrollIntoView({ block: 'nearest' });
  }

  private enter() {
    const { spot } = this;
    if (!spot || spot.position < 0) return;
    if (spot.alternative === null) {
      this.branches.show(spot.branch, spot.position);
      this.page.store.set({ side: 'why' });
      return;
    }
    const candidate = this.alternatives(spot)[spot.alternative];
    if (!candidate) return;
    const owner = this.branches.owner(spot.branch, spot.position)!;
    const from = spot.position === owner.from && owner.parent !== null ? owner.parent : owner.id;
    this.branches.choose(from, spot.position, candidate);
    const made = this.branches.existing(this.branches.find(from) ?? owner, spot.position, candidate.id);
    if (made) this.moved({ branch: made.id, position: spot.position, alternative: null });
  }

  private key(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { spot } = this;
    if (!spot) return;
    const folds = event.key === 'ArrowLeft' ? true : event.key === 'ArrowRight' ? false : null;
    const to = this.target(event.key, spot);
    if (folds !== null && this.foldable(spot) && this.folded.has(spot.branch) !== folds) this.fold(spot.branch, folds);
    else if (to) this.go(to);
    else if (event.key === 'Enter' || event.key === ' ') this.enter();
    else if (event.key === 'Escape' && spot.alternative !== null) this.go({ ...spot, alternative: null });
    else if (event.key.length === 1 && event.key.trim() !== '') this.typeAhead(event.key, event.timeStamp);
    else if (!/^(Arrow|Home|End)/.test(event.key)) return;
    event.preventDefault();
  }

  private target(key: string, spot: Spot): Spot | null {
    const items = this.order.filter(node => this.spots.get(node)?.alternative === null);
    const at = items.findIndex(node => {
      const s = this.spots.get(node)!;
      return s.branch === spot.branch && s.position === spot.position;
    });
    const of = (node: Element | undefined) => (node ? (this.spots.get(node) ?? null) : null);
    if (key === 'Home') return of(items[0]);
    if (key === 'End') return of(items.at(-1));
    if (key === 'ArrowRight') return this.beside(spot, 1) ?? (spot.position < 0 ? of(items[1]) : null);
    if (key === 'ArrowLeft') return spot.alternative !== null ? { ...spot, alternative: null } : this.beside(spot, -1);
    const count = this.alternatives(spot).length;
    if (key === 'ArrowDown') {
      const next = spot.alternative === null ? 0 : spot.alternative + 1;
      if (spot.position >= 0 && next < count) return { ...spot, alternative: next };
      return of(items[at + 1]);
    }
    if (key === 'ArrowUp') {
      if (spot.alternative !== null) return { ...spot, alternative: spot.alternative > 0 ? spot.alternative - 1 : null };
      return of(items[at - 1]);
    }
    return null;
  }

  /** The next or the last token of the same text. */
  private beside(spot: Spot, by: number): Spot | null {
    const branch = this.branches.find(spot.branch);
    if (!branch || spot.position < 0) return null;
    const position = spot.position + by;
    const { start } = branch.recording;
    if (position < start.prompt.length) return { branch: this.branches.store.get().branches[0]!.id, position: -1, alternative: null };
    if (!stepAt(branch.recording, position)) return null;
    return { branch: this.branches.owner(branch.id, position)!.id, position, alternative: null };
  }

  private typeAhead(key: string, now: number) {
    this.typed = now - this.typedAt > 700 ? key.toLowerCase() : this.typed + key.toLowerCase();
    this.typedAt = now;
    const at = this.marked ? this.order.indexOf(this.marked as HTMLElement) : -1;
    const from = this.typed.length > 1 ? at : at + 1;
    const around = [...this.order.slice(from), ...this.order.slice(0, from)];
    const found = around.find(node =>
      (node.getAttribute('aria-label') ?? node.textContent ?? '').trim().toLowerCase().startsWith(this.typed),
    );
    if (found) this.go(this.spots.get(found) ?? null);
  }
}
