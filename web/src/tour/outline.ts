import { h } from '../page/dom';
import { type Box, beside, distance, scrollBy, threadFrom } from './place';

const room = 7; // pixels between a thing and the line around it
const edge = 14;
const header = 58;
const farAbove = 110; // pixels over a sheet, beyond which grains would run over what is read

/** The line around what a stop talks of, the grains that lead there, and the place of the panel beside it. */
export class Outline {
  readonly root: HTMLElement;
  private readonly line = h('div', { class: 'tour-line' });
  private readonly thread = h('div', { class: 'tour-thread' });
  private readonly ends: (() => void)[] = [];
  private selectors: readonly string[] = [];
  private keep: readonly string[] = [];
  private target: Element | null = null;
  private asked = 0;

  constructor(private readonly panel: HTMLElement) {
    this.root = h('div', { class: 'tour-outline', 'aria-hidden': 'true' }, this.thread, this.line);
    this.line.hidden = this.thread.hidden = true;
    const ask = () => this.ask();
    const listen = (event: string) => {
      addEventListener(event, ask, { capture: true, passive: true });
      this.ends.push(() => removeEventListener(event, ask, { capture: true }));
    };
    listen('scroll');
    listen('resize');
    const changes = new MutationObserver(ask);
    changes.observe(document.querySelector('main')!, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['hidden', 'class', 'aria-selected', 'open'],
    });
    const sizes = new ResizeObserver(ask);
    sizes.observe(panel);
    this.ends.push(
      () => changes.disconnect(),
      () => sizes.disconnect(),
    );
  }

  /** A sheet at the lower edge, where there is no room beside things. */
  get isSheet(): boolean {
    return getComputedStyle(this.panel).getPropertyValue('--sheet').trim() === '1';
  }

  look(selectors: readonly string[], keep: readonly string[]) {
    this.selectors = selectors;
    this.keep = keep;
    this.ask();
  }

  /** What is looked at is brought into sight, though it is the same as before. */
  again() {
    this.target = null;
    this.ask();
  }

  end() {
    cancelAnimationFrame(this.asked);
    for (const end of this.ends) end();
    this.root.remove();
  }

  private ask() {
    this.asked ||= requestAnimationFrame(() => this.place());
  }

  private place() {
    this.asked = 0;
    const found = this.found();
    const sheet = this.isSheet;
    const panel = this.panel.getBoundingClientRect();
    if (found.length > 0 && found[0] !== this.target) {
      this.target = found[0]!;
      for (const element of [...found].reverse()) reveal(element);
      if (sheet) this.scroll(found, panel.top);
    }
    const box = union(found.map(seenBox));
    if (!sheet) this.move(box, panel);
    this.draw(box, sheet);
  }

  private found(): Element[] {
    for (const selector of this.selectors) {
      const all = [...document.querySelectorAll(selector)].filter(element => element.checkVisibility());
      if (all.length > 0) return all;
    }
    return [];
  }

  private kept(): Box[] {
    return this.keep
      .map(selector => union([...document.querySelectorAll(selector)].filter(e => e.checkVisibility()).map(seenBox)))
      .filter(box => box !== null);
  }

  private scroll(found: readonly Element[], bottom: number) {
    const target = union(found.map(boxOf));
    if (!target) return;
    const keep = this.keep.flatMap(selector => [...document.querySelectorAll(selector)]).filter(e => e.checkVisibility());
    const by = scrollBy(
      target,
      keep.map(e => e.getBoundingClientRect()),
      { top: edge, bottom: bottom - edge },
    );
    if (Math.abs(by) > 1) scrollTo({ top: scrollY + by, behavior: isStill() ? 'instant' : 'smooth' });
  }

  private move(target: Box | null, panel: DOMRect) {
    const within = { left: edge, top: header + edge, right: innerWidth - edge, bottom: innerHeight - edge };
    const at = beside(panel, target ? grown(target) : { ...within, right: edge, bottom: edge }, this.kept(), within);
    this.panel.style.left = `${at.left}px`;
    this.panel.style.top = `${at.top}px`;
  }

  private draw(box: Box | null, sheet: boolean) {
    this.line.hidden = this.thread.hidden = true;
    if (!box) return;
    const around = grown(box);
    const panel = sheet ? this.panel.getBoundingClientRect() : this.panelBox();
    if (sheet) around.bottom = Math.min(around.bottom, panel.top - 4); // what lies below a sheet is not seen
    if (around.bottom <= around.top) return;
    this.line.hidden = false;
    set(this.line, { left: around.left, top: around.top, width: around.right - around.left, height: around.bottom - around.top });
    const far = distance(panel, around);
    const thread = far > 3 && !(sheet && far > farAbove) ? threadFrom(panel, around) : null;
    if (!thread) return;
    this.thread.hidden = false;
    set(this.thread, { left: thread.x, top: thread.y, width: thread.length });
    this.thread.style.rotate = `${thread.angle}rad`;
  }

  /** Where the panel will be, though it may still be on its way. */
  private panelBox(): Box {
    const [left, top] = [Number.parseFloat(this.panel.style.left), Number.parseFloat(this.panel.style.top)];
    return { left, top, right: left + this.panel.offsetWidth, bottom: top + this.panel.offsetHeight };
  }
}

export const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

function set(element: HTMLElement, pixels: Record<string, number>) {
  for (const [name, value] of Object.entries(pixels)) element.style.setProperty(name, `${Math.round(value)}px`);
}

function grown(box: Box): Box {
  return {
    left: Math.max(2, box.left - room),
    top: Math.max(2, box.top - room),
    right: Math.min(innerWidth - 2, box.right + room),
    bottom: Math.min(innerHeight - 2, box.bottom + room),
  };
}

function union(boxes: readonly (Box | null)[]): Box | null {
  const there = boxes.filter(box => box !== null);
  if (there.length === 0) return null;
  return {
    left: Math.min(...there.map(b => b.left)),
    top: Math.min(...there.map(b => b.top)),
    right: Math.max(...there.map(b => b.right)),
    bottom: Math.max(...there.map(b => b.bottom)),
  };
}

const scrolls = (element: Element) => /auto|scroll|hidden/.test(getComputedStyle(element).overflowY);

/** Of a word that begins with a blank at the end of a line, the line where it is read. */
function boxOf(element: Element): DOMRect {
  return getComputedStyle(element).display === 'inline'
    ? (element.getClientRects()[element.getClientRects().length - 1] ?? new DOMRect())
    : element.getBoundingClientRect();
}

/** As much of an element as the places that it lies in let be seen; null where that is nothing. */
function seenBox(element: Element): Box | null {
  let { left, top, right, bottom } = boxOf(element);
  for (let around = element.parentElement; around && around !== document.body; around = around.parentElement) {
    if (!scrolls(around)) continue;
    const box = around.getBoundingClientRect();
    [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
    [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
  }
  [top, bottom] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
  return right - left > 2 && bottom - top > 2 ? { left, top, right, bottom } : null;
}

/** Scrolls the places that an element lies in, but not the page. */
function reveal(element: Element) {
  for (let around = element.parentElement; around && around !== document.body; around = around.parentElement) {
    if (!scrolls(around) || around.scrollHeight <= around.clientHeight) continue;
    const [box, view] = [boxOf(element), around.getBoundingClientRect()];
    if (box.height > view.height || box.top < view.top + room) around.scrollTop += box.top - view.top - 2 * room;
    else if (box.bottom > view.bottom - room) around.scrollTop += box.bottom - view.bottom + 2 * room;
  }
}
