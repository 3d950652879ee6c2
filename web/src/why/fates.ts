import type { Recording } from '../trace/recording';
import { idsOf } from '../trace/recording';
import type { TokenStep, TraceCandidate } from '../trace/types';
import { runChain } from './chain';
import { beyond, optionsOfRun } from './options';

/** A candidate on its way through the chain. */
export interface Fate {
  candidate: TraceCandidate;
  /** [column]: its probability at first and after each step; null where it is gone, or where that was not recorded. */
  after: (number | null)[];
}

export interface Fates {
  columns: { name: string; kept: number | null; entropy: number | null }[];
  rows: Fate[];
}

/** Candidates and what each step of the chain made of them. First and last columns, counts and entropies are recorded; what lies between is computed from the logits. */
export function fatesOf(recording: Recording, step: TokenStep, most: number): Fates {
  const { why } = step;
  const { vocabulary } = recording.start.model;
  const stages = why.stages;
  const listed = step.candidates.slice(0, most);
  const candidates = [...listed, ...step.asked.filter(one => !listed.some(l => l.id === one.id))];
  const at = recording.steps.indexOf(step);
  const computed =
    stages.length > 1 && beyond(recording.start).length === 0
      ? runChain(step, vocabulary, optionsOfRun(recording.start), idsOf(recording, at)).after
      : [];
  const columns = [{ name: 'model', kept: vocabulary, entropy: why.entropyRaw }, ...stages];
  const rows = candidates.map(candidate => {
    const goneAt = candidate.removedBy === null ? columns.length : columns.findIndex(c => c.name === candidate.removedBy);
    const after = columns.map((_, i) => {
      if (i >= goneAt) return null;
      if (i === 0) return candidate.probability;
      if (i === columns.length - 1) return candidate.final;
      return computed[i]?.get(candidate.id) ?? null;
    });
    return { candidate, after };
  });
  return { columns, rows };
}
