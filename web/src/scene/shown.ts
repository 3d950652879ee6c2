import type { State } from '../state/state';
import { attended, beamsOf } from '../trace/attention';
import type { TokenStep } from '../trace/types';
import type { Layout } from './layout';

export interface ShownBeam {
  position: number;
  x: number;
  weight: number;
  isRest: boolean;
}

/** The beams of a step as the state wants them: the strongest 24, and one for all others, from the middle of where they are. Null where the trace has no such weights. */
export function beamsShown(
  step: TokenStep,
  { attention, withoutSink }: Pick<State, 'attention' | 'withoutSink'>,
  picture: Layout,
): ShownBeam[] | null {
  const seen = step.attention && attended(step.attention, attention, withoutSink);
  if (!seen) return null;
  const { strongest, others, rest } = beamsOf(seen);
  const placed = strongest
    .filter(beam => beam.weight > 0 && beam.position < picture.tokens.length)
    .map(beam => ({ ...beam, x: picture.tokens[beam.position]!.x, isRest: false }));
  if (others === 0 || rest <= 0) return placed;
  const known = new Set(strongest.map(b => b.position));
  const middle = Array.from(seen.positions).filter(p => !known.has(p) && p < picture.tokens.length);
  const position = middle[middle.length >> 1] ?? 0;
  return [...placed, { position, x: picture.tokens[position]?.x ?? 0, weight: rest, isRest: true }];
}
