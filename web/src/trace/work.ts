import { isToken } from './decode';
import type { Recording } from './recording';
import type { MultiplyAdds, TraceCost, TraceStep } from './types';

/** What was done for one token: the pass that gave its logits, or the pieces of it where the text was read (again) before. */
export interface Work {
  multiplyAdds: MultiplyAdds;
  layerTokenPasses: number;
  ms: number;
  /** Blocks of keys and values that had been written before in this text. */
  recomputed: number;
  /** Whether all of the text went through, for one token: what being without a cache is. */
  uncached: boolean;
  /** Whether the prompt was read in it for the first time. */
  reads: boolean;
}

const known = new WeakMap<readonly TraceStep[], readonly (Work | null)[]>();

/** For each step of a recording its work; null for pieces that are read, whose work counts with the token after them, and for tokens that share another's pass. */
export function workOf(recording: Recording): readonly (Work | null)[] {
  const found = known.get(recording.steps);
  if (found) return found;
  const made = collect(recording);
  known.set(recording.steps, made);
  return made;
}

function collect({ start, steps, pieces }: Recording): (Work | null)[] {
  const { layers } = start.model;
  let before: Work | null = null;
  let written = 0; // positions whose keys and values were there once
  return steps.map((step, i) => {
    if (step.kind === 'prefill') {
      const again = pieces.includes(i) && i > 0 ? layers * Math.max(0, Math.min(step.to, written) - step.from) : 0;
      const recomputed = Math.max(again, step.cache.blocksRecomputed);
      before = add(before, step.cost, recomputed);
      before.reads ||= recomputed === 0;
      before.uncached ||= recomputed > 0 && step.from === 0;
      written = Math.max(written, step.to);
      return null;
    }
    if (!isToken(step)) return null;
    const work = before ?? (step.cost ? add(null, step.cost, step.cache.blocksRecomputed) : null);
    written = Math.max(written, step.position);
    before = null;
    return work;
  });
}

function add(to: Work | null, cost: TraceCost, recomputed: number): Work {
  const work = cost.multiplyAdds;
  return {
    multiplyAdds: {
      projections: (to?.multiplyAdds.projections ?? 0) + work.projections,
      feedForward: (to?.multiplyAdds.feedForward ?? 0) + work.feedForward,
      attention: (to?.multiplyAdds.attention ?? 0) + work.attention,
      logits: (to?.multiplyAdds.logits ?? 0) + work.logits,
    },
    layerTokenPasses: (to?.layerTokenPasses ?? 0) + cost.layerTokenPasses,
    ms: (to?.ms ?? 0) + cost.forwardMs + cost.choosingMs,
    recomputed: (to?.recomputed ?? 0) + recomputed,
    uncached: to?.uncached ?? false,
    reads: to?.reads ?? false,
  };
}

/** The work of the last step shown, or of the pieces that are being read. */
export function lastWork(recording: Recording, cursor: number): Work | null {
  const all = workOf(recording);
  for (let i = Math.min(cursor, all.length) - 1; i >= 0; i--) if (all[i]) return all[i]!;
  return null;
}
