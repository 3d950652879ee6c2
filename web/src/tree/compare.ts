import { fill, h } from '../page/dom';
import { labelOf, tokenOf } from '../trace/decode';
import { tokenSteps } from '../trace/recording';
import type { TokenStep } from '../trace/types';
import type { Branch } from './branch';
import type { Branches } from './branches';
import { align } from './diff';
import { fillTo, percent } from './glass';

const before = 8; // tokens that are shown before two texts part

/** Two branches side by side: what differs is underlined and counted; both had the same draws. */
export function compare(branches: Branches): HTMLElement {
  const title = h('h3', {}, 'Side by side');
  const words = h('p', { class: 'hint', 'data-testid': 'difference' });
  const pick = h('select', { 'aria-label': 'Compared with' });
  let chosen: number | null = null;
  pick.addEventListener('change', () => {
    chosen = Number(pick.value);
    show();
  });
  const columns = h('div', { class: 'columns' });
  const box = h(
    'section',
    { class: 'compare', 'data-testid': 'compare', hidden: true },
    h('div', { class: 'row' }, title, pick),
    words,
    columns,
  );
  const show = () => {
    const { branches: all, shown } = branches.store.get();
    const there = all.filter(b => b.from < Number.POSITIVE_INFINITY);
    const right = there.find(b => b.id === shown);
    const others = there.filter(b => b.id !== shown);
    box.hidden = !right || others.length === 0;
    if (!right || others.length === 0) return;
    const left = others.find(b => b.id === chosen) ?? others.find(b => b.id === right.parent) ?? others.at(-1)!;
    fill(pick, ...others.map(b => h('option', { value: b.id, selected: b.id === left.id }, b.title)));
    const [a, b] = [tokenSteps(left.recording), tokenSteps(right.recording)];
    const pairs = align(
      a.map(s => s.id),
      b.map(s => s.id),
    );
    const part = pairs.findIndex(p => p.a === null || p.b === null);
    const onlyA = pairs.filter(p => p.b === null).length;
    const onlyB = pairs.filter(p => p.a === null).length;
    const seed = left.recording.start.run.seed === right.recording.start.run.seed;
    words.textContent =
      part < 0
        ? `All ${a.length} tokens are equal.`
        : `They part at token ${part + 1}: ${onlyA} tokens stand only on the left, ${onlyB} only on the right. ` +
          (seed ? 'Both had the same number drawn at each position.' : 'They had different seeds.');
    const from = Math.max(0, (part < 0 ? pairs.length : part) - before);
    fill(
      columns,
      column(
        left,
        a,
        pairs.slice(from),
        p => p.a,
        p => p.b === null,
        from > 0,
      ),
      column(
        right,
        b,
        pairs.slice(from),
        p => p.b,
        p => p.a === null,
        from > 0,
      ),
    );
  };
  branches.store.watch(t => t.branches, show);
  branches.store.watch(t => t.shown, show);
  return box;
}

type Pair = ReturnType<typeof align>[number];

function column(
  branch: Branch,
  steps: readonly TokenStep[],
  pairs: readonly Pair[],
  side: (p: Pair) => number | null,
  alone: (p: Pair) => boolean,
  cut: boolean,
) {
  const text = h('p', { class: 'story' }, cut ? '… ' : '');
  for (const pair of pairs) {
    const at = side(pair);
    if (at === null) continue;
    const step = steps[at]!;
    const token = h(alone(pair) ? 'ins' : 'span', { class: 'token' }, labelOf(tokenOf(step)));
    token.title = `${percent(Math.exp(step.logprob))}${step.why.greedy ? '' : `, drawn ${step.why.draw.toFixed(4)}`}`;
    fillTo(token, Math.exp(step.logprob));
    text.append(token);
  }
  return h('div', { class: 'column' }, h('h4', {}, branch.title), text);
}
