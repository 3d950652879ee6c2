import { h } from '../page/dom';
import type { TokenStep } from '../trace/types';
import type { Leaf } from './markdown';

export function percent(probability: number): string {
  const p = 100 * probability;
  return p >= 99.95 ? '100 %' : p >= 10 ? `${p.toFixed(0)} %` : p >= 0.1 ? `${p.toFixed(1)} %` : '< 0.1 %';
}

/** A token, or the part of it that stands in one place: a glass, filled with sand up to its probability. `data-index` says which token. */
export function glass(step: TokenStep, text: string): HTMLElement {
  const probability = Math.exp(step.logprob);
  const span = h('span', { class: 'token', 'data-index': step.index, title: `${percent(probability)}, rank ${step.why.rank}` }, text);
  span.style.setProperty('--fill', `${(100 * probability).toFixed(1)}%`);
  return span;
}

/** Where each token's text begins in the whole, and the end at last. */
export function offsetsOf(steps: readonly TokenStep[]): number[] {
  const offsets = [0];
  for (const step of steps) offsets.push(offsets.at(-1)! + step.text.length);
  return offsets;
}

/** Writes pieces of the text as the tokens that they come from. Where a piece is not as it stands in the source (`&amp;`), it is one glass of its first token. */
export function glasses(steps: readonly TokenStep[]): Leaf {
  const offsets = offsetsOf(steps);
  const source = steps.map(s => s.text).join('');
  return (text, from) => {
    let at = tokenAt(offsets, from);
    const first = steps[at];
    if (!first) return [document.createTextNode(text)];
    if (!source.startsWith(text, from)) return [glass(first, text)];
    const nodes: Node[] = [];
    for (let done = 0; done < text.length && steps[at]; at++) {
      const end = Math.min(text.length, offsets[at + 1]! - from);
      if (end > done) nodes.push(glass(steps[at]!, text.slice(done, end)));
      done = Math.max(done, end);
    }
    return nodes;
  };
}

/** The token in whose text an offset lies. */
export function tokenAt(offsets: readonly number[], offset: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (offsets[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
