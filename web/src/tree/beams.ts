import type { Recording } from '../trace/recording';
import type { BeamStep, TraceBeam } from '../trace/types';

/** A beam at one step of the search. */
export interface BeamNode {
  /** From 0. */
  step: number;
  /** Its row: running beams keep theirs, those that were dropped lie below. */
  lane: number;
  beam: TraceBeam;
  parent: BeamNode | null;
  /** Whether the best text goes through it. */
  best: boolean;
}

/** A beam search as a tree: each step's beams, joined to those that they continue. */
export function beamNodes(recording: Recording): BeamNode[] {
  const nodes: BeamNode[] = [];
  let before: (BeamNode | undefined)[] = [];
  const steps = recording.steps.filter((step): step is BeamStep => step.kind === 'beams');
  steps.forEach((step, number) => {
    const kept = Math.max(0, ...step.beams.map(b => b.beam + 1));
    let below = kept;
    const now: (BeamNode | undefined)[] = [];
    for (const beam of step.beams) {
      const parent = beam.parent < 0 ? null : (before[beam.parent] ?? null);
      const node = { step: number, lane: beam.beam >= 0 ? beam.beam : below++, beam, parent, best: false };
      if (beam.beam >= 0) now[beam.beam] = node;
      nodes.push(node);
    }
    before = now;
  });
  markBest(nodes, recording.result?.beams?.[0]?.ids ?? []);
  return nodes;
}

export function idsTo(node: BeamNode): number[] {
  return [...(node.parent ? idsTo(node.parent) : []), node.beam.id];
}

function markBest(nodes: readonly BeamNode[], ids: readonly number[]) {
  if (ids.length === 0) return;
  const same = (node: BeamNode) => idsTo(node).every((id, i) => ids[i] === id);
  const last = nodes.findLast(node => node.step < ids.length && same(node) && node.beam.fate !== 'dropped');
  for (let node: BeamNode | null = last ?? null; node; node = node.parent) node.best = true;
}

/** As far as the beams go along with some ids; what greedy choice takes may be dropped on the way. */
export function along(nodes: readonly BeamNode[], ids: readonly number[]): Set<BeamNode> {
  const found = new Set<BeamNode>();
  for (const node of nodes) if (idsTo(node).every((id, i) => ids[i] === id)) found.add(node);
  return found;
}
