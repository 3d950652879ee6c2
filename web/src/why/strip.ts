import { fill, h, svg } from '../page/dom';
import type { Page } from '../page/parts';
import { labelOf, tokenOf } from '../trace/decode';
import { tokenSteps } from '../trace/recording';
import { percent } from '../tree/glass';

const height = 54;

/** The whole text at one look: a column of sand for each token, as high as it was likely, and a line for how undecided the model was. */
export function strip(page: Page): HTMLElement {
  const drawing = svg('svg', { class: 'strip', 'data-testid': 'strip', preserveAspectRatio: 'none', 'aria-hidden': 'true', height });
  const words = h('p', { class: 'hint' });
  const show = () => {
    const { recording, cursor, selected } = page.store.get();
    const steps = recording ? tokenSteps(recording, cursor) : [];
    const width = Math.max(steps.length, 1) * 10;
    drawing.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const most = Math.max(1, ...steps.map(step => step.why.entropyRaw ?? 0));
    const at = steps.findIndex(step => step.position === selected);
    const columns = steps.map((step, i) => {
      const probability = Math.exp(step.logprob);
      const column = svg('rect', {
        x: i * 10 + 1,
        width: 8,
        y: height - height * probability,
        height: height * probability,
        class: 'column-sand',
      });
      const glass = svg('rect', { x: i * 10, width: 10, y: 0, height, class: i === at ? 'column-glass chosen' : 'column-glass' });
      glass.append(
        svg('title', {}, `${labelOf(tokenOf(step))}: ${percent(probability)}, entropy ${(step.why.entropyRaw ?? 0).toFixed(2)} nats`),
      );
      glass.addEventListener('click', () => page.store.set({ selected: step.position }));
      return [column, glass];
    });
    const points = steps.map((step, i) => `${i * 10 + 5},${height - (height * (step.why.entropyRaw ?? 0)) / most}`).join(' ');
    fill(drawing, ...columns.flat(), svg('polyline', { points, class: 'entropy-line' }));
    const mean = steps.reduce((sum, step) => sum + Math.exp(step.logprob), 0) / Math.max(1, steps.length);
    const unsure = steps.filter(step => Math.exp(step.logprob) < 0.1).length;
    words.textContent =
      steps.length === 0
        ? ''
        : `Sand: how likely each token was (${percent(mean)} on average, ${unsure} below 10 %). Line: entropy, up to ${most.toFixed(1)} nats.`;
  };
  page.store.watch(s => s.recording, show);
  page.store.watch(s => s.cursor, show);
  page.store.watch(s => s.selected, show);
  return h('section', { class: 'why-strip' }, drawing, words);
}
