import { fill, h, save } from '../page/dom';
import type { Page, Part } from '../page/parts';
import { optionsOf } from '../state/player';
import { beamsView } from './beamsView';
import { branchesOf } from './branches';
import { compare } from './compare';
import { forkView } from './forkView';
import { guessesView } from './guessesView';
import { pictureOf, sizes } from './picture';
import { coloursOf, svgFile } from './svg';
import { TreeView } from './view';
import './tree.css';

const mostBeams = 4;
const beamTokens = 16; // a picture of a search is wide: a column for each token

/** The token tree: each token with what else could stand in its place, and the texts that went on from there. */
export const treePart: Part = {
  id: 'tree',
  title: 'Tree',
  place: 'view',
  mount(root, page) {
    const branches = branchesOf(page);
    const view = new TreeView(page);
    root.append(
      h(
        'div',
        { class: 'tree-page' },
        toolbar(page, view),
        beamsView(page),
        guessesView(page),
        view.root,
        legend(),
        compare(branches),
        forkView(page),
      ),
    );
  },
};

/** The tree as it is shown, as a file for any viewer. */
function saveDrawing(page: Page, view: TreeView) {
  const { branches } = branchesOf(page).store.get();
  if (branches.length === 0) return page.announce('There is no text yet.');
  const context = document.createElement('canvas').getContext('2d')!;
  const picture = pictureOf(branches, view.shown, (text, size) => {
    context.font = `${size}px ${size === sizes.text ? 'serif' : 'sans-serif'}`;
    return context.measureText(text.replaceAll(' ', '\u00a0')).width;
  });
  const { model } = branches[0]!.recording.start;
  const file = svgFile(picture, coloursOf(view.root), `Texts of ${model.name} and where they part, drawn by Sandglass`);
  save('sandglass-tree.svg', new Blob([file], { type: 'image/svg+xml' }));
}

function toolbar(page: Page, view: TreeView): HTMLElement {
  const branches = branchesOf(page);
  const again = (title: string, test: string, change: () => [string, Record<string, unknown>]) =>
    h('button', { type: 'button', 'data-testid': test, onclick: () => branches.repeat(...change()) }, title);
  const said = h('p', { class: 'hint', role: 'status', 'data-testid': 'repeated' });
  const buttons = [
    again('Same seed', 'repeat-same', () => ['The same seed', {}]),
    again('Another seed', 'repeat-other', () => {
      const seed = String(crypto.getRandomValues(new Uint32Array(1))[0]);
      return [`Seed ${seed}`, { seed }];
    }),
    again('Temperature 0', 'repeat-greedy', () => ['Temperature 0', { temperature: 0 }]),
  ];
  const ways = [
    h(
      'button',
      {
        type: 'button',
        'data-testid': 'write-beams',
        title: 'Searches for the likeliest text with four beams',
        onclick: () => void branches.write({ beams: mostBeams, max_tokens: Math.min(beamTokens, page.store.get().settings.maxTokens) }),
      },
      'Beams',
    ),
    h(
      'button',
      {
        type: 'button',
        'data-testid': 'write-guesses',
        title: 'Guesses tokens ahead from what the text says already; the model confirms several at once',
        onclick: () => void branches.write({ ...optionsOf(page.store.get().settings), draft: 'lookup' }),
      },
      'Guesses',
    ),
  ];
  const stop = h('button', { type: 'button', class: 'quiet', onclick: () => branches.stop() }, 'Stop all');
  const drawing = h(
    'button',
    {
      type: 'button',
      class: 'quiet',
      'data-testid': 'save-tree',
      title: 'The tree as a drawing (SVG)',
      onclick: () => saveDrawing(page, view),
    },
    'SVG',
  );
  const list = h('div', { class: 'chips', role: 'group', 'aria-label': 'Branches' });
  branches.store.watch(
    t => t,
    ({ branches: all, shown, said: words }) => {
      said.textContent = words;
      for (const button of [...buttons, drawing]) button.disabled = all.length === 0;
      stop.hidden = !all.some(b => b.state === 'running');
      const there = all.filter(b => b.from < Number.POSITIVE_INFINITY);
      list.hidden = there.length < 2;
      const focused = document.activeElement?.getAttribute('data-branch');
      fill(
        list,
        ...there.map(b =>
          h(
            'button',
            {
              type: 'button',
              class: 'chip',
              'data-branch': b.id,
              'aria-pressed': String(b.id === shown),
              onclick: () => branches.show(b.id),
            },
            b.title,
          ),
        ),
      );
      if (focused) list.querySelector<HTMLElement>(`[data-branch="${focused}"]`)?.focus();
    },
  );
  return h(
    'div',
    { class: 'tree-tools' },
    h(
      'div',
      { class: 'row' },
      h('div', { class: 'row' }, h('b', {}, 'Again with'), ...buttons),
      h('div', { class: 'row tree-ways' }, h('b', {}, 'Write by'), ...ways, h('span', { class: 'tree-ends' }, stop, drawing)),
    ),
    said,
    list,
  );
}

function legend(): HTMLElement {
  return h(
    'p',
    { class: 'hint' },
    'The sand in a token is its probability. Choose one to see what else could stand there; a click or Enter on an alternative goes on from it. ' +
      'Keys: ← → along the text (← folds a branch at its first token), ↑ ↓ through alternatives, Home, End, Enter, or type a word.',
  );
}
