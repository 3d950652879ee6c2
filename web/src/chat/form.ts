import { h } from '../page/dom';
import { numberField, type Setting, seedField } from '../page/field';
import type { Chats } from './chats';
import { type ChatSettings, chatDefaults, fields } from './settings';

/** The system prompt of the conversation, and how answers are chosen. */
export function form(chats: Chats): HTMLElement {
  const { store } = chats;
  const system = h('textarea', {
    id: 'chat-system',
    rows: 3,
    'data-testid': 'chat-system',
    placeholder: 'You are a helpful assistant.',
    onchange: () => chats.setSystem(system.value),
  });
  store.watch(
    s => s.conversations.find(c => c.id === s.current)?.system ?? '',
    text => {
      if (document.activeElement !== system) system.value = text;
    },
  );
  const setting = <K extends keyof ChatSettings>(key: K): Setting<ChatSettings[K]> => ({
    set: value => chats.set({ [key]: value }),
    watch: show => store.watch(s => s.settings[key], show),
  });
  const rows = (Object.keys(fields) as (keyof typeof fields)[]).map(key =>
    numberField(`chat-${key}`, fields[key], chatDefaults[key], setting(key)),
  );
  const stop = h('textarea', { id: 'chat-stop', rows: 1, 'data-testid': 'chat-stop', onchange: () => chats.set({ stop: stop.value }) });
  store.watch(
    s => s.settings.stop,
    value => {
      if (document.activeElement !== stop) stop.value = value;
    },
  );
  return h(
    'div',
    { class: 'chat-form' },
    h('label', { for: 'chat-system' }, 'System prompt', h('small', {}, 'of this conversation')),
    system,
    ...rows,
    seedField('chat-seed', 'empty: another each time', setting('seed')),
    h('label', { for: 'chat-stop' }, 'Stop texts', h('small', {}, 'one a line')),
    stop,
    h('button', { type: 'button', class: 'quiet', onclick: () => chats.set({ ...chatDefaults }) }, 'Defaults'),
  );
}
