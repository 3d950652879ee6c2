import { h, svg } from '../page/dom';
import type { Page } from '../page/parts';
import { shallowEqual } from '../state/store';
import { labelOf, tokenOf } from '../trace/decode';
import { tokenSteps } from '../trace/recording';
import type { TokenStep } from '../trace/types';
import { percent } from '../tree/glass';

const height = 54;

/** The whole text at one look: a column of sand for each token, as high as it was likely, and a line for how undecided the model was. */
export function strip(page: Page): HTMLElement {
  const drawing = svg('svg', { class: 'strip', 'data-testid': 'strip', preserveAspectRatio: 'none', 'aria-hidden': 'true', height });
  const words = h('p', { class: 'hint' });
  const line = svg('polyline', { class: 'entropy-line' });
  drawing.append(line);
  const made: { step: TokenStep; column: Element; glass: Element }[] = [];
  let chosen: Element | undefined;
  /** A text that became longer has more columns; the others stay as they are. */
  const build = (steps: readonly TokenStep[]) => {
    const same = made.findIndex(({ step }, i) => step !== steps[i]);
    for (const { column, glass } of same < 0 ? [] : made.splice(same)) {
      column.remove();
      glass.remove();
    }
    for (const step of steps.slice(made.length)) {
      const x = made.length * 10;
      const probability = Math.exp(step.logprob);
      const column = svg('rect', {
        x: x + 1,
        width: 8,
        y: height - height * probability,
        height: height * probability,
        class: 'column-sand',
      });
      const glass = svg('rect', { x, width: 10, y: 0, height, class: 'column-glass' });
      glass.append(
        svg('title', {}, `${labelOf(tokenOf(step))}: ${percent(probability)}, entropy ${(step.why.entropyRaw ?? 0).toFixed(2)} nats`),
      );
      glass.addEventListener('click', () => page.store.set({ selected: step.position }));
      line.before(column, glass);
      made.push({ step, column, glass });
    }
  };
  const show = () => {
    const { recording, cursor, selected } = page.store.get();
    const steps = recording ? tokenSteps(recording, cursor) : [];
    const width = Math.max(steps.length, 1) * 10;
    drawing.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const most = Math.max(1, ...steps.map(step => step.why.entropyRaw ?? 0));
    build(steps);
    chosen?.classList.remove('chosen');
    chosen = made.find(({ step }) => step.position === selected)?.glass;
    chosen?.classList.add('chosen');
    line.setAttribute('points', steps.map((step, i) => `${i * 10 + 5},${height - (height * (step.why.entropyRaw ?? 0)) / most}`).join(' '));
    const mean = steps.reduce((sum, step) => sum + Math.exp(step.logprob), 0) / Math.max(1, steps.length);
    const unsure = steps.filter(step => Math.exp(step.logprob) < 0.1).length;
    words.textContent =
      steps.length === 0
        ? ''
        : `Sand: how likely each token was (${percent(mean)} on average, ${unsure} below 10 %). Line: entropy, up to ${most.toFixed(1)} nats.`;
  };
  page.store.watch(s => [s.recording, s.cursor, s.selected], show, shallowEqual);
  return h('section', { class: 'why-strip' }, drawing, words);
}
