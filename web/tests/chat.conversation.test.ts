import { describe, expect, it } from 'vitest';
import { add, after, begin, type Conversation, change, choose, messagesOf, path, type Turn } from '../src/chat/conversation';
import { read, write } from '../src/chat/file';

const turn = (id: string, parent: string | null, role: Turn['role'], content = id): Turn => ({ id, parent, role, content });

/** q1 - a1 - q2 - a2, with a second answer to the first question, and the second question asked in another way. */
function talk(): Conversation {
  let made = begin('c', 'Be brief.', 0);
  for (const t of [
    turn('q1', null, 'user', 'Who are  you?\nSay it.'),
    turn('a1', 'q1', 'assistant'),
    turn('q2', 'a1', 'user'),
    turn('a2', 'q2', 'assistant'),
    turn('q2b', 'a1', 'user'),
    turn('a2b', 'q2b', 'assistant'),
    turn('a1b', 'q1', 'assistant'),
  ])
    made = add(made, t, 1);
  return made;
}

const shown = (conversation: Conversation) => path(conversation).map(t => t.id);

describe('a conversation and its branches', () => {
  it('shows what was added last; what was there stays as a sibling', () => {
    expect(shown(talk())).toEqual(['q1', 'a1b']);
    expect(after(talk(), 'q1').map(t => t.id)).toEqual(['a1', 'a1b']);
  });

  it('goes back to a sibling, with what followed it as it was left', () => {
    const back = choose(talk(), 'a1');
    expect(shown(back)).toEqual(['q1', 'a1', 'q2b', 'a2b']);
    expect(shown(choose(back, 'q2'))).toEqual(['q1', 'a1', 'q2', 'a2']);
  });

  it('is called after what was asked first, until a person names it', () => {
    expect(talk().title).toBe('Who are you? Say it.');
    expect(add({ ...begin('c', '', 0), title: 'Mine', named: true }, turn('q', null, 'user'), 1).title).toBe('Mine');
    expect(add(begin('c', '', 0), turn('q', null, 'user', 'x'.repeat(90)), 1).title).toHaveLength(48);
  });

  it('asks with the system text and the turns of one branch', () => {
    expect(messagesOf(talk(), 'q2b')).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Who are  you?\nSay it.' },
      { role: 'assistant', content: 'a1' },
      { role: 'user', content: 'q2b' },
    ]);
    expect(messagesOf({ ...talk(), system: ' ' }, 'q1')[0]!.role).toBe('user');
  });

  it('leaves out an answer that never came, and asks both questions at once', () => {
    const failed = change(choose(talk(), 'q2'), 'a1', { content: '', error: 'gone' }, 2);
    expect(messagesOf(failed, 'q2').slice(1)).toEqual([{ role: 'user', content: 'Who are  you?\nSay it.\n\nq2' }]);
  });
});

describe('conversations as a file', () => {
  let ids = 0;
  const newId = () => `new${ids++}`;

  it('come back as they were, under new names', () => {
    const { conversations } = read(write([choose(choose(talk(), 'a1'), 'q2')], new Map()), newId);
    const [back] = conversations;
    expect(path(back!).map(t => t.content)).toEqual(['Who are  you?\nSay it.', 'a1', 'q2', 'a2']);
    expect(back!.turns).toHaveLength(7);
    expect(back!.system).toBe('Be brief.');
    expect(back!.turns.every(t => t.id.startsWith('new'))).toBe(true);
  });

  it.each([
    ['{', /no JSON/],
    ['{"format":"sandglass-trace"}', /expected "format": "sandglass-chat", found "sandglass-trace"/],
    ['{"format":"sandglass-chat","version":2}', /version 2/],
    ['{"format":"sandglass-chat","version":1}', /"conversations"/],
    ['{"format":"sandglass-chat","version":1,"conversations":[null]}', /conversations\[0\]/],
    [
      '{"format":"sandglass-chat","version":1,"conversations":[{"title":"","system":"","turns":[{"id":"a","parent":null,"role":"tool"}]}]}',
      /turns\[0\]/,
    ],
    [
      '{"format":"sandglass-chat","version":1,"conversations":[{"title":"","system":"","turns":[{"id":"a","parent":"b","role":"user","content":""}]}]}',
      /before turns\[0\]/,
    ],
    [
      '{"format":"sandglass-chat","version":1,"conversations":[{"title":"","system":"","turns":[{"id":"a","parent":"a","role":"user","content":""}]}]}',
      /before turns\[0\]/,
    ],
  ])('%s is refused with its place', (text, words) => {
    expect(() => read(text, newId)).toThrow(words);
  });

  it('a trace that is not one is left out, and the conversation read', () => {
    const file = JSON.parse(write([talk()], new Map()));
    file.conversations[0].traces = {
      a1: { format: 'sandglass-trace', steps: [{ kind: 'token' }], prompt: [], model: {}, run: {} },
      zz: 1,
      a2: null,
    };
    const { conversations, recordings } = read(JSON.stringify(file), newId);
    expect(conversations[0]!.turns).toHaveLength(7);
    expect(recordings.size).toBe(0);
  });
});
