import { tourEntry } from '../tour/entry';
import { controls } from './controls';
import { fill, h } from './dom';
import { hashes } from './hashes';
import { header } from './header';
import { keyboard } from './keyboard';
import { askForKey } from './keyDialog';
import type { Page, Part } from './parts';
import { problem } from './problem';
import { tabs } from './tabs';
import { text } from './text';
import { transport } from './transport';

/** The page's places: header, controls, the view with its transport and text, the panel at the side. */
export function shell(root: HTMLElement, page: Page, parts: readonly Part[], live: HTMLElement) {
  const views = parts.filter(p => p.place === 'view');
  const view = tabs('Views', views, page, 'view');
  const side = tabs(
    'Details',
    parts.filter(p => p.place === 'side'),
    page,
    'side',
  );
  const left = h('aside', { class: 'controls', 'aria-label': 'Prompt and settings' }, ...controls(page));
  const below = h('div', { class: 'below' }, transport(page), text(page));
  const middle = h('div', { class: 'middle' }, problem(page), view.panels, below);
  const right = h('aside', { class: 'side', 'aria-label': 'Details' }, side.bar, side.panels);
  const main = h('main', { class: 'main' }, left, middle, right);
  fill(root, header(page, view.bar, tourEntry(page)), main, hashes(page), live);
  page.store.watch(
    s => s.view,
    id => {
      const shown = views.find(v => v.id === id) ?? views[0];
      main.dataset.view = shown?.id;
      left.hidden = shown?.controls === false;
      below.hidden = shown?.controls === false;
      right.hidden = shown?.details === false;
    },
  );
  askForKey();
  keyboard(page);
}
