import { h } from './dom';
import type { Page, Part } from './parts';

/** Tabs and their panels, after the pattern that screen readers know: arrows move, each panel is mounted once, when it is first shown. */
export function tabs(
  label: string,
  parts: readonly Part[],
  page: Page,
  chosen: 'view' | 'side',
  toolbar: readonly Node[] = [],
): { bar: HTMLElement; panels: HTMLElement } {
  const bar = h('div', { role: 'tablist', 'aria-label': label, class: `tabs tabs-${chosen}` });
  const panels = h('div', { class: `panels panels-${chosen}` });
  const mounted = new Set<string>();
  const pairs = parts.map(part => {
    const panel = h('section', {
      role: 'tabpanel',
      id: `panel-${part.id}`,
      'aria-labelledby': `tab-${part.id}`,
      class: `panel panel-${part.id}`,
      hidden: true,
    });
    const tab = h(
      'button',
      {
        role: 'tab',
        type: 'button',
        id: `tab-${part.id}`,
        'aria-controls': `panel-${part.id}`,
        onclick: () => page.store.set({ [chosen]: part.id }),
      },
      part.title,
    );
    bar.append(tab);
    panels.append(panel);
    return { part, tab, panel };
  });
  bar.addEventListener('keydown', event => {
    const at = pairs.findIndex(p => p.tab === document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: pairs.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = pairs[(to + pairs.length) % pairs.length]!;
    page.store.set({ [chosen]: next.part.id });
    next.tab.focus();
  });
  page.store.watch(
    s => s[chosen],
    id => {
      const shown = pairs.find(p => p.part.id === id) ?? pairs[0];
      for (const { part, tab, panel } of pairs) {
        const on = part === shown?.part;
        tab.setAttribute('aria-selected', String(on));
        tab.tabIndex = on ? 0 : -1;
        panel.hidden = !on;
        if (on && !mounted.has(part.id)) {
          mounted.add(part.id);
          void Promise.resolve(part.mount(panel, page)).catch(error => {
            panel.append(h('p', { class: 'problem' }, `This part cannot be shown: ${(error as Error).message}`));
          });
        }
      }
    },
  );
  if (toolbar.length > 0) bar.append(...toolbar);
  return { bar, panels };
}
