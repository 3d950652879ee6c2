import { fill, h } from '../page/dom';
import type { Page } from '../page/parts';
import { Drive, written } from './drive';
import { Outline } from './outline';
import type { Act } from './stop';
import { stops } from './stops/all';
import './tour.css';

/** The panel that leads through the tour. The page around it stays as usable as ever; Escape ends it from anywhere. */
export class Guide {
  private readonly drive: Drive;
  private readonly outline: Outline;
  private readonly label = h('p', { class: 'tour-label' });
  private readonly title = h('h2', { id: 'tour-title' });
  private readonly text = h('p', { id: 'tour-text', class: 'tour-text', 'data-testid': 'tour-text' });
  private readonly acts = h('div', { class: 'tour-acts' });
  private readonly glasses: readonly HTMLButtonElement[];
  private readonly back = h(
    'button',
    { type: 'button', class: 'quiet', 'data-testid': 'tour-back', onclick: () => this.go(this.at - 1) },
    'Back',
  );
  private readonly next = h('button', { type: 'button', 'data-testid': 'tour-next', onclick: () => this.forth() });
  private readonly panel: HTMLElement;
  private readonly ends: (() => void)[] = [];
  private leaving = new AbortController();
  private at = -1;
  private busy = false;
  private asked = false;
  /** Whether the focus was on something to do that is gone while the model works: it comes back with it. */
  private cameFromAct = false;

  constructor(
    private readonly page: Page,
    private readonly closed: () => void,
  ) {
    this.drive = new Drive(page);
    this.glasses = stops.map((stop, i) =>
      h('button', {
        type: 'button',
        class: 'tour-glass',
        title: stop.title,
        'aria-label': `Stop ${i + 1}: ${stop.title}`,
        onclick: () => this.go(i),
      }),
    );
    const skip = h(
      'button',
      { type: 'button', class: 'quiet', 'data-testid': 'tour-skip', title: 'Ends the tour (Escape)', onclick: () => this.close() },
      'Skip',
    );
    this.panel = h(
      'section',
      { class: 'tour', role: 'dialog', 'aria-labelledby': 'tour-title', 'aria-describedby': 'tour-text', 'data-testid': 'tour-panel' },
      h('div', { class: 'tour-head' }, h('div', {}, this.label, this.title), skip),
      this.text,
      this.acts,
      h(
        'div',
        { class: 'tour-nav' },
        this.back,
        h('div', { class: 'tour-way', role: 'group', 'aria-label': 'Stops' }, ...this.glasses),
        this.next,
      ),
    );
    this.outline = new Outline(this.panel);
    document.querySelector('.header')!.after(this.panel, this.outline.root);
    document.documentElement.classList.add('touring');
    const keys = (event: KeyboardEvent) => this.key(event);
    addEventListener('keydown', keys);
    this.ends.push(() => removeEventListener('keydown', keys));
    for (const key of ['recording', 'cursor', 'selected', 'phase', 'cache', 'engine'] as const) {
      this.ends.push(
        page.store.watch(
          s => s[key],
          () => this.ask(),
        ),
      );
    }
  }

  go(index: number) {
    if (index < 0 || index >= stops.length) return;
    this.at = index;
    this.cameFromAct = false;
    const stop = stops[index]!;
    this.label.textContent = `Stop ${index + 1} of ${stops.length}`;
    this.title.textContent = stop.title;
    this.back.disabled = index === 0;
    this.next.textContent = index === stops.length - 1 ? 'Finish' : 'Next';
    this.glasses.forEach((glass, i) => {
      glass.classList.toggle('full', i < index);
      if (i === index) glass.setAttribute('aria-current', 'step');
      else glass.removeAttribute('aria-current');
    });
    if (!this.panel.contains(document.activeElement)) this.next.focus({ preventScroll: true });
    this.page.announce(`Stop ${index + 1} of ${stops.length}: ${stop.title}.`);
    void this.drives(stop.enter);
  }

  close() {
    this.leaving.abort();
    for (const end of this.ends) end();
    this.outline.end();
    this.panel.remove();
    document.documentElement.classList.remove('touring');
    this.drive.giveBack();
    this.page.announce('The tour is over.');
    this.closed();
  }

  private forth() {
    if (this.at === stops.length - 1) this.close();
    else this.go(this.at + 1);
  }

  private key(event: KeyboardEvent) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && !document.querySelector('dialog[open]')) this.close();
    else if (!this.panel.contains(document.activeElement)) return;
    else if (event.key === 'ArrowRight' && this.at < stops.length - 1) this.forth();
    else if (event.key === 'ArrowLeft') this.go(this.at - 1);
    else return;
    event.preventDefault();
  }

  /** Something that takes its time; leaving the stop ends it. What came of it is said when it is there. */
  private async drives(run: Act['run']) {
    this.leaving.abort();
    const leaving = new AbortController();
    this.leaving = leaving;
    this.busy = true;
    this.show();
    try {
      await run(this.drive, leaving.signal);
    } catch (error) {
      if (!leaving.signal.aborted) this.page.store.set({ problem: (error as Error).message });
    }
    if (leaving.signal.aborted) return;
    this.busy = false;
    this.show();
    this.cameFromAct = false;
    this.outline.again();
    this.page.announce(this.text.textContent ?? '');
  }

  private ask() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      if (this.panel.isConnected) this.show();
    });
  }

  private show() {
    const stop = stops[this.at];
    if (!stop) return;
    const { state } = this.drive;
    const isThere = state.recording !== null && (written(state) > 0 || stop.id === 'phases');
    this.panel.setAttribute('aria-busy', String(this.busy));
    if (isThere) fill(this.text, ...stop.words(state, this.drive));
    else this.text.textContent = this.busy ? 'The model is at work …' : 'Nothing was written here: what the page says above tells why.';
    if (isThere && !this.drive.isLive) this.text.prepend(h('i', { class: 'tour-note' }, 'A recorded run. '));
    this.showActs(isThere || !this.busy ? stop.acts(state, this.drive) : []);
    const { isSheet } = this.outline;
    this.outline.look(stop.look(state, isSheet), stop.keep(isSheet));
  }

  /** The buttons stay the same elements while they change their words, so that none loses the focus. */
  private showActs(acts: readonly Act[]) {
    const there = [...this.acts.children] as HTMLButtonElement[];
    for (const button of there.slice(acts.length)) {
      if (button === document.activeElement) {
        this.cameFromAct = true;
        this.next.focus({ preventScroll: true });
      }
      button.remove();
    }
    acts.forEach((act, i) => {
      const button = there[i] ?? this.acts.appendChild(h('button', { type: 'button', 'data-testid': 'tour-act' }));
      if (button.textContent !== act.title) button.textContent = act.title;
      button.setAttribute('aria-disabled', String(this.busy));
      button.onclick = () => {
        if (!this.busy) void this.drives(act.run);
      };
    });
    if (this.cameFromAct && this.next === document.activeElement)
      (this.acts.firstElementChild as HTMLElement | null)?.focus({ preventScroll: true });
  }
}
