import { floatsOf, positionOf, weightsOf } from './decode';
import type { TraceAttention } from './types';

/** Which weights are looked at. */
export type AttentionView =
  | { kind: 'mean' }
  | { kind: 'max' }
  | { kind: 'layer'; layer: number }
  | { kind: 'head'; layer: number; head: number };

export interface Attended {
  /** [column] */
  weights: Float32Array;
  /** [column] */
  positions: Int32Array;
  /** What the numbers are, for people. */
  label: string;
  /** What position 0 had before it was left out; 0 where it was not. */
  sink: number;
}

export interface Beams {
  strongest: { position: number; weight: number }[];
  /** How many others there are, and their weight together. */
  others: number;
  rest: number;
}

/** The weights under a view; without the sink they are divided by what is left, so that they sum to what they did. Null where the trace has none of them. */
export function attended(attention: TraceAttention, view: AttentionView, withoutSink: boolean): Attended | null {
  const rows = rowOf(attention, view);
  if (!rows) return null;
  const { weights, label } = rows;
  const positions = Int32Array.from({ length: attention.positions }, (_, column) => positionOf(attention, column));
  const sink = weights[0] ?? 0;
  if (!withoutSink || positions[0] !== 0 || weights.length < 2) return { weights, positions, label, sink: 0 };
  const sum = weights.reduce((a, b) => a + b, 0);
  const scale = sum > sink ? sum / (sum - sink) : 0;
  const others = weights.map((w, column) => (column === 0 ? 0 : w * scale));
  return { weights: others, positions, label: `${label}, without the first token, renormalised`, sink };
}

function rowOf(attention: TraceAttention, view: AttentionView): { weights: Float32Array; label: string } | null {
  const columns = attention.positions;
  if (view.kind === 'head') {
    const found = attention.heads?.find(h => h.layer === view.layer && h.head === view.head);
    return found ? { weights: floatsOf(found.weights), label: `layer ${view.layer}, head ${view.head}` } : null;
  }
  if (view.kind === 'max') {
    const all = weightsOf(attention.maxima ?? attention.means);
    const weights = new Float32Array(columns);
    for (let i = 0; i < all.length; i++) weights[i % columns] = Math.max(weights[i % columns]!, all[i]!);
    return { weights, label: attention.maxima ? 'largest of all heads' : 'largest of the layer means' };
  }
  const means = weightsOf(attention.means);
  if (view.kind === 'layer') {
    if (view.layer >= attention.layers) return null;
    return { weights: means.slice(view.layer * columns, (view.layer + 1) * columns), label: `layer ${view.layer}, mean of its heads` };
  }
  const weights = new Float32Array(columns);
  for (let i = 0; i < means.length; i++) weights[i % columns]! += means[i]! / attention.layers;
  return { weights, label: 'mean of all layers and heads' };
}

/** The strongest weights and what is left: a picture of a thousand lines is a white band. */
export function beamsOf(seen: Attended, most = 24): Beams {
  const order = Array.from(seen.weights.keys()).filter(column => seen.weights[column]! > 0);
  order.sort((a, b) => seen.weights[b]! - seen.weights[a]!);
  const strongest = order.slice(0, most).map(column => ({ position: seen.positions[column]!, weight: seen.weights[column]! }));
  const rest = order.slice(most).reduce((sum, column) => sum + seen.weights[column]!, 0);
  return { strongest, others: Math.max(0, order.length - most), rest };
}

/** [layer, column] of the means, for the blocks: how much each layer looked at each position. */
export function layerWeights(attention: TraceAttention): { weights: Float32Array; columnOf: (position: number) => number } {
  const { sinks, from, positions } = attention;
  const columnOf = (position: number) =>
    position < sinks ? position : position >= from && position - from + sinks < positions ? position - from + sinks : -1;
  return { weights: weightsOf(attention.means), columnOf };
}
