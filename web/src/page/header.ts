import type { EngineKind } from '../engine/source';
import { h, svg } from './dom';
import type { Page } from './parts';
import { nextTheme } from './theme';

const names: Record<EngineKind, string> = { server: 'Server', tab: 'This tab', trace: 'Recorded trace' };

export function header(page: Page, views: HTMLElement, tour: HTMLElement): HTMLElement {
  const { store, player } = page;
  const engine = h('select', {
    'data-testid': 'engine',
    id: 'engine',
    title: 'Where the model runs',
    onchange: () => store.set({ engine: engine.value as EngineKind }),
  });
  for (const kind of player.sources.keys()) engine.append(h('option', { value: kind }, names[kind]));
  const model = h('select', {
    id: 'model',
    title: 'The model',
    onchange: () => store.set(s => ({ settings: { ...s.settings, model: model.value } })),
  });
  store.watch(
    s => s.engine,
    kind => {
      engine.value = kind;
      player.stop();
      player.sources
        .get(kind)
        ?.models()
        .then(models => {
          const wanted = store.get().settings.model;
          const chosen = models.some(m => m.id === wanted) ? wanted : (models[0]?.id ?? '');
          store.set(s => ({ models, settings: { ...s.settings, model: chosen } }));
        })
        .catch(error => store.set({ models: [], problem: (error as Error).message }));
    },
  );
  store.watch(
    s => s.models,
    models => {
      model.replaceChildren(...models.map(m => h('option', { value: m.id }, m.id)));
      model.value = store.get().settings.model;
      model.hidden = models.length === 0;
    },
  );
  store.watch(
    s => s.settings.model,
    id => {
      model.value = id;
    },
  );
  return h(
    'header',
    { class: 'header' },
    h('h1', { class: 'brand' }, logo(), h('span', {}, 'Sandglass')),
    views,
    tour,
    h(
      'div',
      { class: 'where' },
      h('label', { for: 'engine', class: 'sr' }, 'Engine'),
      engine,
      h('label', { for: 'model', class: 'sr' }, 'Model'),
      model,
      h(
        'button',
        { type: 'button', class: 'quiet theme', title: 'Light or dark', 'aria-label': 'Light or dark', onclick: () => nextTheme(page) },
        sun(),
      ),
    ),
  );
}

/** An hourglass, half run through. */
function logo(): SVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 24 32', width: 21, height: 28, 'aria-hidden': 'true', class: 'logo' },
    svg('path', { class: 'logo-sand', d: 'M6.2 9.5h11.6L12 16zM12 19.5l6.6 6.7v1.8H5.4v-1.8z' }),
    svg('path', { class: 'logo-sand', d: 'M11.6 15h.8v6h-.8z' }),
    svg('path', {
      class: 'logo-glass',
      d: 'M4.5 3.5v3c0 5 7.5 6 7.5 9.5s-7.5 4.5-7.5 9.5v3M19.5 3.5v3c0 5-7.5 6-7.5 9.5s7.5 4.5 7.5 9.5v3M2.5 2.5h19M2.5 29.5h19',
    }),
  );
}

function sun(): SVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 20 20', width: 18, height: 18, 'aria-hidden': 'true' },
    svg('circle', { cx: 10, cy: 10, r: 7, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.6 }),
    svg('path', { d: 'M10 3a7 7 0 0 1 0 14z', fill: 'currentColor' }),
  );
}
