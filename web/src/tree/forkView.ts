import { fill, h, svg } from '../page/dom';
import type { Page } from '../page/parts';
import { tokenOf } from '../trace/decode';
import type { TokenStep } from '../trace/types';
import type { Branch } from './branch';
import { branchesOf } from './branches';
import { type ForkText, forkText, forkTokens, placesOf, type Tie, tiesOf } from './fork';
import { oneLine, percent } from './glass';

const box = { width: 78, height: 32, across: 90, left: 30 };
const tops = [16, 104] as const; // of the two texts

/** A fork that was asked for: where it is, and its two branches as they were last. */
interface Fork {
  tie: Tie;
  /** The first branch of its tree. */
  root: number;
  branches: [number, number];
  texts: [Branch | null, Branch | null];
}

/** Where two words were equally likely: a list of such places, and for the one that is chosen what becomes of the text with either. */
export function forkView(page: Page): HTMLElement {
  const branches = branchesOf(page);
  const list = h('div', {
    class: 'chips',
    role: 'group',
    'aria-label': 'Places where two words were nearly equally likely',
    'data-testid': 'ties',
  });
  const words = h('p', { class: 'hint', 'data-testid': 'ties-words' });
  const told = h('p', { role: 'status', 'data-testid': 'fork-words' });
  const drawing = h('div', { class: 'beams-scroll scroll', tabindex: 0, role: 'region', 'aria-label': 'Both texts, token by token' });
  const figures = h('div', {});
  const picture = h('div', { class: 'fork', 'data-testid': 'fork', hidden: true }, told, drawing, figures);
  const root = h('section', { class: 'forks', hidden: true }, h('h3', {}, 'Where two words were equally likely'), words, list, picture);
  let fork: Fork | null = null;

  /** The text whose places are listed: of a fork that is shown, the one that it left. */
  const base = (): Branch | undefined => {
    let branch = branches.find(branches.store.get().shown);
    while (branch?.ofFork && branch.parent !== null) branch = branches.find(branch.parent);
    return branch;
  };
  const choose = (tie: Tie) => {
    const from = base();
    if (!from) return;
    if (fork?.tie.position === tie.position && branches.find(fork.branches[1])) return branches.show(fork.branches[1], tie.position);
    const made = branches.fork(from.id, tie.position, tie.tokens, forkTokens);
    if (!made) return;
    fork = { tie, root: branches.store.get().branches[0]!.id, branches: made, texts: [null, null] };
    branches.show(made[1], tie.position);
    look();
    showList();
  };
  const look = () => {
    const first = branches.store.get().branches[0];
    if (fork && first?.id !== fork.root) fork = null;
    if (fork) {
      const { branches: ids, texts } = fork;
      fork.texts = [branches.find(ids[0]) ?? texts[0], branches.find(ids[1]) ?? texts[1]];
    }
    showFork();
  };
  const showFork = () => {
    const [first, second] = fork?.texts ?? [null, null];
    picture.hidden = !fork || !first || !second;
    if (!fork || !first || !second) return;
    const { position } = fork.tie;
    const texts = [first, second].map(branch => forkText(branch.recording, first.recording, position)) as [ForkText, ForkText];
    const isOver = first.state === 'done' && second.state === 'done';
    told.textContent = isOver ? sentence(texts, position - first.recording.start.prompt.length) : 'Both are being written …';
    fill(drawing, draw(texts));
    fill(figures, table(texts));
  };
  const showList = () => {
    const recording = base()?.recording;
    root.hidden = !recording?.steps.some(step => step.kind === 'token');
    if (!recording || root.hidden) return;
    const ties = tiesOf(recording);
    words.textContent =
      ties.length > 0
        ? 'The two likeliest were within a quarter of each other here. Choose a place: the text goes on from both, always with the likeliest token, as sandglass lab fork does.'
        : 'Nowhere in this text was the second likeliest token within a quarter of the likeliest.';
    const focused = list.contains(document.activeElement) ? document.activeElement?.getAttribute('data-position') : null;
    fill(list, ...ties.map(tie => chip(tie, recording.start.prompt.length, () => choose(tie), tie.position === fork?.tie.position)));
    if (focused) list.querySelector<HTMLElement>(`[data-position="${focused}"]`)?.focus();
  };
  branches.store.watch(t => t.branches, look);
  branches.store.watch(t => base()?.recording ?? t.shown, showList);
  return root;
}

