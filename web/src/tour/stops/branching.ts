import type { State } from '../../state/state';
import { until } from '../../state/wait';
import { tokenSteps } from '../../trace/recording';
import type { PrefillStep } from '../../trace/types';
import { type Branch, stepAt } from '../../tree/branch';
import { branchesOf } from '../../tree/branches';
import { align } from '../../tree/diff';
import { percent } from '../../tree/glass';
import type { Drive } from '../drive';
import { forkOf } from '../moments';
import { glassOf, many, type Piece, say } from '../say';
import type { Stop } from '../stop';

export const branching: Stop = {
  id: 'branching',
  title: 'The other way',
  keep: isSheet => (isSheet ? [] : ['.tree-page']),
  async enter(drive, signal) {
    await drive.finish(signal);
    drive.set({ view: 'tree' });
    const first = firstOf(drive);
    const fork = first && forkOf(first.recording);
    if (!fork) return;
    if (first.id !== branchesOf(drive.page).store.get().shown) branchesOf(drive.page).show(first.id);
    drive.set({ selected: fork.step.position });
  },
  words: (_, drive) => words(drive),
  look: () => ['.compare', '.alternatives', '.tree'],
  acts(state, drive) {
    const first = firstOf(drive);
    const fork = first && forkOf(first.recording);
    if (!fork || !drive.isLive || madeOf(drive)) return [];
    return [{ title: `Take “${label(fork.other.text)}” instead`, run: (d, signal) => branch(d, signal, state) }];
  },
};

const label = (text: string) => text.trim() || '␣';

function firstOf({ page }: Drive): Branch | null {
  return (
    branchesOf(page)
      .store.get()
      .branches.find(b => b.parent === null) ?? null
  );
}

/** The branch that was made here; the last one, where a hand has made more. */
function madeOf({ page }: Drive): Branch | null {
  return (
    branchesOf(page)
      .store.get()
      .branches.findLast(b => b.parent !== null && (b.recording.forced?.length ?? 0) > 0) ?? null
  );
}

async function branch(drive: Drive, signal: AbortSignal, { speed }: State) {
  const first = firstOf(drive);
  const fork = first && forkOf(first.recording);
  if (!fork) return;
  drive.set({ speed: '4' });
  const branches = branchesOf(drive.page);
  branches.choose(first.id, fork.step.position, fork.other);
  drive.set({ speed });
  await until(branches.store, () => madeOf(drive)?.state === 'done', signal);
}

function words(drive: Drive): Piece[] {
  const first = firstOf(drive);
  const fork = first && forkOf(first.recording);
  if (!first || !fork) return say`This text has no place where another token was left to choose: each one was sure.`;
  const made = madeOf(drive);
  if (!made) {
    return [
      ...say`${glassOf(fork.step)} was written here; ${glassOf(fork.other)}, which had ${percent(fork.other.probability)} before any filter, was not. A text is one way through a
        tree, and the others stay open. `,
      ...(drive.isLive
        ? sharedBefore(first.recording.start.model.pagePositions, fork.step.position)
        : say`Taking one needs an engine, which recordings are without; what else the model had in mind is all here.`),
    ];
  }
  return branched(first, made);
}

/** What another text from a position on finds in the cache: full pages, and nothing of one that is not. */
export function sharedBefore(page: number, position: number): Piece[] {
  const full = position - (position % page);
  return full > 0
    ? say`Another one need not begin at the beginning: of the ${position} tokens before, the first ${full} fill whole pages of the cache, which both can share.`
    : say`The cache is shared by whole pages of ${page} tokens, and none is full yet: another one has to read the ${position} before once more.`;
}

export function branched(first: Branch, made: Branch): Piece[] {
  const parent = tokenSteps(first.recording);
  const own = tokenSteps(made.recording);
  const old = stepAt(first.recording, made.from);
  const taken = stepAt(made.recording, made.from);
  const at = made.recording.steps.indexOf(taken!);
  const piece = made.recording.pieces.find(p => p > at) ?? made.recording.steps.length;
  const read = made.recording.steps
    .slice(
      piece,
      made.recording.pieces.find(p => p > piece),
    )
    .filter((s): s is PrefillStep => s.kind === 'prefill');
  const adopted = Math.max(0, ...read.map(s => s.adopted));
  const anew = read.reduce((sum, s) => sum + s.to - s.from, 0);
  const pairs = align(
    parent.map(s => s.id),
    own.map(s => s.id),
  );
  const alone = pairs.filter(p => p.a === null).length;
  return [
    ...(old && taken
      ? say`Two texts stand side by side, one with ${glassOf(old)} and one with ${glassOf(taken)}, with the same numbers drawn. `
      : []),
    ...(read.length === 0
      ? ['The second is only about to begin.']
      : adopted > 0
        ? say`Of the ${made.from + 1} tokens that the second begins with, ${adopted} were adopted with the first one’s full pages, and the ${anew} after them read
            once more. `
        : say`No page was full yet, so none could be adopted, and ${anew} tokens were read once more. `),
    ...(read.length > 0
      ? say`Of the ${many(own.length - (made.from - made.recording.start.prompt.length), 'token')} from there on, ${alone} are its own.`
      : []),
  ];
}
