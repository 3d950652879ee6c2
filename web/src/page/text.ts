import { bitsEqual } from '../state/address';
import { joined } from '../trace/decode';
import { type Recording, tokenSteps } from '../trace/recording';
import type { TokenStep } from '../trace/types';
import { h } from './dom';
import type { Page } from './parts';

/** The text as it grows. Each token stands in a glass of its own, filled up to its probability; a click or the arrows choose one to look at. */
export function text(page: Page): HTMLElement {
  const { store } = page;
  const prompt = h('span', { class: 'given' });
  const written = h('span', {
    class: 'written',
    'data-testid': 'text',
    role: 'listbox',
    tabindex: 0,
    'aria-label': 'Tokens that were written',
  });
  const ending = h('p', { class: 'ending' });
  const about = h('p', { class: 'about' });
  const spans: HTMLElement[] = [];
  let steps: TokenStep[] = [];

  const select = (index: number) => {
    const step = steps[Math.max(0, Math.min(steps.length - 1, index))];
    if (step) store.set({ selected: step.position });
  };
  written.addEventListener('click', event => {
    const span = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
    if (span) select(Number(span.dataset.index));
  });
  written.addEventListener('keydown', event => {
    const now = steps.findIndex(step => step.position === store.get().selected);
    const from = now < 0 ? steps.length - 1 : now;
    const to = { ArrowRight: from + 1, ArrowDown: from + 1, ArrowLeft: from - 1, ArrowUp: from - 1, Home: 0, End: steps.length - 1 }[
      event.key
    ];
    if (event.key === 'Escape') store.set({ selected: null });
    if (to === undefined) return;
    event.preventDefault();
    select(to);
  });

  const show = () => {
    const { recording, cursor } = store.get();
    prompt.textContent = recording ? joined(recording.start.prompt) : '';
    steps = recording ? tokenSteps(recording, cursor) : [];
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]!;
      if (spans[i]?.dataset.key === `${step.id} ${step.text}`) continue;
      const span = tokenSpan(step, i);
      if (spans[i]) spans[i]!.replaceWith(span);
      else written.append(span);
      spans[i] = span;
    }
    for (const span of spans.splice(steps.length)) span.remove();
    ending.textContent = endingOf(page);
    ending.hidden = ending.textContent === '';
    about.textContent = recording ? aboutOf(recording) : '';
    if (store.get().phase === 'running') box.scrollTop = box.scrollHeight;
  };
  const mark = () => {
    const { selected } = store.get();
    const at = steps.findIndex(step => step.position === selected);
    spans.forEach((span, i) => {
      span.setAttribute('aria-selected', String(i === at));
    });
    if (at >= 0) {
      written.setAttribute('aria-activedescendant', spans[at]!.id);
      spans[at]!.scrollIntoView({ block: 'nearest' });
    } else written.removeAttribute('aria-activedescendant');
  };
  const box = h('div', { class: 'text' }, h('p', { class: 'story' }, prompt, written), ending, about);
  store.watch(
    s => s.recording,
    () => {
      show();
      mark();
    },
  );
  store.watch(s => s.cursor, show);
  store.watch(s => s.phase, show);
  store.watch(s => s.selected, mark);
  return box;
}

function tokenSpan(step: TokenStep, index: number): HTMLElement {
  const probability = Math.exp(step.logprob);
  const span = h(
    'span',
    { class: 'token', id: `token-${index}`, role: 'option', 'data-index': index, 'data-key': `${step.id} ${step.text}` },
    step.text,
  );
  span.style.setProperty('--fill', `${Math.round(probability * 100)}%`);
  span.title = `${(probability * 100).toFixed(1)} %, rank ${step.why.rank}`;
  if (step.text === '') span.setAttribute('aria-label', `token ${step.id}, without text of its own`);
  return span;
}

/** What the text can be written again from, bit for bit. */
function aboutOf({ start: { model, run } }: Recording): string {
  const cache = run.cacheTypeKeys === run.cacheTypeValues ? run.cacheTypeKeys : `${run.cacheTypeKeys}/${run.cacheTypeValues}`;
  return `${model.name} ${model.hash.slice(0, 8)} · ${model.layers} layers of ${model.heads} heads · seed ${run.seed} · ${run.compute}, kernels ${run.kernels}, cache ${cache}`;
}

const endings = {
  eos: 'The model ended the text.',
  stop: 'A stop text came.',
  length: 'As many tokens as were asked for.',
  context: 'The context is full.',
  cancelled: 'Stopped.',
  loop: 'It began to repeat itself.',
  time: 'Its time was over.',
};

function endingOf(page: Page): string {
  const state = page.store.get();
  const finish = state.recording?.result?.finish;
  const equal = bitsEqual(state);
  const bits = equal === null ? '' : equal ? ' The bits equal those of the address.' : ' The bits differ from those of the address.';
  const atEnd = state.recording && state.cursor >= state.recording.steps.length;
  return (finish && atEnd ? endings[finish] : '') + bits;
}
