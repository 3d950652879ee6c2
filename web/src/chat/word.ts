import { fill, h } from '../page/dom';
import type { Page } from '../page/parts';
import { labelOf, tokenOf, visible } from '../trace/decode';
import { tokenSteps } from '../trace/recording';
import type { Chats } from './chats';
import { turnOf } from './conversation';
import { percent } from './glass';

const most = 5;

/**
 * The word that is open: how sure the model was of it, and the way to the reason, the tree and the scene. What else it had in mind can be put in its place: a new
 * answer goes on from there.
 */
export function wordBar({ store }: Page, chats: Chats): HTMLElement {
  const bar = h('div', { class: 'chat-word', hidden: true, role: 'region', 'aria-label': 'The open word', 'data-testid': 'word' });
  const name = (token: { id: number; text: string; bytes?: number[] }) => visible(labelOf(token)).replace(/^ /, '␣');
  const show = () => {
    const { recording, selected } = store.get();
    const { opened, recordings } = chats.store.get();
    const ours = recording !== null && opened !== null && recordings.get(opened) === recording;
    const step = ours && selected !== null ? tokenSteps(recording).find(s => s.position === selected) : undefined;
    const hadFocus = bar.contains(document.activeElement);
    bar.hidden = step === undefined;
    if (bar.hidden && hadFocus) document.querySelector<HTMLElement>('[data-testid="chat-field"]')?.focus();
    if (!step) return;
    const others = step.candidates.filter(c => c.id !== step.id).slice(0, most);
    const turn = opened === null ? undefined : turnOf(chats.current, opened);
    const isShut = !turn || chats.store.get().running !== null;
    const at = bar.contains(document.activeElement) ? document.activeElement : null;
    const focused = at?.getAttribute('data-to') ?? at?.getAttribute('data-instead');
    const to = (title: string, where: string, go: () => void) => h('button', { type: 'button', 'data-to': where, onclick: go }, title);
    fill(
      bar,
      h('b', { class: 'chat-word-text' }, name(tokenOf(step))),
      h('span', {}, `${percent(Math.exp(step.logprob))}, rank ${step.why.rank}`),
      h(
        'span',
        { class: 'chat-word-others', role: 'group', 'aria-label': 'What else could stand here' },
        ...others.map(c =>
          h(
            'button',
            {
              type: 'button',
              'data-testid': 'instead',
              'data-instead': c.id,
              title: `Another answer, with this in its place${c.removedBy ? ` (taken out by ${c.removedBy})` : ''}`,
              'aria-disabled': isShut ? 'true' : undefined, // a button that is disabled loses the focus
              onclick: () => isShut || (turn && chats.instead(turn, step.position, c)),
            },
            h('i', {}, name(c)),
            ` ${percent(c.probability)}`,
          ),
        ),
      ),
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
    if (focused)
      (bar.querySelector<HTMLElement>(`[data-to="${focused}"], [data-instead="${focused}"]`) ?? bar.querySelector('button'))?.focus();
  };
  bar.addEventListener('keydown', event => {
    if (event.key !== 'Escape' || chats.store.get().running) return;
    event.preventDefault();
    document.querySelector<HTMLElement>('.turn-body:has(.token.chosen)')?.focus();
  });
  store.watch(s => s.selected, show);
  store.watch(s => s.recording, show);
  chats.store.watch(s => `${s.opened} ${s.running}`, show);
  return bar;
}
