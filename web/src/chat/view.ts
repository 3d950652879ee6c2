import { fill, h } from '../page/dom';
import type { Page } from '../page/parts';
import { Chats } from './chats';
import { composer } from './composer';
import { path } from './conversation';
import { form } from './form';
import { list } from './list';
import { openSaved } from './saved';
import { TurnView } from './turn';
import { wordBar } from './word';
import './chat.css';

export async function mountChat(root: HTMLElement, page: Page) {
  const saved = await openSaved();
  const kept = saved ? await saved.conversations().catch(() => []) : [];
  const chats = new Chats(page, saved, kept);
  const wide = matchMedia('(min-width: 1100px)').matches;
  const aside = h(
    'aside',
    { class: 'chat-aside', 'aria-label': 'Conversations and settings' },
    h('details', { open: wide }, h('summary', {}, 'Conversations'), list(page, chats)),
    h('details', {}, h('summary', { 'data-testid': 'chat-settings' }, 'Settings'), form(chats)),
  );
  const chat = h(
    'div',
    { class: 'chat' },
    aside,
    h('div', { class: 'chat-main' }, looks(chats), log(page, chats), wordBar(page, chats), composer(page, chats)),
  );
  chat.addEventListener('keydown', event => {
    if (event.key === 'Escape' && chats.store.get().running && !event.defaultPrevented) {
      event.preventDefault();
      chats.stop();
    }
  });
  root.append(chat);
  root.querySelector<HTMLElement>('#chat-field')?.focus({ preventScroll: true });
}

/** How answers are shown. */
function looks(chats: Chats): HTMLElement {
  const toggle = (key: 'glass' | 'formatted', title: string, words: string) => {
    const button = h(
      'button',
      {
        type: 'button',
        class: 'chip',
        'data-testid': `show-${key}`,
        title: words,
        onclick: () => chats.show({ [key]: !chats.store.get()[key] }),
      },
      title,
    );
    chats.store.watch(
      s => s[key],
      on => button.setAttribute('aria-pressed', String(on)),
    );
    return button;
  };
  const title = h('h2', { class: 'chat-title' });
  chats.store.watch(
    s => s.conversations.find(c => c.id === s.current)?.title ?? '',
    text => {
      title.textContent = text;
    },
  );
  return h(
    'div',
    { class: 'chat-bar' },
    title,
    toggle('glass', 'Glass', 'Each word is filled with sand up to its probability'),
    toggle('formatted', 'Formatted', 'Markdown as it is meant; off: every token as it was written'),
  );
}

/** The turns that are shown. Screen readers hear an answer when it is whole, not each of its tokens. */
function log(page: Page, chats: Chats): HTMLElement {
  const turns = h('div', { class: 'turns' });
  const notes = h('div', { class: 'chat-notes' });
  const start = welcome();
  const box = h(
    'div',
    { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': 'Conversation', tabindex: 0, 'data-testid': 'log' },
    notes,
    start,
    turns,
  );
  const views = new Map<string, TurnView>();
  let follows = true;
  let parted = ''; // the answer that is written with one of its words open: from another word on
  /** To the end, but no further than the word from which an answer parted stays in sight. Between two of its states that word may be no open one for a moment. */
  const scroll = (last: string | undefined) => {
    if (last !== parted) {
      box.scrollTop = box.scrollHeight;
      return;
    }
    const word = box.querySelector('.token.chosen')?.getBoundingClientRect();
    if (word) box.scrollTop = Math.min(box.scrollHeight, box.scrollTop + word.top - box.getBoundingClientRect().top - box.clientHeight / 3);
  };
  let end: string | undefined;
  const follow = (last: string | undefined) => {
    end = last;
    scroll(last);
  };
  // Its lines, and so its height, depend on what stands beside it, which may have its size later.
  const sizes = new ResizeObserver(() => follows && scroll(end));
  sizes.observe(turns);
  sizes.observe(box);
  box.addEventListener('scroll', () => {
    follows = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  });
  let order = '';
  const show = () => {
    const state = chats.store.get();
    const conversation = chats.current;
    const shown = path(conversation);
    const { selected, recording: open } = page.store.get();
    for (const turn of shown) {
      let view = views.get(turn.id);
      if (!view) {
        view = new TurnView(page, chats, turn.role);
        views.set(turn.id, view);
      }
      const recording = state.recordings.get(turn.id);
      const isOpen = recording !== undefined && recording === open && selected !== null;
      if (isOpen && turn.id === state.running && turn.id !== parted) {
        parted = turn.id;
        follows = true;
      }
      view.show({
        conversation,
        turn,
        recording,
        glass: state.glass,
        formatted: state.formatted,
        isRunning: state.running === turn.id,
        busy: state.running !== null,
        chosen: isOpen ? selected - recording.start.prompt.length : null,
      });
    }
    const now = shown.map(t => t.id).join(' ');
    if (now !== order) {
      const added = now.startsWith(order) && order !== '';
      order = now;
      const wanted = shown.map(t => views.get(t.id)!.root);
      for (const child of [...turns.children]) if (!wanted.includes(child as HTMLElement)) child.remove();
      wanted.forEach((element, i) => {
        if (turns.children[i] !== element) turns.insertBefore(element, turns.children[i] ?? null);
      });
      if (added || state.running) follows = true;
    }
    box.setAttribute('aria-busy', String(state.running !== null));
    start.hidden = shown.length > 0;
    if (follows) follow(shown.at(-1)?.id);
  };
  chats.store.watch(s => s, show);
  page.store.watch(s => `${s.selected}`, show);
  page.store.watch(s => s.recording, show);
  const tell = () => {
    const { models, settings } = page.store.get();
    const model = models.find(m => m.id === settings.model);
    const { said } = chats.store.get();
    const plain =
      'has no chat template: messages are written to it in a plain form (<|im_start|> where its vocabulary has that, else lines with User: and Assistant:). It writes on rather than answers.';
    fill(
      notes,
      model?.chatTemplate === false ? h('p', { 'data-testid': 'no-template' }, h('b', {}, model.id), ` ${plain}`) : null,
      said ? h('p', {}, said) : null,
    );
    notes.hidden = notes.childElementCount === 0;
  };
  page.store.watch(s => `${s.settings.model} ${s.models.length}`, tell);
  page.store.watch(s => s.models, tell);
  chats.store.watch(s => s.said, tell);
  return box;
}

function welcome(): HTMLElement {
  const word = (text: string, fill: string) => {
    const span = h('span', { class: 'token' }, text);
    span.style.setProperty('--fill', fill);
    return span;
  };
  return h(
    'div',
    { class: 'chat-start' },
    h(
      'p',
      { class: 'chat-start-words', 'aria-hidden': 'true' },
      word('Every', '46%'),
      word(' word', '88%'),
      word(' can', '71%'),
      word(' be', '97%'),
      word(' opened', '33%'),
      word('.', '99%'),
    ),
    h(
      'p',
      { class: 'hint' },
      'Ask something. Each word of the answer is a glass with as much sand in it as the model was sure of it: choose one to see why it was written, and what else could have been.',
    ),
  );
}
