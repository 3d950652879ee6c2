import { fill, h, svg } from '../page/dom';
import type { Page } from '../page/parts';
import { strength } from './curve';
import { layout, stepShown } from './layout';
import { beamsShown } from './shown';

const scale = 34;
const shownAtMost = 60;

/** The scene from above, without WebGL: glasses in a row, the beams as arcs over them. */
export function flat(root: HTMLElement, { store }: Page) {
  const holder = h('div', { class: 'flat', tabindex: 0, role: 'region', 'aria-label': 'The text from above' });
  root.append(holder);
  const show = () => {
    const { recording, cursor, selected } = store.get();
    if (!recording) return fill(holder, h('p', { class: 'hint' }, 'Nothing is written yet.'));
    const picture = layout(recording, cursor);
    const step = stepShown(recording, cursor, selected);
    const beams = (step && beamsShown(step, store.get(), picture)) ?? [];
    const first = picture.tokens[Math.max(0, picture.tokens.length - shownAtMost)];
    const left = first ? first.x - first.width / 2 : 0;
    const width = (picture.headX - left + 1) * scale;
    const x = (at: number) => (at - left + 0.3) * scale;
    const tall = 40 + Math.sqrt(width) * 6;
    const image = svg('svg', {
      viewBox: `0 0 ${width} ${tall + 64}`,
      role: 'img',
      'aria-label': `${picture.tokens.length} tokens. The tab Steps has all of it in a table.`,
    });
    const target = step && selected !== null ? (picture.tokens[step.position]?.x ?? picture.headX) : picture.headX;
    for (const beam of beams) {
      if (beam.x < left) continue;
      const [from, to] = [x(beam.x), x(target)];
      const rise = Math.min(tall - 6, 20 + Math.sqrt(Math.abs(to - from)) * 9);
      const seen = strength(beam.weight);
      image.append(
        svg('path', {
          d: `M${from} ${tall}Q${(from + to) / 2} ${tall - rise * 1.8} ${to} ${tall}`,
          class: `beam${beam.isRest ? ' rest' : ''}`,
          'stroke-width': 1 + 4 * seen,
          'stroke-opacity': 0.15 + 0.8 * seen,
        }),
      );
    }
    for (const token of picture.tokens) {
      if (first && token.position < first.position) continue;
      const [at, wide] = [x(token.x - token.width / 2), token.width * scale];
      image.append(
        svg('rect', { x: at, y: tall + 36 - 34 * token.fill, width: wide, height: 34 * token.fill, class: 'flat-sand' }),
        svg('rect', { x: at, y: tall + 2, width: wide, height: 34, class: token.given ? 'flat-glass given' : 'flat-glass' }),
        svg('text', { x: x(token.x), y: tall + 54, class: 'flat-word', 'text-anchor': 'middle' }, token.label.trim()),
      );
    }
    image.append(svg('circle', { cx: x(picture.headX), cy: tall, r: 8, class: 'flat-head' }));
    fill(holder, image);
    holder.scrollLeft = holder.scrollWidth;
  };
  for (const key of ['recording', 'cursor', 'selected', 'attention', 'withoutSink'] as const) {
    store.watch(
      s => s[key],
      () => show(),
    );
  }
}
