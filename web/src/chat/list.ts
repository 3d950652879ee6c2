import { fill, h, save } from '../page/dom';
import type { Page } from '../page/parts';
import { type Chats, newId } from './chats';
import type { Conversation } from './conversation';
import { mostBytes, read, write } from './file';

/** The conversations that are kept: choose, rename, delete, export, import. */
export function list(page: Page, chats: Chats): HTMLElement {
  const items = h('ul', { class: 'chat-list', 'data-testid': 'conversations' });
  let state: 'look' | 'rename' | 'delete' = 'look';
  const to = (next: typeof state, focus?: string) => {
    state = next;
    draw();
    if (focus) items.querySelector<HTMLElement>(focus)?.focus();
  };
  const button = (title: string, test: string, onclick: () => void) =>
    h('button', { type: 'button', class: 'quiet', 'data-testid': test, onclick }, title);

  const below = (conversation: Conversation): HTMLElement | null => {
    if (state === 'rename') {
      const field = h('input', {
        type: 'text',
        'aria-label': 'Title',
        value: conversation.title,
        maxlength: 200,
        'data-testid': 'rename-field',
      });
      const done = () => {
        chats.rename(conversation, field.value);
        to('look', '[data-testid="rename"]');
      };
      field.addEventListener('keydown', event => {
        if (event.key === 'Enter') done();
        else if (event.key === 'Escape') to('look', '[data-testid="rename"]');
        else return;
        event.preventDefault(); // or the same key presses the button that has the focus now
        event.stopPropagation();
      });
      return h('div', { class: 'row' }, field, button('Keep', 'rename-keep', done));
    }
    if (state === 'delete') {
      return h(
        'div',
        { class: 'row' },
        h('span', {}, 'Delete it?'),
        button('Yes, delete', 'delete-yes', () => {
          state = 'look';
          void chats.remove(conversation);
        }),
        button('No', 'delete-no', () => to('look', '[data-testid="delete"]')),
      );
    }
    return h(
      'div',
      { class: 'row' },
      button('Rename', 'rename', () => to('rename', 'input')),
      button('Export', 'export', () => void exported([conversation])),
      button('Delete', 'delete', () => to('delete', '[data-testid="delete-no"]')),
    );
  };

  const exported = async (conversations: readonly Conversation[]) => {
    for (const conversation of conversations) await chats.recordingsOf(conversation);
    const text = write(conversations, chats.store.get().recordings);
    const name =
      conversations.length === 1 ? conversations[0]!.title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'chat' : 'chats';
    save(`${name}.json`, new Blob([text], { type: 'application/json' }));
  };

  const draw = () => {
    const { conversations, current } = chats.store.get();
    fill(
      items,
      ...conversations.map(conversation => {
        const here = conversation.id === current;
        const name = h(
          'button',
          {
            type: 'button',
            class: 'chat-name',
            'aria-current': here ? 'true' : undefined,
            onclick: () => {
              state = 'look';
              chats.store.set({ current: conversation.id });
            },
          },
          conversation.title,
        );
        return h('li', {}, name, here ? below(conversation) : null);
      }),
    );
  };
  chats.store.watch(
    s => `${s.current} ${s.conversations.map(c => `${c.id} ${c.title}`).join('\n')}`,
    () => {
      if (state !== 'rename') draw();
    },
  );

  const file = h('input', { type: 'file', accept: '.json,application/json', hidden: true, 'data-testid': 'import-file' });
  file.addEventListener('change', async () => {
    const given = file.files?.[0];
    file.value = '';
    if (!given) return;
    try {
      if (given.size > mostBytes) throw new Error(`It has ${given.size} bytes; at most ${mostBytes} are read.`);
      const { conversations, recordings } = read(await given.text(), newId);
      await chats.take(conversations, recordings);
      page.announce(`${conversations.length} conversations imported.`);
    } catch (error) {
      page.store.set({ problem: `${given.name} was not imported. ${(error as Error).message}` });
    }
  });
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'row' },
      h('button', { type: 'button', 'data-testid': 'new-chat', onclick: () => chats.new() }, 'New'),
      button('Import', 'import', () => file.click()),
      button('Export all', 'export-all', () => void exported(chats.store.get().conversations)),
      file,
    ),
    items,
  );
}
