import type { Part } from '../page/parts';

/** The lab: experiments of `sandglass lab`, run by the engine of the tab. What it needs is fetched when it is first looked at. */
export const labPart: Part = {
  id: 'lab',
  title: 'Lab',
  place: 'view',
  controls: false,
  details: false,
  async mount(root, page) {
    const { mountLab } = await import('./desk');
    mountLab(root, page);
  },
};
