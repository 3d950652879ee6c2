import { fill, h } from '../page/dom';
import type { Page, Part } from '../page/parts';
import { tokenOf } from '../trace/decode';
import { type Recording, tokenSteps } from '../trace/recording';
import type { TokenStep } from '../trace/types';
import { fillTo, oneLine, percent } from '../tree/glass';
import { asked } from './asked';
import { fatesOf } from './fates';
import { glasses } from './glasses';
import { fell, intervalsOf, ruler } from './ruler';
import { strip } from './strip';
import { WhatIf } from './whatIf';
import './why.css';

const shownCandidates = 12;

/** Why this token: what the model said, what each step of the chain made of it, and which number was drawn. */
export const whyPart: Part = {
  id: 'why',
  title: 'Why',
  place: 'side',
  mount(root, page) {
    const head = h('div', {});
    const whatIf = new WhatIf(page);
    root.append(h('div', { class: 'why', 'data-testid': 'why' }, strip(page), head, whatIf.root));
    let last: TokenStep | null = null;
    const show = () => {
      const { recording } = page.store.get();
      const step = lookedAt(page);
      whatIf.root.hidden = !step;
      if (!recording || !step) {
        last = null;
        fill(head, h('p', { class: 'hint' }, 'Once a token is written, this tells why it and no other.'));
        return;
      }
      if (step === last) return;
      last = step;
      fill(head, ...told(page, recording, step));
      whatIf.look(recording, step);
    };
    page.store.watch(s => s.recording, show);
    page.store.watch(s => s.cursor, show);
    page.store.watch(s => s.selected, show);
    page.store.watch(s => s.engine, show);
  },
};

/** The token that a hand has chosen, or the last one shown. */
function lookedAt(page: Page): TokenStep | null {
  const { recording, cursor, selected } = page.store.get();
  if (!recording) return null;
  const steps = tokenSteps(recording, cursor);
  return steps.find(step => step.position === selected) ?? steps.at(-1) ?? null;
}

function told(page: Page, recording: Recording, step: TokenStep): Node[] {
  const { why } = step;
  const chosen = step.asked[0]!;
  const forced = recording.forced?.includes(step.position) ?? false;
  const glass = h('span', { class: 'glass', 'aria-hidden': 'true' });
  fillTo(glass, chosen.probability);
  const title = h('div', { class: 'why-title' }, glass, h('h3', { 'data-testid': 'why-token' }, oneLine(tokenOf(step))));
  const rank = why.rank === 1 ? 'the likeliest' : `rank ${why.rank}`;
  const { vocabulary } = recording.start.model;
  const coverage = `${step.candidates.length} of ${vocabulary} tokens are recorded: ${percent(step.coverage)} of the probability.`;
  const fates = fatesOf(recording, step, shownCandidates);
  const left = step.candidates.filter(c => c.removedBy === null && c.final > 0).sort((a, b) => b.final - a.final);
  const intervals = intervalsOf(left.map(c => ({ token: c, probability: c.final })));
  const own = intervals.some(i => i.token.id === chosen.id) ? [] : [{ token: chosen, from: why.interval[0], to: why.interval[1] }];
  const drawn = forced
    ? `A hand put this token here. ${why.greedy ? 'The likeliest would have been taken.' : `The number drawn, ${why.draw.toFixed(4)}, would have chosen another.`}`
    : why.greedy
      ? 'Temperature 0: the likeliest was taken, nothing was drawn.'
      : `${fell(why.draw, why.interval, 'was drawn: it ')}.`;
  return [
    title,
    h(
      'p',
      {},
      `${percent(chosen.probability)} by the model (${rank}), ${forced ? 'chosen by hand' : `${percent(chosen.final)} when it was chosen`}.`,
    ),
    h('p', { class: 'hint', 'data-testid': 'coverage' }, coverage),
    glasses(fates, step.id),
    h('p', { class: 'drawn', 'data-testid': 'drawn' }, drawn),
    ruler([...intervals, ...own], why.greedy ? null : why.draw, forced ? -1 : step.id),
    asked(page, recording, step),
  ];
}
