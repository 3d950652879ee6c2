import type { Part } from '../page/parts';

/** The batch: how one engine serves several texts at once. What it needs is fetched when it is first looked at. */
export const batchPart: Part = {
  id: 'batch',
  title: 'Batch',
  place: 'view',
  controls: false,
  details: false,
  async mount(root, page) {
    const { mountBatch } = await import('./view');
    mountBatch(root, page);
  },
};
