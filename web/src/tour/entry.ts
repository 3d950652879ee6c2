import { h, svg } from '../page/dom';
import type { Page } from '../page/parts';
import { tourOf } from './tour';

/** The way to the tour in the header: it stays, so that the tour can be taken again, and is more than a word where it is offered. */
export function tourEntry(page: Page): HTMLElement {
  const tour = tourOf(page);
  const words = h('span');
  const button = h(
    'button',
    {
      type: 'button',
      class: 'tour-entry',
      'data-testid': 'tour',
      title: 'Six stops with the live model',
      onclick: () => void tour.start(),
    },
    way(),
    words,
  );
  tour.store.watch(
    t => t,
    ({ running, offered }) => {
      words.textContent = offered ? 'Take the tour' : 'Tour';
      button.classList.toggle('offered', offered);
      button.setAttribute('aria-pressed', String(running));
    },
  );
  return button;
}

/** A way of grains from one place to another. */
function way(): SVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 20 20', width: 16, height: 16, 'aria-hidden': 'true' },
    svg('circle', { cx: 4, cy: 16, r: 2.2, fill: 'currentColor' }),
    svg('path', {
      d: 'M7 16h6a3 3 0 0 0 0-6H8a3 3 0 0 1 0-6h5',
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': 1.7,
      'stroke-linecap': 'round',
      'stroke-dasharray': '0.2 3',
    }),
    svg('circle', { cx: 16, cy: 4, r: 2.2, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.6 }),
  );
}
