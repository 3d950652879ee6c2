import type { ChatMessage } from '../engine/source';
import type { Finish } from '../trace/types';

/** What an answer took. Counts are the engine's; times are measured from the request on. */
export interface Usage {
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  ttftMs: number | null;
  tokensPerSecond: number | null;
}

export interface Turn {
  id: string;
  /** The turn before it; null for a first one. */
  parent: string | null;
  role: 'user' | 'assistant';
  content: string;
  model?: string;
  usage?: Usage;
  finish?: Finish;
  /** Why an answer broke off or never came, in the engine's words. */
  error?: string;
}

/** A conversation with all its branches: a turn that was edited or asked again has siblings, one of which is shown. */
export interface Conversation {
  id: string;
  title: string;
  /** Whether a person chose the title; else it is what was asked first. */
  named: boolean;
  system: string;
  turns: readonly Turn[];
  /** Of the turns after each turn ('' for the first ones) the one that is shown; the newest where nothing stands here. */
  chosen: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  changed: number;
}

const titleLength = 48;
export const untitled = 'New conversation';

export function begin(id: string, system: string, now: number): Conversation {
  return { id, title: untitled, named: false, system, turns: [], chosen: {}, changed: now };
}

export function after(conversation: Conversation, parent: string | null): Turn[] {
  return conversation.turns.filter(turn => turn.parent === parent);
}

export function turnOf(conversation: Conversation, id: string): Turn | undefined {
  return conversation.turns.find(turn => turn.id === id);
}

/** The turns that are shown, the first one first. */
export function path(conversation: Conversation): Turn[] {
  const shown: Turn[] = [];
  for (let parent: string | null = null; ; ) {
    const next: Turn[] = after(conversation, parent);
    const turn: Turn | undefined = next.find(t => t.id === conversation.chosen[parent ?? '']) ?? next.at(-1);
    if (!turn) return shown;
    shown.push(turn);
    parent = turn.id;
  }
}

/** The turns up to one, whichever are shown. */
export function pathTo(conversation: Conversation, id: string): Turn[] {
  const turns: Turn[] = [];
  for (let turn = turnOf(conversation, id); turn; turn = turn.parent === null ? undefined : turnOf(conversation, turn.parent))
    turns.unshift(turn);
  return turns;
}

/** The conversation with one more turn, which is shown. */
export function add(conversation: Conversation, turn: Turn, now: number): Conversation {
  const first = !conversation.named && turn.role === 'user' && turn.parent === null;
  return {
    ...conversation,
    title: first ? titleOf(turn.content) : conversation.title,
    turns: [...conversation.turns, turn],
    chosen: { ...conversation.chosen, [turn.parent ?? '']: turn.id },
    changed: now,
  };
}

export function change(conversation: Conversation, id: string, to: Partial<Turn>, now: number): Conversation {
  return { ...conversation, turns: conversation.turns.map(turn => (turn.id === id ? { ...turn, ...to } : turn)), changed: now };
}

export function choose(conversation: Conversation, id: string): Conversation {
  const turn = turnOf(conversation, id);
  return turn ? { ...conversation, chosen: { ...conversation.chosen, [turn.parent ?? '']: id } } : conversation;
}

/** What the model is asked: the system's text and the turns up to one. Answers that never came are left out, and what was asked around them is asked at once. */
export function messagesOf(conversation: Conversation, last: string): ChatMessage[] {
  const messages: ChatMessage[] = conversation.system.trim() === '' ? [] : [{ role: 'system', content: conversation.system }];
  for (const { role, content } of pathTo(conversation, last)) {
    if (role === 'assistant' && content === '') continue;
    const before = messages.at(-1);
    if (before?.role === role) messages[messages.length - 1] = { role, content: `${before.content}\n\n${content}` };
    else messages.push({ role, content });
  }
  return messages;
}

function titleOf(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length <= titleLength ? line : `${line.slice(0, titleLength - 1).trimEnd()}…`;
}
