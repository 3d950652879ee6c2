import { beforeAll, describe, expect, it } from 'vitest';
import { glasses, offsetsOf, tokenAt } from '../src/chat/glass';
import { type Block, blocks } from '../src/chat/markdown';
import type { TokenStep } from '../src/trace/types';
import { type FakeNode, fakeDocument } from './dom';

beforeAll(fakeDocument);

const nodeOf = (block: Block) => block.node as unknown as FakeNode;
const html = (source: string) =>
  blocks(source)
    .map(b => nodeOf(b).html)
    .join('');
const elements = (source: string) => blocks(source).flatMap(b => [...nodeOf(b).all()]);

/** Tokens of a few letters each: they end in the middle of words and of syntax. */
function stepsOf(source: string, length = 3): TokenStep[] {
  const pieces = source.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? [];
  return pieces.map((text, index) => ({ kind: 'token', index, text, logprob: Math.log(0.5), why: { rank: 1 } }) as unknown as TokenStep);
}

describe('what Markdown becomes', () => {
  it.each([
    ['# One\n\n## Two', '<h3>One</h3><h4>Two</h4>'],
    ['a **bold** and *slanted* and ~~gone~~', '<p>a <strong>bold</strong> and <em>slanted</em> and <s>gone</s></p>'],
    ['- a\n- b', '<ul><li><span>a</span></li><li><span>b</span></li></ul>'],
    ['> said', '<blockquote><p>said</p></blockquote>'],
    ['use `x < 1`', '<p>use <code>x &lt; 1</code></p>'],
    ['5 &lt; 6 &amp; \\*no\\*', '<p>5 &lt; 6 & *no*</p>'],
    ['a\n\n---\n\nb', '<p>a</p><hr></hr><p>b</p>'],
  ])('%j', (source, expected) => {
    expect(html(source)).toBe(expected);
  });

  it('a list that begins with three, a table, a task', () => {
    expect(elements('3. a\n4. b').find(e => e.tag === 'ol')?.attributes.start).toBe('3');
    expect(html('| a | b |\n|---|--:|\n| 1 | 2 |')).toContain('<tbody><tr><td>1</td><td>2</td></tr></tbody>');
    expect(elements('- [x] done').find(e => e.tag === 'input')?.attributes).toMatchObject({ type: 'checkbox', disabled: '', checked: '' });
  });

  it('code keeps its lines, says its language and can be copied', () => {
    const made = elements('```js\nlet a = 1;\n  b();\n```');
    expect(made.find(e => e.tag === 'code')?.textContent).toBe('let a = 1;\n  b();');
    expect(made.some(e => e.attributes['data-copy'] === '')).toBe(true);
    expect(made.find(e => e.tag === 'span')?.textContent).toBe('js');
  });

  it('a fence inside a longer fence is code', () => {
    const made = elements('````md\n```js\nx\n```\n````\nafter');
    expect(made.filter(e => e.tag === 'code').map(e => e.textContent)).toEqual(['```js\nx\n```']);
  });

  it('a fence that is not closed yet is code already, at each length of the text', () => {
    const whole = 'See:\n\n```py\nprint(1)\n';
    for (let length = whole.indexOf('py') + 3; length <= whole.length; length++) {
      const code = elements(whole.slice(0, length)).filter(e => e.tag === 'code');
      expect(code.map(e => e.textContent)).toEqual([whole.slice(whole.indexOf('print'), length).replace(/\n$/, '')]);
    }
  });
});

