import { fill, h } from '../page/dom';
import type { Page } from '../page/parts';
import { type Recording, tokenSteps } from '../trace/recording';
import type { Finish } from '../trace/types';
import { usageWords } from './answer';
import type { Chats } from './chats';
import { after, type Conversation, type Turn } from './conversation';
import { glass, glasses, percent } from './glass';
import { type Block, blocks } from './markdown';

const endings: Partial<Record<Finish, string>> = {
  length: 'As many tokens as were allowed.',
  context: 'The context is full.',
  cancelled: 'Stopped.',
  loop: 'Stopped: it began to repeat itself.',
  time: 'Its time was over.',
};

/** What of the page's state a turn shows; it is drawn anew only where one of these is another. */
export interface TurnFacts {
  conversation: Conversation;
  turn: Turn;
  recording: Recording | undefined;
  glass: boolean;
  formatted: boolean;
  isRunning: boolean;
  /** Whether any answer is being written. */
  busy: boolean;
  /** The token of this answer that is open. */
  chosen: number | null;
}

/** A turn of the conversation: what was asked, or an answer whose every word can be opened. */
export class TurnView {
  readonly root: HTMLElement;
  private readonly body = h('div', { class: 'turn-body' });
  private readonly foot = h('div', { class: 'turn-foot' });
  private readonly error = h('p', { class: 'turn-error', hidden: true });
  private made: readonly Block[] = [];
  private facts: TurnFacts | null = null;
  private editing = false;

  constructor(
    private readonly page: Page,
    private readonly chats: Chats,
    role: Turn['role'],
  ) {
    const name = h('h3', { class: 'sr' }, role === 'user' ? 'You' : 'Answer');
    this.root = h('article', { class: `turn turn-${role}` }, name, this.body, this.error, this.foot);
    if (role === 'assistant') {
      this.body.setAttribute('data-testid', 'answer');
      this.body.setAttribute('role', 'group');
      this.body.addEventListener('click', event => this.click(event.target as HTMLElement));
      this.body.addEventListener('keydown', event => this.key(event));
    }
  }

  show(facts: TurnFacts) {
    const before = this.facts;
    if (before && (Object.keys(facts) as (keyof TurnFacts)[]).every(key => before[key] === facts[key])) return;
    this.facts = facts;
    const { turn, recording } = facts;
    if (turn.role === 'assistant') {
      if (!before || before.turn.content !== turn.content || before.recording !== recording || changedLook(before, facts)) this.draw();
      this.mark(facts.chosen, before?.chosen !== facts.chosen);
      this.body.setAttribute('aria-busy', String(facts.isRunning));
      this.body.classList.toggle('waiting', facts.isRunning && turn.content === '');
      this.body.classList.toggle('writing', facts.isRunning);
      if (recording) {
        this.body.tabIndex = 0;
        this.body.setAttribute('aria-label', 'Answer: arrow keys open its words, Enter goes to what else could stand there');
      } else {
        this.body.removeAttribute('tabindex');
        this.body.setAttribute('aria-label', 'Answer');
      }
    } else if (!this.editing && before?.turn.content !== turn.content) fill(this.body, turn.content);
    this.error.hidden = !turn.error;
    this.error.textContent = turn.error ?? '';
    if (
      !before ||
      before.turn !== turn ||
      before.conversation !== facts.conversation ||
      before.busy !== facts.busy ||
      before.recording !== recording
    )
      this.drawFoot();
  }

  private draw() {
    const { turn, recording, glass: inGlass, formatted } = this.facts!;
    const steps = recording ? tokenSteps(recording) : [];
    this.body.classList.toggle('glassy', inGlass);
    this.body.classList.toggle('plain', !formatted);
    if (!formatted) {
      // Token for token, those without text too.
      const kept = this.made.length === 0 ? this.body.childElementCount : 0;
      if (steps.length === 0) fill(this.body, turn.content);
      else if (kept === 0 || kept > steps.length || changedSteps(this.body, steps.length))
        fill(this.body, ...steps.map(s => glass(s, s.text)));
      else for (const step of steps.slice(kept)) this.body.append(glass(step, step.text));
      this.made = [];
      return;
    }
    const leaf = steps.length > 0 && !turn.content.includes('\r') ? glasses(steps) : undefined;
    const next = blocks(turn.content, leaf, this.leafless === (leaf === undefined) ? this.made : []);
    this.leafless = leaf === undefined;
    const same = next.findIndex((block, i) => block !== this.made[i]);
    const from = same < 0 ? next.length : same;
    if (this.made.length === 0) fill(this.body);
    for (const block of this.made.slice(from)) this.body.contains(block.node) && this.body.removeChild(block.node);
    for (const block of next.slice(from)) this.body.append(block.node);
    this.made = next;
  }
  private leafless = true;

