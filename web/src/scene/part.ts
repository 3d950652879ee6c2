import { h } from '../page/dom';
import { figuresBar } from '../page/figuresBar';
import type { Part } from '../page/parts';

/** The picture of the text at work. */
export const scenePart: Part = {
  id: 'scene',
  title: 'Watch',
  place: 'view',
  mount(root, page) {
    root.append(figuresBar(page), h('div', { class: 'stage' }));
  },
};