describe('hostile Markdown', () => {
  const allowed = new Set(
    'p span strong em s code pre div button h3 h4 h5 h6 ul ol li blockquote table thead tbody tr th td hr br a input'.split(' '),
  );

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    'a <b onclick="x()">b</b> <iframe src="https://example.org"></iframe>',
    '<style>*{display:none}</style>',
    '<svg onload=alert(1)>',
    '<!-- --><script>x</script>',
    '```"><script>alert(1)</script>\nx\n```',
    '| <script>x</script> |\n|---|\n| <img src=x> |',
  ])('%j is shown as letters', source => {
    for (const element of elements(source)) {
      expect(allowed).toContain(element.tag);
      expect(Object.keys(element.attributes).filter(name => name.startsWith('on') || name === 'src' || name === 'style')).toEqual([]);
    }
    const letters = (text: string) => text.replace(/[^a-z]/gi, '');
    const shown = blocks(source).map(b => nodeOf(b).textContent);
    if (!source.startsWith('```') && !source.startsWith('|')) expect(letters(shown.join(''))).toBe(letters(source));
  });

  it.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](java\tscript:alert(1))',
    '[x](data:text/html,<script>1</script>)',
    '[x](vbscript:x)',
    '[x](//example.org)',
    '[x](/v1/models)',
    '[x](file:///etc/passwd)',
    '<javascript:alert(1)>',
    '[x][y]\n\n[y]: javascript:alert(1)',
  ])('%j leads nowhere', source => {
    expect(elements(source).filter(e => e.tag === 'a')).toEqual([]);
  });

  it('links to the web say nothing of this page to where they lead; a picture is a link, and not fetched', () => {
    for (const source of ['[x](https://example.org/?a=1&b=2)', '![x](https://example.org/?a=1&b=2)', '<https://example.org/?a=1&b=2>']) {
      const [link, ...others] = elements(source).filter(e => e.tag === 'a' || e.tag === 'img');
      expect(others).toEqual([]);
      expect(link!.attributes).toMatchObject({ href: 'https://example.org/?a=1&b=2', target: '_blank' });
      expect(link!.attributes.rel).toContain('noopener');
    }
  });

  it('what is nested very deep ends, and keeps its letters', () => {
    expect(html(`${'> '.repeat(200)}deep`)).toContain('deep');
    expect(html(`${'**_'.repeat(500)}x`)).toContain('x');
  });
});

describe('tokens in Markdown', () => {
  const source =
    '# A **fox**\n\nIt said *no* to the `river` &amp; [went](https://example.org).\n\n1. 1 apple\n2. two **pears**\n\n   more\n\n```js\nlet fox = 1;\n```\n\n' +
    '> the fox\n> again\n\n| fox | 2 |\n|---|---|\n| a | fox |\n';

  it.each([1, 3, 7])('each glass of %i letters stands for the token that its letters come from', length => {
    const steps = stepsOf(source, length);
    const offsets = offsetsOf(steps);
    let found = 0;
    let before = 0;
    for (const element of blocks(source, glasses(steps)).flatMap(b => [...nodeOf(b).all()])) {
      const index = element.attributes['data-index'];
      if (index === undefined) continue;
      found++;
      const step = steps[Number(index)]!;
      if (element.textContent !== ' & ' && !element.textContent.includes('&')) expect(step.text).toContain(element.textContent);
      expect(offsets[Number(index)]).toBeGreaterThanOrEqual(before - length);
      before = offsets[Number(index)]!;
    }
    expect(found).toBeGreaterThan(source.length / length / 3);
  });

  it('the letters are the same with glasses and without', () => {
    const text = (all: Block[]) => all.map(b => nodeOf(b).textContent).join('|');
    expect(text(blocks(source, glasses(stepsOf(source))))).toBe(text(blocks(source)));
  });

  it('blocks begin where they stand in the source', () => {
    const all = blocks(source);
    expect(all.map(b => b.raw).join('')).toBe(source);
    for (const { raw, from } of all) expect(source.slice(from, from + raw.length)).toBe(raw);
  });

  it('while an answer grows, blocks that are done stay the elements they were', () => {
    const first = blocks('One.\n\nTwo.\n\nThr');
    const next = blocks('One.\n\nTwo.\n\nThree.', undefined, first);
    expect(next[0]!.node).toBe(first[0]!.node);
    expect(next[2]!.node).toBe(first[2]!.node);
    expect(next.at(-1)!.node).not.toBe(first.at(-1)!.node);
  });

  it('a token without text of its own takes no letter from another', () => {
    const offsets = offsetsOf(stepsOf('ab', 1).flatMap(s => [s, { ...s, text: '' }]));
    expect(offsets).toEqual([0, 1, 1, 2, 2]);
    expect(tokenAt(offsets, 0)).toBe(0);
    expect(tokenAt(offsets, 1)).toBe(2);
  });
});
