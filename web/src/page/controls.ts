import { defaults, presets, type Settings } from '../state/state';
import { h } from './dom';
import { numberField, type Range, ranges, type Setting, seedField } from './field';
import type { Page } from './parts';

/** The prompt, what begins and ends a text, the switch of the cache, the settings of the draw. */
export function controls(page: Page): HTMLElement[] {
  return [promptBox(page), actions(page), cacheSwitch(page), sampling(page)];
}

function promptBox({ store, player }: Page): HTMLElement {
  const box = h('textarea', { id: 'prompt', 'data-testid': 'prompt', rows: 3, spellcheck: 'false', oninput: () => set(box.value) });
  const set = (prompt: string) => store.set(s => ({ settings: { ...s.settings, prompt } }));
  box.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    player.generate();
  });
  const chips = presets.map(preset =>
    h('button', { type: 'button', class: 'chip', 'data-testid': `preset-${preset.id}`, onclick: () => set(preset.prompt) }, preset.title),
  );
  store.watch(
    s => s.settings.prompt,
    prompt => {
      if (box.value !== prompt) box.value = prompt;
      presets.forEach((preset, i) => {
        chips[i]!.setAttribute('aria-pressed', String(preset.prompt === prompt));
      });
    },
  );
  const group = h('div', { class: 'prompt-box' }, h('label', { for: 'prompt' }, 'Prompt'), h('div', { class: 'chips' }, ...chips), box);
  store.watch(
    s => s.engine,
    engine => {
      box.disabled = engine === 'trace';
      for (const chip of chips) chip.disabled = engine === 'trace';
      group.classList.toggle('idle', engine === 'trace');
    },
  );
  return group;
}

function actions({ store, player }: Page): HTMLElement {
  const generate = h(
    'button',
    { type: 'button', class: 'primary', 'data-testid': 'generate', onclick: () => player.generate() },
    'Generate',
  );
  const pause = h('button', { type: 'button', 'data-testid': 'pause', onclick: () => player.toggle() });
  const step = h('button', { type: 'button', 'data-testid': 'step', title: 'One token (.)', onclick: () => player.step() }, 'Step');
  store.watch(
    s => `${s.phase} ${s.branching} ${s.held}`,
    (_, { phase, branching, held }) => {
      pause.textContent = phase === 'paused' || held ? 'Go on' : 'Pause';
      pause.disabled = phase === 'idle' && !branching;
      generate.textContent = phase === 'idle' ? 'Generate' : 'Start anew';
    },
  );
  store.watch(
    s => s.engine,
    engine => {
      generate.title = engine === 'trace' ? 'Plays the recorded trace' : 'Writes a text (Ctrl+Enter in the prompt)';
    },
  );
  return h('div', { class: 'actions' }, generate, pause, step);
}

function cacheSwitch({ store, player }: Page): HTMLElement {
  const toggle = h(
    'button',
    {
      type: 'button',
      role: 'switch',
      class: 'switch',
      'data-testid': 'cache-mode',
      'aria-describedby': 'cache-words',
      onclick: () => player.setCache(!store.get().cache),
    },
    h('span', { class: 'switch-on' }, 'KV CACHE'),
    h('span', { class: 'switch-off' }, 'NO CACHE'),
  );
  const words = h('p', { id: 'cache-words', class: 'hint' });
  const show = () => {
    const { cache: wanted, engine, recording } = store.get();
    const cache = engine === 'trace' ? recording?.start.run.options.no_cache !== true : wanted;
    toggle.setAttribute('aria-checked', String(cache));
    toggle.setAttribute('aria-label', `Key-value cache: ${cache ? 'on' : 'off'}`);
    toggle.disabled = engine === 'trace';
    words.textContent =
      engine === 'trace'
        ? 'A recorded trace shows what was done then; only an engine can be switched.'
        : cache
          ? 'Keys and values of past tokens are kept: each step computes one token.'
          : 'Nothing is kept: each step computes the whole text again. The words stay the same.';
  };
  store.watch(s => `${s.cache} ${s.engine}`, show);
  store.watch(s => s.recording?.start, show);
  return h('div', { class: 'cache-box' }, toggle, words);
}

const fields: Record<Exclude<keyof Settings, 'prompt' | 'model' | 'seed'>, Range> = {
  ...ranges,
  maxTokens: { title: 'Tokens at most', min: 1, max: 2000, step: 1, note: '' },
};

function sampling({ store }: Page): HTMLElement {
  const setting = <K extends keyof Settings>(key: K): Setting<Settings[K]> => ({
    set: value => store.set(s => ({ settings: { ...s.settings, [key]: value } })),
    watch: show => store.watch(s => s.settings[key], show),
  });
  const rows = (Object.keys(fields) as (keyof typeof fields)[]).map(key =>
    numberField(`set-${key}`, fields[key], defaults[key], setting(key)),
  );
  rows.push(seedField('set-seed', 'empty: random', setting('seed')));
  const words = h('span', { class: 'summary-note' });
  store.watch(
    s => s.settings,
    s => {
      words.textContent = s.temperature === 0 ? 'greedy' : `t ${s.temperature} · seed ${s.seed === '' ? 'random' : s.seed}`;
    },
  );
  return h(
    'details',
    { class: 'sampling', open: matchMedia('(min-width: 1100px)').matches },
    h('summary', {}, h('span', {}, 'Choosing'), words),
    ...rows,
  );
}
