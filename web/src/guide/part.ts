import type { Part } from '../page/parts';

/** The guide: how a language model writes, in plain words. Each chapter is fetched when it is read. */
export const guidePart: Part = {
  id: 'guide',
  title: 'Guide',
  place: 'view',
  controls: false,
  details: false,
  async mount(root, page) {
    const { mountGuide } = await import('./reader');
    mountGuide(root, page);
  },
};
