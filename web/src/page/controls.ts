import { defaults, presets, type Settings } from '../state/state';
import { h } from './dom';
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
  const pause = h('button', {
    type: 'button',
    'data-testid': 'pause',
    onclick: () => (store.get().phase === 'running' ? player.pause() : player.resume()),
  });
  const step = h('button', { type: 'button', 'data-testid': 'step', title: 'One token (.)', onclick: () => player.step() }, 'Step');
  store.watch(
    s => s.phase,
    phase => {
      pause.textContent = phase === 'paused' ? 'Go on' : 'Pause';
      pause.disabled = phase === 'idle';
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

interface Field {
  key: Exclude<keyof Settings, 'prompt' | 'model'>;
  title: string;
  min: number;
  max: number;
  step: number;
  note: string;
}

const fields: Field[] = [
  { key: 'temperature', title: 'Temperature', min: 0, max: 2, step: 0.05, note: '0: always the likeliest' },
  { key: 'topK', title: 'Top-k', min: 0, max: 200, step: 1, note: '0: all' },
  { key: 'topP', title: 'Top-p', min: 0.05, max: 1, step: 0.01, note: '1: all' },
  { key: 'minP', title: 'Min-p', min: 0, max: 1, step: 0.01, note: '0: all' },
  { key: 'repetitionPenalty', title: 'Repetition penalty', min: 1, max: 2, step: 0.01, note: '1: none' },
  { key: 'maxTokens', title: 'Tokens at most', min: 1, max: 2000, step: 1, note: '' },
];

function sampling({ store }: Page): HTMLElement {
  const rows = fields.map(field => {
    const input = h('input', {
      type: 'number',
      id: `set-${field.key}`,
      min: field.min,
      max: field.max,
      step: field.step,
      onchange: () => change(),
    });
    const change = () => {
      const value = input.valueAsNumber;
      const valid = Number.isFinite(value) ? Math.min(field.max, Math.max(field.min, value)) : defaults[field.key];
      input.value = String(valid);
      store.set(s => ({ settings: { ...s.settings, [field.key]: valid } }));
    };
    store.watch(
      s => s.settings[field.key],
      value => {
        if (document.activeElement !== input) input.value = String(value);
      },
    );
    return h('div', { class: 'field' }, h('label', { for: input.id }, field.title, field.note ? h('small', {}, field.note) : null), input);
  });
  const seed = h('input', {
    type: 'text',
    id: 'set-seed',
    inputmode: 'numeric',
    pattern: '-?[0-9]*',
    placeholder: 'random',
    onchange: () => setSeed(),
  });
  const setSeed = () => {
    const digits = seed.value.trim();
    seed.value = /^-?\d{1,20}$/.test(digits) ? digits : '';
    store.set(s => ({ settings: { ...s.settings, seed: seed.value } }));
  };
  store.watch(
    s => s.settings.seed,
    value => {
      if (document.activeElement !== seed) seed.value = value;
    },
  );
  rows.push(h('div', { class: 'field' }, h('label', { for: 'set-seed' }, 'Seed', h('small', {}, 'empty: random')), seed));
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