function chip({ position, tokens: [first, second] }: Tie, prompt: number, onclick: () => void, isChosen: boolean): HTMLElement {
  const one = (token: Tie['tokens'][0]) => [h('b', {}, oneLine(token)), ` ${percent(token.probability)}`];
  return h(
    'button',
    { type: 'button', class: 'chip', 'data-testid': 'tie', 'data-position': position, 'aria-pressed': String(isChosen), onclick },
    `${position - prompt + 1}: `,
    ...one(first),
    ' or ',
    ...one(second),
  );
}

function sentence([first, second]: [ForkText, ForkText], at: number): string {
  const after = second.steps.length - 1;
  const mean = ({ score, steps }: ForkText) => (score / steps.length).toFixed(3);
  const meets = second.meetsAt === null ? 'They do not meet again.' : `From token ${at + second.meetsAt + 1} on they are the same.`;
  return (
    `They part at token ${at + 1}: of ${after} tokens after it ${second.shared} ${second.shared === 1 ? 'is' : 'are'} shared. ${meets} ` +
    `The first has ${mean(first)} a token, the second ${mean(second)}.`
  );
}

/** The figures that the tool's table has. */
function table(texts: [ForkText, ForkText]): HTMLElement {
  const rows = texts.map((text, i) => {
    const first = text.steps[0]!;
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, oneLine(tokenOf(first))),
      h('td', {}, percent(Math.exp(first.logprob))),
      h('td', { 'data-testid': 'fork-score' }, text.score.toFixed(4)),
      h('td', { 'data-testid': 'fork-shared' }, i === 0 ? '' : `${text.shared} of ${text.steps.length - 1}`),
      h('td', { 'data-testid': 'fork-meets' }, i === 0 ? '' : String(text.meetsAt ?? 'never')),
    );
  });
  const heads = ['Token', 'Probability', 'Score', 'Shared', 'Meets at'];
  return h(
    'table',
    { class: 'fork-figures' },
    h('thead', {}, h('tr', {}, ...heads.map(head => h('th', { scope: 'col' }, head)))),
    h('tbody', {}, ...rows),
  );
}

/** Both texts from left to right; what they share stands at the same place and is joined. */
function draw([first, second]: [ForkText, ForkText]): SVGElement {
  const ids = ({ steps }: ForkText) => steps.map(step => step.id);
  const places = placesOf(ids(first), ids(second));
  const x = (place: number) => box.left + place * box.across;
  const [width, height] = [x(places.length) + 10, tops[1] + box.height + 12];
  const middle = (tops[0] + tops[1] + box.height) / 2;
  const stems = tops.map(top => {
    const to = top + box.height / 2;
    const d = `M0 ${middle}C${box.left / 2} ${middle} ${box.left / 2} ${to} ${box.left} ${to}`;
    return svg('path', { d, class: 'beam-line best' });
  });
  const columns = places.flatMap(({ a, b, isShared }, i) => [
    isShared ? svg('path', { d: `M${x(i) + box.width / 2} ${tops[0] + box.height}V${tops[1]}`, class: 'fork-joint' }) : null,
    a === null ? null : token(first.steps[a]!, x(i), tops[0], isShared),
    b === null ? null : token(second.steps[b]!, x(i), tops[1], isShared),
  ]);
  const label = described([first, second]);
  return svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label }, ...stems, ...columns);
}

function described(texts: [ForkText, ForkText]): string {
  return texts
    .map(({ steps }) =>
      steps
        .map(step => tokenOf(step).text)
        .join('')
        .trim(),
    )
    .join('  or  ');
}

function token(step: TokenStep, x: number, y: number, isShared: boolean): SVGElement {
  const label = oneLine(tokenOf(step));
  const probability = Math.exp(step.logprob);
  const sand = box.height * probability;
  return svg(
    'g',
    { class: `beam-node${isShared ? ' shared' : ''}`, transform: `translate(${x} ${y})` },
    svg('title', {}, `${label}: ${percent(probability)}${isShared ? ', in both' : ''}`),
    svg('rect', { class: 'beam-sand', y: box.height - sand, width: box.width, height: sand }),
    svg('rect', { class: 'beam-glass', width: box.width, height: box.height, rx: 5 }),
    svg(
      'text',
      { x: box.width / 2, y: 21, 'text-anchor': 'middle', class: 'beam-token' },
      label.length > 9 ? `${label.slice(0, 8)}…` : label,
    ),
  );
}
