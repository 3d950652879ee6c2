import { h } from '../page/dom';
import { grouped } from '../page/number';
import { tokenOf } from '../trace/decode';
import type { TokenStep, TraceCandidate } from '../trace/types';
import { fillTo, oneLine } from '../tree/glass';

export type Piece = string | Node;

/** Sentences with figures in them: what is put in stands out, tokens stand in their glasses. */
export function say(texts: TemplateStringsArray, ...values: (string | number | Node)[]): Piece[] {
  return texts.flatMap((text, i) => {
    const value = values[i];
    if (value === undefined) return [text];
    if (typeof value === 'string') return [text, h('b', {}, value)];
    return [text, typeof value === 'number' ? h('b', {}, grouped(value)) : value];
  });
}

/** A token in its glass, filled up to its probability. */
export function glassOf(token: TokenStep | TraceCandidate): HTMLElement {
  const isStep = 'kind' in token;
  const glass = h('span', { class: 'tour-token' }, oneLine(isStep ? tokenOf(token) : token));
  fillTo(glass, isStep ? Math.exp(token.logprob) : token.probability);
  return glass;
}

/** One of them, or how many. */
export function many(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}
