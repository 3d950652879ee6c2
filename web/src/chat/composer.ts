import { h } from '../page/dom';
import type { Page } from '../page/parts';
import type { Chats } from './chats';

const draft = 'chat-draft';

/** Where one writes: Enter sends, Shift+Enter breaks the line, Escape stops an answer. What is typed stays until it was sent, also over a reload. */
export function composer({ store: page }: Page, chats: Chats): HTMLElement {
  const field = h('textarea', {
    id: 'chat-field',
    rows: 1,
    'data-testid': 'chat-field',
    placeholder: 'Ask something',
    'aria-describedby': 'chat-keys',
  });
  field.value = kept();
  const grow = () => {
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight + 2, innerHeight * 0.4)}px`;
  };
  const send = () => {
    if (!chats.send(field.value)) return;
    field.value = '';
    keep('');
    grow();
  };
  field.addEventListener('input', () => {
    keep(field.value);
    grow();
  });
  field.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  requestAnimationFrame(grow);
  const go = h('button', { type: 'button', class: 'primary', 'data-testid': 'send', onclick: send }, 'Send');
  const stop = h('button', { type: 'button', class: 'stop', 'data-testid': 'stop', onclick: () => chats.stop() }, 'Stop');
  const model = h('span', { class: 'chat-model', 'data-testid': 'chat-model' });
  chats.store.watch(
    s => s.running,
    running => {
      const focused = document.activeElement === go || document.activeElement === stop;
      go.hidden = running !== null;
      stop.hidden = running === null;
      if (focused) (running ? stop : field).focus();
    },
  );
  page.watch(
    s => s.settings.model,
    id => {
      model.textContent = id;
    },
  );
  return h(
    'div',
    { class: 'composer' },
    h('label', { for: 'chat-field', class: 'sr' }, 'Your message'),
    field,
    go,
    stop,
    h('p', { id: 'chat-keys', class: 'hint' }, model, h('span', {}, 'Enter sends · Shift+Enter: a new line · Esc stops')),
  );
}

function kept(): string {
  try {
    return localStorage.getItem(draft) ?? '';
  } catch {
    return '';
  }
}

function keep(text: string) {
  try {
    if (text === '') localStorage.removeItem(draft);
    else localStorage.setItem(draft, text);
  } catch {
    // a browser that keeps nothing
  }
}
