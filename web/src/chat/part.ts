import type { Part } from '../page/parts';

/** The chat: conversations with the model, in which every word can be opened. What it needs is fetched when it is first looked at. */
export const chatPart: Part = {
  id: 'chat',
  title: 'Chat',
  place: 'view',
  controls: false,
  async mount(root, page) {
    const { mountChat } = await import('./view');
    await mountChat(root, page);
  },
};
