import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { render, titleOf } from './render.ts';

const folder = fileURLToPath(new URL('../../docs/guide/', import.meta.url));
const name = 'virtual:guide';
const first = 'README';

/** Chapters in their order: the page of contents, then those with a number. */
export const chapterIds = (): string[] => [
  first,
  ...readdirSync(folder)
    .filter(file => /^\d+-.*\.md$/.test(file))
    .map(file => file.slice(0, -'.md'.length))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)),
];

export const figureNames = (): Set<string> => new Set(readdirSync(folder).filter(file => file.endsWith('.svg')));

export const chapterText = (id: string) => readFileSync(`${folder}${id}.md`, 'utf8');

/** The guide's Markdown as modules: `virtual:guide` lists the chapters, each of which is fetched when it is read. */
export const guide = {
  name: 'guide',
  resolveId: (id: string) => (id === name || id.startsWith(`${name}/`) ? `\0${id}` : undefined),
  load(this: { addWatchFile(path: string): void }, id: string) {
    if (id === `\0${name}`) {
      const chapters = chapterIds().map(
        chapter =>
          `{ id: ${JSON.stringify(chapter)}, title: ${JSON.stringify(titleOf(chapterText(chapter)))}, load: () => import('${name}/${chapter}') }`,
      );
      return `export const chapters = [${chapters.join(', ')}];`;
    }
    const chapter = id.startsWith(`\0${name}/`) ? id.slice(name.length + 2) : null;
    if (chapter === null) return undefined;
    this.addWatchFile(`${folder}${chapter}.md`);
    const { html, sections } = render(chapter, chapterText(chapter), figureNames());
    const shown = Object.fromEntries(
      [...figureNames()].filter(file => html.includes(`data-figure="${file}"`)).map(file => [file, figure(file)]),
    );
    return `export const html = ${JSON.stringify(html)};\nexport const sections = ${JSON.stringify(sections)};\nexport const figures = ${JSON.stringify(shown)};`;
  },
};

/** A picture that the tool drew, without its own style sheet: the page has one for it, in the theme that is shown. */
const figure = (file: string) =>
  readFileSync(`${folder}${file}`, 'utf8')
    .replace(/<style>[\s\S]*?<\/style>\s*/, '')
    .replaceAll(/>\s+</g, '><');
