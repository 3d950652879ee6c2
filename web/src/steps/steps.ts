import { h } from '../page/dom';
import type { Page, Part } from '../page/parts';
import { attended, beamsOf } from '../trace/attention';
import { labelOf, tokenOf, visible } from '../trace/decode';
import { tokensOf } from '../trace/recording';
import type { PrefillStep, TokenStep, TraceStep } from '../trace/types';
import { type Work, workOf } from '../trace/work';

/** The scene in words and numbers: a table with a row for each step, which grows as the text does. */
export const stepsPart: Part = {
  id: 'steps',
  title: 'Steps',
  place: 'side',
  mount(root, page) {
    const body = h('tbody');
    const head = ['Step', 'Token', 'Chosen with', 'Rank', 'Looked most at', 'Cache', 'Took'].map(title => h('th', { scope: 'col' }, title));
    const table = h(
      'table',
      { class: 'steps', 'data-testid': 'steps' },
      h('caption', { class: 'sr' }, 'What the scene shows, step by step'),
      h('thead', {}, h('tr', {}, ...head)),
      body,
    );
    root.append(h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Steps' }, table));
    const rows: { step: TraceStep; row: HTMLElement }[] = [];
    const show = () => {
      const { recording, cursor } = page.store.get();
      const steps = recording?.steps.slice(0, cursor) ?? [];
      const same = rows.findIndex((r, i) => r.step !== steps[i]);
      for (const { row } of rows.splice(same < 0 ? rows.length : same)) row.remove();
      if (!recording) return;
      const tokens = tokensOf(recording, cursor).map(token => visible(labelOf(token)));
      const works = workOf(recording);
      for (let i = rows.length; i < steps.length; i++) {
        const step = steps[i]!;
        const again = step.kind === 'prefill' && i > 0 && step.cache.blocksRecomputed > 0; // it stands in the row of its token
        const row =
          step.kind === 'prefill' ? prefillRow(step) : step.kind === 'token' ? tokenRow(page, step, tokens, works[i] ?? null) : h('tr');
        row.hidden = again || step.kind === 'beams';
        body.append(row);
        rows.push({ step, row });
      }
    };
    page.store.watch(s => s.recording, show);
    page.store.watch(s => s.cursor, show);
  },
};

function prefillRow(step: PrefillStep): HTMLElement {
  const adopted = step.adopted > 0 ? `, ${step.adopted} before them adopted` : '';
  return h(
    'tr',
    { class: 'prefill' },
    h('th', { scope: 'row' }, 'read'),
    h('td', { colspan: 4 }, `${step.to - step.from} tokens of the prompt${adopted}`),
    h('td', {}, `${step.cache.positions} positions`),
    h('td', {}, `${step.cost.forwardMs.toFixed(1)} ms`),
  );
}

function tokenRow({ store }: Page, step: TokenStep, tokens: readonly string[], work: Work | null): HTMLElement {
  const seen = step.attention && attended(step.attention, { kind: 'mean' }, false);
  const most = seen
    ? beamsOf(seen, 3).strongest.map(b => `${tokens[b.position]?.trim() || '‹blank›'} ${(100 * b.weight).toFixed(0)} %`)
    : [];
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      h('button', { type: 'button', class: 'link', onclick: () => store.set({ selected: step.position }) }, String(step.index + 1)),
    ),
    h('td', { class: 'token-cell' }, visible(labelOf(tokenOf(step)))),
    h('td', {}, `${(100 * Math.exp(step.logprob)).toFixed(1)} %`),
    h('td', {}, String(step.why.rank)),
    h('td', {}, most.join(', ')),
    h('td', {}, work?.uncached ? `${work.recomputed} blocks again` : `${step.cache.positions} positions`),
    h('td', {}, work ? `${work.ms.toFixed(1)} ms` : 'same pass'),
  );
}
