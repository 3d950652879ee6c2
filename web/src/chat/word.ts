import { fill, h } from '../page/dom';
import type { Page } from '../page/parts';
import { labelOf, tokenOf, visible } from '../trace/decode';
import { tokenSteps } from '../trace/recording';
import type { Chats } from './chats';
import { percent } from './glass';

const most = 5;

/** The word that is open: how sure the model was of it and what else it had in mind, and the way to the reason, the tree and the scene. */
export function wordBar({ store }: Page, chats: Chats): HTMLElement {
  const bar = h('div', { class: 'chat-word', hidden: true, role: 'region', 'aria-label': 'The open word', 'data-testid': 'word' });
  const name = (token: { id: number; text: string; bytes?: number[] }) => visible(labelOf(token)).replace(/^ /, '␣');
  const show = () => {
    const { recording, selected } = store.get();
    const { opened, recordings } = chats.store.get();
    const ours = recording !== null && opened !== null && recordings.get(opened) === recording;
    const step = ours && selected !== null ? tokenSteps(recording).find(s => s.position === selected) : undefined;
    bar.hidden = step === undefined;
    if (!step) return;
    const others = step.candidates.filter(c => c.id !== step.id).slice(0, most);
    const focused = document.activeElement?.getAttribute('data-to');
    const to = (title: string, where: string, go: () => void) => h('button', { type: 'button', 'data-to': where, onclick: go }, title);
    fill(
      bar,
      h('b', { class: 'chat-word-text' }, name(tokenOf(step))),
      h('span', {}, `${percent(Math.exp(step.logprob))}, rank ${step.why.rank}`),
      h('span', { class: 'chat-word-others' }, ...others.map(c => h('span', {}, h('i', {}, name(c)), ` ${percent(c.probability)}`))),
      h(
        'span',
        { class: 'chat-word-to' },
        to('Why', 'why', () => {
          store.set({ side: 'why' });
          document.querySelector('.side')?.scrollIntoView({ block: 'start' });
        }),
        to('Tree', 'tree', () => store.set({ view: 'tree' })),
        to('Watch', 'scene', () => store.set({ view: 'scene' })),
        h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close this word', onclick: () => store.set({ selected: null }) }, '×'),
      ),
    );
    if (focused) bar.querySelector<HTMLElement>(`[data-to="${focused}"]`)?.focus();
  };
  store.watch(s => s.selected, show);
  store.watch(s => s.recording, show);
  chats.store.watch(s => s.opened, show);
  return bar;
}
