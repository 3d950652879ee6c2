import { lexer, type Token, type Tokens } from 'marked';
import { h } from '../page/dom';

/** Makes what stands for a piece of text, given where it begins in the source: glasses of tokens, or plain text. */
export type Leaf = (text: string, from: number) => Node[];

const plain: Leaf = text => [document.createTextNode(text)];
const deepest = 24; // of lists in quotes in lists: what is nested deeper is shown as it was written

/** A block of the text that is done: its source and what stands for it. */
export interface Block {
  raw: string;
  from: number;
  node: Node;
}

/**
 * Markdown as elements. The library only reads; each element is made here, none from a text of HTML, so a tag in an answer is shown as letters. Links lead
 * only to http and https; pictures are links too, nothing is loaded. Blocks of `before` that did not change are taken over.
 */
export function blocks(source: string, leaf: Leaf = plain, before: readonly Block[] = []): Block[] {
  const made: Block[] = [];
  let from = 0;
  for (const token of lexer(source.replaceAll('\r\n', '\n'), { gfm: true })) {
    const kept = before[made.length];
    if (kept && kept.raw === token.raw && kept.from === from) made.push(kept);
    else made.push({ raw: token.raw, from, node: block(token, new Place(source, from, leaf), 0) });
    from += token.raw.length;
  }
  return made;
}

/** Where in the source the reader is: texts come in its order, and each is looked for from here on, within its block. */
class Place {
  constructor(
    private readonly source: string,
    private at: number,
    private readonly leaf: Leaf,
  ) {}

  /** Past a piece of syntax at the front. */
  skip(length: number) {
    this.at += length;
  }

  write(text: string): Node[] {
    const nodes: Node[] = [];
    for (const line of text.match(/[^\n]*\n|[^\n]+/g) ?? []) {
      const found = this.source.indexOf(line, this.at);
      const from = found < 0 ? this.at : found;
      nodes.push(...this.leaf(line, from));
      if (found >= 0) this.at = found + line.length;
    }
    return nodes;
  }
}

function block(token: Token, place: Place, depth: number): Node {
  if (depth > deepest) return h('p', {}, ...place.write(token.raw));
  switch (token.type) {
    case 'heading': {
      // The page's own headings are above those of an answer.
      const level = `h${Math.min(6, (token as Tokens.Heading).depth + 2)}` as 'h3' | 'h4' | 'h5' | 'h6';
      return h(level, {}, ...inline(token.tokens ?? [], place, depth));
    }
    case 'paragraph':
      return h('p', {}, ...inline(token.tokens ?? [], place, depth));
    case 'text':
      return group(token.tokens ? inline(token.tokens, place, depth) : place.write(decoded(token.text)));
    case 'code':
      return code(token as Tokens.Code, place);
    case 'blockquote':
      return h('blockquote', {}, ...(token.tokens ?? []).map(t => block(t, place, depth + 1)));
    case 'list':
      return list(token as Tokens.List, place, depth);
    case 'table':
      return table(token as Tokens.Table, place, depth);
    case 'hr':
      return h('hr');
    case 'space':
    case 'def':
      return document.createTextNode('');
    default:
      return h('p', {}, ...place.write(token.raw)); // HTML among them: as it was written
  }
}

function list(token: Tokens.List, place: Place, depth: number): Node {
  const items = token.items.map(item => {
    place.skip(item.raw.match(/^\s*(?:[-*+]|\d+[.)])\s?/)?.[0].length ?? 0);
    const box = item.task ? h('input', { type: 'checkbox', disabled: true, checked: item.checked === true, 'aria-label': 'task' }) : null;
    return h('li', {}, box, ...item.tokens.filter(t => t.type !== 'checkbox').map(t => block(t, place, depth + 1)));
  });
  return token.ordered ? h('ol', { start: token.start === '' ? 1 : token.start }, ...items) : h('ul', {}, ...items);
}

function table(token: Tokens.Table, place: Place, depth: number): Node {
  const cell = (tag: 'th' | 'td') => (c: Tokens.TableCell) => {
    const made = h(tag, { ...(tag === 'th' ? { scope: 'col' } : {}), class: c.align ? `to-${c.align}` : undefined });
    made.append(...inline(c.tokens, place, depth));
    return made;
  };
  return h(
    'div',
    { class: 'table' },
    h(
      'table',
      {},
      h('thead', {}, h('tr', {}, ...token.header.map(cell('th')))),
      h('tbody', {}, ...token.rows.map(row => h('tr', {}, ...row.map(cell('td'))))),
    ),
  );
}

function code(token: Tokens.Code, place: Place): Node {
  const language = token.lang?.match(/^[\w+#.-]{1,20}/)?.[0] ?? '';
  place.skip(token.codeBlockStyle === 'indented' ? 0 : token.raw.indexOf('\n') + 1);
  const copy = h('button', { type: 'button', class: 'quiet', 'data-copy': '' }, 'Copy');
  return h(
    'div',
    { class: 'code' },
    h('div', { class: 'code-bar' }, h('span', {}, language || 'code'), copy),
    h('pre', { tabindex: 0, 'aria-label': `Code${language ? `, ${language}` : ''}` }, h('code', {}, ...place.write(token.text))),
  );
}

function inline(tokens: readonly Token[], place: Place, depth: number): Node[] {
  if (depth > deepest) return tokens.flatMap(t => place.write(t.raw));
  return tokens.flatMap((token): Node[] => {
    const inside = () => inline(('tokens' in token && token.tokens) || [], place, depth + 1);
    switch (token.type) {
      case 'strong':
        return [h('strong', {}, ...inside())];
      case 'em':
        return [h('em', {}, ...inside())];
      case 'del':
        return [h('s', {}, ...inside())];
      case 'codespan':
        return [h('code', {}, ...place.write(token.text))];
      case 'br':
        return [h('br')];
      case 'link':
        return link(token as Tokens.Link, inside());
      case 'image':
        return link(token as Tokens.Image, place.write(token.text || 'picture'));
      case 'escape':
        return place.write(token.text);
      case 'text':
        return 'tokens' in token && token.tokens ? inside() : place.write(decoded(token.text));
      default:
        return place.write(token.raw);
    }
  });
}

/** A link where it leads to a page of the web; only its words where it leads anywhere else. */
function link(token: { href: string }, words: Node[]): Node[] {
  let url: URL;
  try {
    url = new URL(decoded(token.href));
  } catch {
    return words;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return words;
  return [h('a', { href: url.href, rel: 'noopener noreferrer nofollow', target: '_blank', title: url.href }, ...words)];
}

function group(nodes: Node[]): Node {
  const fragment = h('span');
  fragment.append(...nodes);
  return fragment;
}

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  mdash: '—',
  ndash: '–',
  hellip: '…',
};

/** Characters that were written by name or number. */
function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,8}));/gi, (all, decimal, hex, name) => {
    if (name) return entities[name] ?? all;
    const point = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point < 0xe000) ? String.fromCodePoint(point) : '\ufffd';
  });
}