  private drawFoot() {
    const { conversation, turn, recording, busy, isRunning } = this.facts!;
    const focused = this.foot.contains(document.activeElement) ? document.activeElement?.getAttribute('data-testid') : null;
    const siblings = after(conversation, turn.parent);
    const at = siblings.findIndex(t => t.id === turn.id);
    const button = (title: string, test: string, onclick: () => void, disabled = false) =>
      h('button', { type: 'button', class: 'quiet', 'data-testid': test, onclick, disabled }, title);
    const step = (by: number, words: string, sign: string) =>
      h(
        'button',
        {
          type: 'button',
          class: 'quiet',
          'aria-label': words,
          'data-testid': by < 0 ? 'earlier' : 'later',
          disabled: siblings[at + by] === undefined,
          onclick: () => this.chats.choose(siblings[at + by]!),
        },
        sign,
      );
    const arrows =
      siblings.length > 1
        ? h(
            'span',
            { class: 'siblings', role: 'group', 'aria-label': turn.role === 'user' ? 'Versions of this question' : 'Answers to this' },
            step(-1, 'The one before', '‹'),
            h('span', { 'data-testid': 'sibling' }, `${at + 1}/${siblings.length}`),
            step(1, 'The next one', '›'),
          )
        : null;
    const copy = button('Copy', 'copy', () => void this.copy(turn.content));
    if (turn.role === 'user') {
      fill(
        this.foot,
        arrows,
        button('Edit', 'edit', () => this.edit(), busy),
        copy,
        this.isLast() ? this.againButton(busy) : null,
      );
    } else {
      const ending = turn.finish && !isRunning ? endings[turn.finish] : undefined;
      const more =
        recording && !busy && turn.content !== '' && (turn.finish === 'length' || turn.finish === 'cancelled' || turn.error !== undefined);
      fill(
        this.foot,
        arrows,
        isRunning ? null : this.againButton(busy),
        more ? button('Go on', 'go-on', () => this.chats.goOn(turn)) : null,
        turn.content === '' ? null : copy,
        h(
          'span',
          { class: 'usage', 'data-testid': 'usage' },
          [turn.model, turn.usage ? usageWords(turn.usage) : '', ending].filter(Boolean).join(' · '),
        ),
      );
    }
    if (focused) this.foot.querySelector<HTMLElement>(`[data-testid="${focused}"]`)?.focus();
  }

  private againButton(busy: boolean) {
    const onclick = () => this.chats.again(this.facts!.turn);
    const title = 'Another answer, beside this one';
    return h('button', { type: 'button', class: 'quiet', 'data-testid': 'again', title, disabled: busy, onclick }, 'Again');
  }

  private isLast(): boolean {
    const { conversation, turn } = this.facts!;
    return after(conversation, turn.id).length === 0;
  }

  private async copy(text: string) {
    try {
      await navigator.clipboard.writeText(text);
      this.page.announce('Copied.');
    } catch {
      this.page.announce('The browser did not let this be copied.');
    }
  }

  /** The question becomes a field; what is sent from it stands beside the question, which stays. */
  private edit() {
    const { turn } = this.facts!;
    this.editing = true;
    const field = h('textarea', { 'aria-label': 'The question, to be changed', 'data-testid': 'edit-field', rows: 3 });
    field.value = turn.content;
    const done = (send: boolean) => {
      if (send && !this.chats.send(field.value, turn)) return;
      this.editing = false;
      fill(this.body, turn.content);
      this.foot.hidden = false;
      if (!send) this.foot.querySelector<HTMLElement>('[data-testid="edit"]')?.focus();
    };
    field.addEventListener('keydown', event => {
      if (event.isComposing) return;
      if (event.key === 'Escape') done(false);
      else if (event.key === 'Enter' && !event.shiftKey) done(true);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.foot.hidden = true;
    fill(
      this.body,
      field,
      h(
        'div',
        { class: 'row' },
        h('button', { type: 'button', class: 'primary', 'data-testid': 'edit-send', onclick: () => done(true) }, 'Send'),
        h('button', { type: 'button', onclick: () => done(false) }, 'Cancel'),
        h('span', { class: 'hint' }, 'What was there stays beside it.'),
      ),
    );
    field.focus();
  }

  private click(target: HTMLElement) {
    if (target.closest('a')) return;
    const copy = target.closest<HTMLElement>('[data-copy]');
    if (copy) return void this.copy(copy.closest('.code')?.querySelector('code')?.textContent ?? '');
    const token = target.closest<HTMLElement>('[data-index]');
    if (token) this.open(Number(token.dataset.index));
  }

  private key(event: KeyboardEvent) {
    const { chosen } = this.facts!;
    if (event.target !== this.body) return;
    if ((event.key === 'Enter' || event.key === 'ArrowDown') && chosen !== null) {
      event.preventDefault();
      return document.querySelector<HTMLElement>('.chat-word-others button')?.focus();
    }
    const all = [...new Set([...this.body.querySelectorAll<HTMLElement>('[data-index]')].map(t => Number(t.dataset.index)))];
    if (all.length === 0) return;
    const now = chosen === null ? -1 : all.indexOf(chosen);
    const to = { ArrowRight: now + 1, ArrowLeft: now < 0 ? all.length - 1 : now - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || all[to] === undefined) return;
    event.preventDefault();
    this.open(all[to]);
  }

  private open(index: number) {
    const { turn, recording } = this.facts!;
    this.chats.open(turn, index);
    const step = recording && tokenSteps(recording)[index];
    if (step) this.page.announce(`${step.text.trim() || 'blank'}, ${percent(Math.exp(step.logprob))}, rank ${step.why.rank}`);
  }

  private mark(chosen: number | null, isNew: boolean) {
    for (const token of this.body.querySelectorAll('.token.chosen')) token.classList.remove('chosen');
    if (chosen === null) return;
    const tokens = this.body.querySelectorAll(`[data-index="${chosen}"]`);
    for (const token of tokens) token.classList.add('chosen');
    if (isNew) tokens[0]?.scrollIntoView({ block: 'nearest' });
  }
}

function changedLook(a: TurnFacts, b: TurnFacts): boolean {
  return a.glass !== b.glass || a.formatted !== b.formatted;
}

/** Whether the tokens that are shown are not the first ones of so many. */
function changedSteps(body: HTMLElement, steps: number): boolean {
  return [...body.children].some((child, i) => i >= steps || child.getAttribute('data-index') !== String(i));
}
