import { h } from '../page/dom';
import { labelOf, tokenOf, visible } from '../trace/decode';
import type { TokenStep, TraceCandidate, TraceToken } from '../trace/types';
import { type Branch, stepAt } from './branch';

export function percent(probability: number): string {
  const p = 100 * probability;
  return p >= 99.95 ? '100 %' : p >= 10 ? `${p.toFixed(0)} %` : p >= 0.1 ? `${p.toFixed(1)} %` : p > 0 ? '< 0.1 %' : '0 %';
}

/** A token's text on one line, with its blanks seen; bytes of half characters stay bytes. */
export function oneLine(token: TraceToken): string {
  const text = visible(labelOf(token));
  return text.trim() === '' ? text.replaceAll(' ', '␣') : text.trim();
}

/** A glass with a token in it, filled with sand up to its probability. */
export function fillTo(element: HTMLElement, probability: number) {
  element.style.setProperty('--fill', `${(100 * Math.min(1, Math.max(0, probability))).toFixed(1)}%`);
}

/** What is said above a branch: how likely the token is with which a hand began it, and what it is. */
export function captionOf(branch: Branch): string {
  const step = branch.recording.forced?.includes(branch.from) ? stepAt(branch.recording, branch.from) : null;
  return step ? `${percent(Math.exp(step.logprob))} · ${branch.title}` : branch.title;
}

/** A token in its text. */
export function tokenNode(step: TokenStep, level: number): HTMLElement {
  const token = tokenOf(step);
  const probability = Math.exp(step.logprob);
  const label = labelOf(token);
  const node = h(
    'span',
    { class: 'token node', role: 'treeitem', 'aria-level': level, 'aria-selected': 'false' },
    label.replaceAll('\n', '⏎\u200b'),
  );
  node.setAttribute('aria-label', `${oneLine(token)}, ${percent(probability)}`);
  node.title = `${percent(probability)}, rank ${step.why.rank}`;
  fillTo(node, probability);
  return node;
}

/** An alternative: what else could stand at a position. One from which no text goes on is closed: to open it writes one. */
export function alternativeNode(
  candidate: TraceCandidate,
  level: number,
  place: number,
  of: number,
  state: 'open' | 'here' | 'branch',
): HTMLElement {
  const { probability, removedBy } = candidate;
  const node = h(
    'span',
    {
      class: `alternative ${state}${removedBy ? ' removed' : ''}`,
      role: 'treeitem',
      'aria-level': level,
      'aria-posinset': place,
      'aria-setsize': of,
      'aria-selected': 'false',
      'aria-expanded': String(state !== 'open'),
      'data-id': candidate.id,
      'data-testid': 'alternative',
    },
    h('span', { class: 'glass', 'aria-hidden': 'true' }),
    h('b', {}, oneLine(candidate)),
    h('i', {}, ` ${percent(probability)}`),
    removedBy ? h('small', {}, ` out: ${removedBy}`) : null,
    state === 'here' ? h('small', {}, ' here') : state === 'branch' ? h('small', {}, ' a branch') : null,
  );
  fillTo(node, probability);
  return node;
}
