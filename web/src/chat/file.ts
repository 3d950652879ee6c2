import { type Recording, tokenSteps } from '../trace/recording';
import type { Finish, TraceFile } from '../trace/types';
import type { Conversation, Turn } from './conversation';

const format = 'sandglass-chat';
const finishes: ReadonlySet<Finish> = new Set<Finish>(['eos', 'stop', 'length', 'context', 'cancelled', 'loop', 'time']);
export const mostBytes = 64 << 20;

/** A trace as a conversation has it: whole, also where a hand put tokens into the text. */
type KeptTrace = TraceFile & { forced?: readonly number[] };

interface ChatFile {
  format: typeof format;
  version: 1;
  conversations: readonly (Conversation & { traces?: Record<string, KeptTrace> })[];
}

/** Without what the queries looked at, which is most of a trace: what is kept of an answer. The reason for each token stays. */
export function slim(recording: Recording): Recording {
  return {
    ...recording,
    steps: recording.steps.map(step => {
      if (step.kind !== 'token' || !(step.attention || step.logits)) return step;
      const { attention: _, logits: __, ...rest } = step;
      return rest;
    }),
  };
}

export function fromFile(file: KeptTrace): Recording {
  const { steps, result, forced, ...start } = file;
  const isKnown = Array.isArray(forced) && forced.every(Number.isInteger);
  return { start, steps, result: result ?? null, pieces: [0], ...(isKnown ? { forced } : {}) };
}

function toKept({ start, steps, result, forced }: Recording): KeptTrace {
  return { ...start, steps: [...steps], ...(result ? { result } : {}), ...(forced && forced.length > 0 ? { forced } : {}) };
}

/** Conversations as a file, with the traces of their answers, so that each word can be opened where it is read again. */
export function write(conversations: readonly Conversation[], recordings: ReadonlyMap<string, Recording>): string {
  const file: ChatFile = {
    format,
    version: 1,
    conversations: conversations.map(conversation => {
      const traces = conversation.turns.flatMap(turn => {
        const recording = recordings.get(turn.id);
        return recording ? [[turn.id, toKept(slim(recording))] as const] : [];
      });
      return { ...conversation, traces: Object.fromEntries(traces) };
    }),
  };
  return JSON.stringify(file);
}

/** Reads such a file; each conversation and turn gets a new name, so that nothing that is there is replaced. What is wrong is said in words for people. */
export function read(text: string, newId: () => string): { conversations: Conversation[]; recordings: Map<string, Recording> } {
  let file: Partial<ChatFile> | null;
  try {
    file = JSON.parse(text) as Partial<ChatFile> | null;
  } catch (error) {
    throw new Error(`This is no JSON: ${(error as Error).message}. Expected what Export wrote.`);
  }
  if (file?.format !== format)
    throw new Error(`These are no conversations: expected "format": "${format}", found ${JSON.stringify(file?.format)}.`);
  if (file.version !== 1) throw new Error(`These are conversations of version ${file.version}; this page reads version 1.`);
  if (!Array.isArray(file.conversations)) throw new Error('These conversations are not whole: expected a list named "conversations".');
  const recordings = new Map<string, Recording>();
  const conversations = file.conversations.map((given, i) => {
    const names = new Map<string, string>();
    const conversation = renamed(given, `conversations[${i}]`, names, newId);
    for (const [id, trace] of Object.entries<unknown>(given.traces ?? {})) {
      const name = names.get(id);
      if (name && isTrace(trace)) recordings.set(name, fromFile(trace));
    }
    return conversation;
  });
  return { conversations, recordings };
}

/** Whether what the page shows of an answer's tokens is there; a conversation is read without what is not. */
function isTrace(value: unknown): value is KeptTrace {
  const file = value as Partial<TraceFile> | null;
  if (file?.format !== 'sandglass-trace' || !file.model || !file.run || !Array.isArray(file.prompt) || !Array.isArray(file.steps))
    return false;
  return file.steps.every(
    step =>
      step?.cache &&
      (step.kind === 'token'
        ? typeof step.text === 'string' &&
          Number.isFinite(step.logprob) &&
          Array.isArray(step.bytes) &&
          Array.isArray(step.candidates) &&
          Array.isArray(step.why?.stages)
        : step.kind === 'prefill' && step.cost),
  );
}

function renamed(given: Conversation, place: string, names: Map<string, string>, newId: () => string): Conversation {
  const wrong = (what: string) => new Error(`${place} is no conversation: expected ${what}.`);
  if (typeof given?.title !== 'string' || typeof given.system !== 'string') throw wrong('a title and a system text');
  if (!Array.isArray(given.turns)) throw wrong('a list of turns');
  const turns = given.turns.map((turn: Turn, i: number): Turn => {
    const at = `turns[${i}]`;
    if (typeof turn?.id !== 'string' || names.has(turn.id)) throw wrong(`an id of its own for ${at}`);
    if (turn.role !== 'user' && turn.role !== 'assistant') throw wrong(`the role user or assistant for ${at}`);
    if (typeof turn.content !== 'string') throw wrong(`a text for ${at}`);
    if (turn.parent !== null && !names.has(turn.parent)) throw wrong(`the turn before ${at} to stand before it`);
    const id = newId();
    const parent = turn.parent === null ? null : names.get(turn.parent)!;
    names.set(turn.id, id);
    const { role, content, model, usage, finish, error } = turn;
    return {
      id,
      parent,
      role,
      content,
      ...(typeof model === 'string' ? { model } : {}),
      ...(typeof usage?.completionTokens === 'number' ? { usage } : {}),
      ...(finishes.has(finish!) ? { finish } : {}),
      ...(typeof error === 'string' ? { error } : {}),
    };
  });
  const chosen = Object.entries(given.chosen ?? {}).flatMap(([parent, turn]) => {
    const name = names.get(turn);
    return name && (parent === '' || names.has(parent)) ? [[names.get(parent) ?? '', name] as const] : [];
  });
  return {
    id: newId(),
    title: given.title,
    named: given.named === true,
    system: given.system,
    turns,
    chosen: Object.fromEntries(chosen),
    changed: Number.isFinite(given.changed) ? given.changed : 0,
  };
}

/** The text that an answer's tokens make. */
export function textOf(recording: Recording): string {
  return tokenSteps(recording)
    .map(step => step.text)
    .join('');
}
