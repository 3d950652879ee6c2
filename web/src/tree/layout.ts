import { type Branch, ownSteps } from './branch';

/** A run of one branch's tokens without a fork in it: one line of text, which wraps. */
export interface Row {
  branch: number;
  /** How many branches lie around it: the text itself never moves to the right, however long it is. */
  depth: number;
  /** Positions from `from` to before `to`. */
  from: number;
  to: number;
  /** Whether the branch begins here. */
  starts: boolean;
  /** How many of its tokens are folded away behind the last one. */
  folded: number;
}

/**
 * The rows of a tree, from top to bottom: where branches leave a text they stand, indented, before the token that it has there; then it goes on.
 * Of a branch that is folded its first token is left.
 */
export function rowsOf(branches: readonly Branch[], folded: ReadonlySet<number> = new Set()): Row[] {
  const rows: Row[] = [];
  const add = (branch: Branch, depth: number) => {
    const own = ownSteps(branch);
    const end = own.length > 0 ? own[own.length - 1]!.position + 1 : branch.from;
    if (folded.has(branch.id) && own.length > 1) {
      rows.push({ branch: branch.id, depth, from: branch.from, to: branch.from + 1, starts: true, folded: own.length - 1 });
      return;
    }
    const children = branches
      .filter(b => b.parent === branch.id && b.from < Number.POSITIVE_INFINITY)
      .sort((a, b) => a.from - b.from || a.id - b.id);
    let from = branch.from;
    let starts = true;
    for (const child of children) {
      if (child.from > from) rows.push({ branch: branch.id, depth, from, to: child.from, starts, folded: 0 });
      if (child.from > from) starts = false;
      from = Math.max(from, child.from);
      add(child, depth + 1);
    }
    if (end > from || starts) rows.push({ branch: branch.id, depth, from, to: Math.max(end, from), starts, folded: 0 });
  };
  for (const branch of branches) if (branch.parent === null) add(branch, 0);
  return rows;
}
