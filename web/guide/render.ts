import { Marked, type Tokens } from 'marked';
import temml from 'temml';
import { addressOf } from './command.ts';

/** A chapter of the guide as the page shows it. */
export interface Chapter {
  id: string;
  title: string;
  html: string;
  sections: readonly { id: string; title: string }[];
}

/** What may stand in a chapter beside Markdown, exactly so: everything else that looks like HTML is shown as letters. */
const tags = /<\/?details>|<\/?summary>/g;

/** What the page is built from: chapters are this project's own files, made into HTML when the page is built. */
export function render(id: string, markdown: string, figures: ReadonlySet<string> = new Set()): Chapter {
  const sections: { id: string; title: string }[] = [];
  const marked = new Marked({ gfm: true });
  marked.use({
    extensions: [
      {
        name: 'formula',
        level: 'inline',
        start: source => source.indexOf('$'),
        tokenizer(source) {
          const found = /^\$\$([^$]+)\$\$|^\$([^$]+)\$/.exec(source);
          return found ? { type: 'formula', raw: found[0], text: found[1] ?? found[2], isDisplay: found[1] !== undefined } : undefined;
        },
        renderer: token => formula(token.text, token.isDisplay),
      },
    ],
    renderer: {
      heading({ tokens, depth }: Tokens.Heading) {
        const words = this.parser.parseInline(tokens);
        if (depth === 1) return `<h2 id="guide-top" tabindex="-1">${words}</h2>\n`; // the page itself has the first heading
        const anchor = slug(plain(words));
        if (depth === 2) sections.push({ id: anchor, title: plain(words) });
        return `<h${depth + 1} id="guide-${anchor}" tabindex="-1">${words}</h${depth + 1}>\n`;
      },
      code: ({ text, lang }: Tokens.Code) => (lang === 'console' ? session(text) : block(text)),
      html: ({ text }: Tokens.HTML | Tokens.Tag) => safe(text),
      link({ href, tokens }: Tokens.Link) {
        return link(href, this.parser.parseInline(tokens));
      },
      image: ({ href, text }: Tokens.Image) =>
        figures.has(href)
          ? `<span class="guide-figure" role="img" tabindex="0" aria-label="${escaped(text)}" data-figure="${escaped(href)}"></span>`
          : escaped(text),
      table({ header, rows }: Tokens.Table) {
        const cell =
          (tag: string, more = '') =>
          (one: Tokens.TableCell) =>
            `<${tag}${more}${one.align ? ` class="to-${one.align}"` : ''}>${this.parser.parseInline(one.tokens)}</${tag}>`;
        const head = header.map(cell('th', ' scope="col"')).join('');
        const body = rows.map(row => `<tr>${row.map(cell('td')).join('')}</tr>`).join('\n');
        return `<div class="guide-table" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>\n`;
      },
    },
  });
  const html = marked.parse(markdown.replaceAll('\r\n', '\n'), { async: false });
  return { id, title: titleOf(markdown), html, sections };
}

/** Of a chapter, without its number. */
export const titleOf = (markdown: string) => (/^# +(.+)$/m.exec(markdown)?.[1] ?? '').replace(/^\d+\. */, '').replaceAll('`', '');

/** A heading's anchor, as GitHub makes it. */
export const slug = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** A console: each command with its output, to copy, and where the page shows the same, a link to there. */
function session(text: string): string {
  const runs: { command: string; output: string[] }[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('$ ')) runs.push({ command: line.slice(2), output: [] });
    else if (runs.length === 0) return block(text);
    else runs.at(-1)!.output.push(line);
  }
  return runs
    .map(({ command, output }) => {
      const address = addressOf(command);
      const open = address ? `<a class="guide-open" href="${escaped(address)}">Open here</a>` : '';
      const copy = `<button type="button" class="quiet" data-copy="${escaped(command)}" aria-label="Copy the command">Copy</button>`;
      const printed = output.join('\n').trimEnd();
      const isProse = !/─|\S {2,}\S/.test(printed); // columns stay as they are
      const shown =
        printed === ''
          ? ''
          : `<pre tabindex="0" aria-label="What it prints"${isProse ? ' class="prose"' : ''}><samp>${escaped(printed)}</samp></pre>`;
      return `<div class="guide-run"><div class="guide-command"><code>${escaped(command)}</code>${open}${copy}</div>${shown}</div>\n`;
    })
    .join('');
}

const block = (text: string) => `<div class="guide-run"><pre tabindex="0"><code>${escaped(text)}</code></pre></div>\n`;

/** Within the guide a link goes to a chapter of the page, to the web in a tab of its own; another file of the project is only named. */
function link(href: string, words: string): string {
  const chapter = /^([\w-]+)\.md(?:#(.*))?$/.exec(href);
  if (chapter) return `<a href="${escaped(chapterAddress(chapter[1]!, chapter[2]))}">${words}</a>`;
  if (/^https:\/\//.test(href)) return `<a href="${escaped(href)}" rel="noopener noreferrer" target="_blank">${words}</a>`;
  return `<span title="${escaped(href.replace(/^(\.\.\/)+/, ''))}">${words}</span>`;
}

export const chapterAddress = (id: string, section?: string) => `#view=guide&chapter=${id}${section ? `&at=${section}` : ''}`;

function formula(tex: string, isDisplay: boolean): string {
  const made = temml.renderToString(tex.replaceAll('\n', ' '), { displayMode: isDisplay, throwOnError: true });
  const plain = made.replace(/ style="[^"]*"/g, ''); // which the policy of contents forbids
  return isDisplay ? `<span class="guide-formula" tabindex="0" role="group" aria-label="Formula">${plain}</span>` : plain;
}

/** The few tags as they are, all else as letters. */
function safe(text: string): string {
  let from = 0;
  let made = '';
  for (const { 0: tag, index } of text.matchAll(tags)) {
    made += escaped(text.slice(from, index)) + tag;
    from = index + tag.length;
  }
  return made + escaped(text.slice(from));
}

const plain = (html: string) =>
  html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
