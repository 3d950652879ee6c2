import { h } from '../page/dom';
import type { Chats } from './chats';
import { chatDefaults, fields } from './settings';

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
  const rows = fields.map(({ key, title, min, max, step, note }) => {
    const input = h('input', { type: 'number', id: `chat-${key}`, min, max, step, 'data-testid': `chat-${key}` });
    input.addEventListener('change', () => {
      const value = input.valueAsNumber;
      const valid = Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : chatDefaults[key];
      chats.set({ [key]: valid });
      input.value = String(valid);
    });
    store.watch(
      s => s.settings[key],
      value => {
        if (document.activeElement !== input) input.value = String(value);
      },
    );
    return h('div', { class: 'field' }, h('label', { for: input.id }, title, h('small', {}, note)), input);
  });
  const seed = h('input', { type: 'text', id: 'chat-seed', inputmode: 'numeric', placeholder: 'random', 'data-testid': 'chat-seed' });
  seed.addEventListener('change', () => {
    const digits = seed.value.trim();
    seed.value = /^-?\d{1,20}$/.test(digits) ? digits : '';
    chats.set({ seed: seed.value });
  });
  const stop = h('textarea', { id: 'chat-stop', rows: 1, 'data-testid': 'chat-stop', onchange: () => chats.set({ stop: stop.value }) });
  store.watch(
    s => s.settings,
    s => {
      if (document.activeElement !== seed) seed.value = s.seed;
      if (document.activeElement !== stop) stop.value = s.stop;
    },
  );
  return h(
    'div',
    { class: 'chat-form' },
    h('label', { for: 'chat-system' }, 'System prompt', h('small', {}, 'of this conversation')),
    system,
    ...rows,
    h('div', { class: 'field' }, h('label', { for: 'chat-seed' }, 'Seed', h('small', {}, 'empty: another each time')), seed),
    h('label', { for: 'chat-stop' }, 'Stop texts', h('small', {}, 'one a line')),
    stop,
    h('button', { type: 'button', class: 'quiet', onclick: () => chats.set({ ...chatDefaults }) }, 'Defaults'),
  );
}
