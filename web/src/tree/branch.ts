import { isToken } from '../trace/decode';
import { cut, type Recording, tokenSteps } from '../trace/recording';
import type { TokenStep, TraceCandidate, TraceStart, TraceToken } from '../trace/types';

/** One text of the tree: its own from some position on, that of its parent before. */
export interface Branch {
  id: number;
  /** The branch that it left; null: the first text. */
  parent: number | null;
  /** The position of its first own token; infinite for a repetition that has not parted from its parent. */
  from: number;
  recording: Recording;
  state: 'running' | 'done';
  /** What it is, for people. */
  title: string;
  /** Whether it is of a fork, which tells for itself what came of it. */
  ofFork?: boolean;
}

/** A token without text: the end of a text, mostly, after which there is nothing to write. */
export function isControl(token: TraceToken): boolean {
  return token.bytes?.length === 0;
}

/** The tokens of a branch that no other has. */
export function ownSteps(branch: Branch): TokenStep[] {
  return branch.recording.steps.filter((step): step is TokenStep => isToken(step) && step.position >= branch.from);
}

export function stepAt(recording: Recording, position: number): TokenStep | null {
  return (recording.steps.find(step => isToken(step) && step.position === position) as TokenStep | undefined) ?? null;
}

const utf8 = new TextEncoder();
const replacement = '\ufffd';

/** The recording up to some position, with another token there, put in by hand: the model gave it its probability, no draw chose it. */
export function withToken(recording: Recording, position: number, token: TraceCandidate): Recording {
  const at = recording.steps.findIndex(step => isToken(step) && step.position === position);
  if (at < 0) throw new Error(`No token was written at position ${position}.`);
  const step = recording.steps[at] as TokenStep;
  const kept = cut(recording, at);
  const bytes = token.bytes ?? [...utf8.encode(token.text)];
  const placed: TokenStep = {
    ...step,
    id: token.id,
    text: textOf(tokenSteps(kept), bytes) ?? (token.bytes ? '' : token.text),
    bytes,
    logprob: Math.log(token.probability),
    why: { ...step.why, rank: token.rank },
    asked: [token, ...step.asked.filter(other => other.id !== token.id)],
  };
  return { ...kept, steps: [...kept.steps, placed], forced: [...(kept.forced ?? []), position] };
}

/**
 * What a token adds to the text before it: also what the engine still held back there, half a character or what might have become a stop text. Null where the
 * bytes so far do not begin with the text so far.
 */
function textOf(before: readonly TokenStep[], bytes: readonly number[]): string | null {
  const told = before.map(step => step.text).join('');
  const all = new TextDecoder().decode(Uint8Array.from([...before.flatMap(step => step.bytes), ...bytes]));
  return all.startsWith(told) ? all.slice(told.length).replace(new RegExp(`${replacement}+$`), '') : null;
}

/** The recording up to some position, whose token is the one that was chosen. */
export function upTo(recording: Recording, position: number): Recording {
  return cut(recording, recording.steps.findIndex(step => isToken(step) && step.position === position) + 1);
}

/** Whether two texts could be branches of one tree: the same model, prompt and seed, written in the same way. */
export function sameRoot(a: TraceStart, b: TraceStart): boolean {
  if (a === b) return true;
  const ids = (start: TraceStart) => start.prompt.map(token => token.id).join(' ');
  const options = ({ run }: TraceStart) => JSON.stringify({ ...run.options, max_tokens: undefined });
  return a.model.hash === b.model.hash && a.run.seed === b.run.seed && options(a) === options(b) && ids(a) === ids(b);
}

/** Where two texts of one prompt part: the first position with different tokens; infinite where one begins with all of the other. */
export function partsAt(one: Recording, other: Recording): number {
  const a = one.steps.filter(isToken);
  const b = other.steps.filter(isToken);
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i]!.id !== b[i]!.id) return a[i]!.position;
  return Number.POSITIVE_INFINITY;
}

/** How a text was written, to be asked for again: its chain, its seed. Values of steps that the chain does not name are left out, as it refuses them. */
export function optionsAgain(start: TraceStart): Record<string, unknown> {
  const { options, seed } = start.run;
  const chain = options.samplers as string[] | undefined;
  const named = (name: string) => !chain || chain.includes(name);
  const again = Object.entries(options).filter(([name]) => !['top_k', 'top_p', 'min_p'].includes(name) || named(name));
  return { ...Object.fromEntries(again), seed };
}
