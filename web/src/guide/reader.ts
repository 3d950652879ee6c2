import { type ChapterText, chapters } from 'virtual:guide';
import { fill, h } from '../page/dom';
import type { Page } from '../page/parts';
import { showPlace } from '../state/place';
import '../page/plot.css';
import './reader.css';

/** Its contents at the side, and the chapter that the address names. */
export function mountGuide(root: HTMLElement, page: Page) {
  const { store, player } = page;
  const list = h('ol', { class: 'guide-list' });
  const contents = h('nav', { class: 'guide-contents', 'aria-label': 'Contents of the guide' }, list);
  const article = h('article', { class: 'guide-text', 'data-testid': 'guide-text' });
  const scroll = h('div', { class: 'guide-scroll', tabindex: 0, role: 'region', 'aria-label': 'The guide' }, article);
  root.append(h('div', { class: 'guide' }, contents, scroll));
  const writes = player.sources.has('server') || player.sources.has('tab');
  let shown = ''; // or being fetched
  let filled = '';

  root.addEventListener('click', event => {
    const button = (event.target as Element).closest<HTMLElement>('[data-copy]');
    if (!button) return;
    navigator.clipboard.writeText(button.dataset.copy!).then(
      () => page.announce('Copied'),
      () => page.announce('The browser does not let the page copy'),
    );
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 1500);
  });

  store.watch(
    s => (s.view === 'guide' ? s.place : null),
    place => {
      if (place === null) return;
      const asked = new URLSearchParams(place);
      if (asked.get('view') !== 'guide') {
        showPlace(store, `view=guide&chapter=${shown || chapters[0]!.id}`); // its tab was clicked
        return;
      }
      void show(asked.get('chapter') ?? '', asked.get('at'));
    },
  );

  async function show(id: string, at: string | null) {
    const found = chapters.findIndex(c => c.id === id);
    const index = Math.max(0, found);
    if (found < 0 && id !== '') {
      showPlace(store, `view=guide&chapter=${chapters[0]!.id}`); // the address says what is shown; with it this is called again
      return;
    }
    const chapter = chapters[index]!;
    if (chapter.id !== shown) {
      const isFirst = shown === '';
      shown = chapter.id;
      let text: ChapterText;
      try {
        text = await chapter.load();
      } catch {
        shown = '';
        fill(article, h('p', { class: 'problem' }, 'This chapter could not be fetched. Open it again.'));
        return;
      }
      if (shown !== chapter.id) return; // another was asked for meanwhile
      fill(article, ...nodes(text), turns(index));
      filled = shown;
      if (!writes) for (const link of article.querySelectorAll('.guide-open[href^="#prompt"]')) link.remove();
      markContents(index, text);
      findInContents();
      if (!at && !isFirst) article.querySelector<HTMLElement>('#guide-top')?.focus({ preventScroll: true });
      scroll.scrollTop = 0;
      if (matchMedia('(max-width: 899px)').matches && !isFirst) scrollTo(0, 0);
    }
    const section = at ? document.getElementById(`guide-${at}`) : null;
    if (at && !section && filled === chapter.id && store.get().view === 'guide') showPlace(store, `view=guide&chapter=${chapter.id}`);
    section?.scrollIntoView();
    section?.focus({ preventScroll: true });
  }

  /** Chapters, and below the open one its sections. */
  function markContents(index: number, text: ChapterText) {
    fill(
      list,
      ...chapters.map(({ id, title }, i) => {
        const link = h(
          'a',
          { href: `#view=guide&chapter=${id}`, ...(i === index ? { 'aria-current': 'page' } : {}) },
          i > 0 ? h('span', { class: 'guide-number' }, `${i}`) : null,
          title,
        );
        const sections = i === index && i > 0 && text.sections.length > 0;
        return h(
          'li',
          {},
          link,
          sections &&
            h('ul', {}, ...text.sections.map(s => h('li', {}, h('a', { href: `#view=guide&chapter=${id}&at=${s.id}` }, s.title)))),
        );
      }),
    );
  }

  /** Beside one another, on a narrow window, the open chapter is the one to be seen. */
  function findInContents() {
    const open = list.querySelector<HTMLElement>('[aria-current]');
    if (open) list.scrollLeft = open.offsetLeft - list.offsetLeft - 40;
  }

  function turns(index: number): HTMLElement {
    const to = (i: number, word: string, side: string) =>
      chapters[i] &&
      h('a', { class: `guide-turn ${side}`, href: `#view=guide&chapter=${chapters[i].id}` }, h('small', {}, word), chapters[i].title);
    return h(
      'nav',
      { class: 'guide-turns', 'aria-label': 'Chapters beside this one' },
      to(index - 1, 'Before', 'back'),
      to(index + 1, 'Next', 'on'),
    );
  }
}

/** The chapter's elements. They were made of this project's own Markdown when the page was built; nothing of a reader's is in them. */
function nodes({ html, figures }: ChapterText): Node[] {
  const body = new DOMParser().parseFromString(html, 'text/html').body;
  for (const place of body.querySelectorAll<HTMLElement>('[data-figure]')) {
    const picture = new DOMParser().parseFromString(figures[place.dataset.figure!] ?? '', 'image/svg+xml').documentElement;
    if (picture.localName !== 'svg') continue;
    picture.setAttribute('class', 'plot');
    picture.removeAttribute('width');
    picture.removeAttribute('height');
    picture.setAttribute('aria-hidden', 'true');
    place.replaceChildren(document.importNode(picture, true));
  }
  return [...body.childNodes].map(node => document.importNode(node, true));
}
