import { FileSource } from './engine/file';
import { ServerSource } from './engine/server';
import type { EngineKind, TraceSource } from './engine/source';
import { TabSource } from './engine/tab';
import { parts } from './page/all';
import { h } from './page/dom';
import { drops } from './page/drops';
import type { Page } from './page/parts';
import { shell } from './page/shell';
import { theme } from './page/theme';
import { readAddress } from './state/address';
import { readPlace, watchPlace } from './state/place';
import { Player } from './state/player';
import { initial } from './state/state';
import { createStore } from './state/store';
import './page/page.css';

/** What `sandglass page` writes into the page: which engines it has, and which traces lie beside it. From a server it has the server. */
const meta = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content.split(' ').filter(Boolean) ?? [];

const tab = new TabSource('engine/engine.js', meta('sandglass-models'));
const files = new FileSource(meta('sandglass-traces'));
const server = new ServerSource();
const sources = new Map<EngineKind, TraceSource>();
for (const kind of meta('sandglass-engines')) {
  const source = [server, tab, files].find(one => one.kind === kind);
  if (source) sources.set(source.kind, source);
}
sources.set('trace', files); // one may be dropped on the page

const place = readPlace(location.hash);
const shared = place ? { settings: {} } : readAddress(location.hash);
if (!place && sources.keys().next().value === 'tab') tab.warm(shared.settings.model);
const store = createStore({
  ...initial,
  engine: sources.keys().next().value!,
  settings: { ...initial.settings, ...shared.settings },
  cache: shared.cache ?? true,
  expected: shared.expected ?? null,
  ...place,
});
const live = h('p', { class: 'sr', 'aria-live': 'polite' });
const page: Page = {
  store,
  player: new Player(store, sources),
  announce(text) {
    live.textContent = text;
  },
};
tab.loadedModel = () => {
  if (store.get().engine === 'tab') void tab.models().then(models => store.set({ models }));
};
theme(page);
shell(document.getElementById('page')!, page, parts, live);
watchPlace(store, () => {
  const { settings, cache = true, expected = null } = readAddress(location.hash);
  if (settings.prompt === undefined) return;
  store.set(s => ({ settings: { ...s.settings, ...settings }, cache, expected, view: 'scene' }));
  page.player.generate();
});
drops(page, files, sources.has('tab') ? tab : null);
if (place) {
  // what the address names begins nothing by itself
} else if (!sources.has('server')) {
  if (sources.has('tab') || !files.isEmpty) page.player.generate();
} else if (shared.settings.prompt !== undefined) {
  // a shared address writes its text at once, when it is known which models there are
  const end = store.watch(
    s => s.models.length > 0,
    ready => {
      if (!ready) return;
      queueMicrotask(() => end());
      page.player.generate();
    },
  );
}
