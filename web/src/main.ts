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

const shared = readAddress(location.hash);
if (sources.keys().next().value === 'tab') tab.warm(shared.settings.model);
const store = createStore({
  ...initial,
  engine: sources.keys().next().value!,
  settings: { ...initial.settings, ...shared.settings },
  cache: shared.cache ?? true,
  expected: shared.expected ?? null,
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
drops(page, files, sources.has('tab') ? tab : null);
if (!sources.has('server')) {
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
