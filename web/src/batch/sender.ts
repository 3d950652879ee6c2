import { h } from '../page/dom';
import type { Page } from '../page/parts';
import type { Readers } from './readers';

/** Sends real requests where nobody else does. */
export function sender(page: Page, readers: Readers): HTMLElement {
  const count = h('input', { type: 'range', id: 'batch-count', min: 1, max: 32, value: 8, 'data-testid': 'batch-count' });
  const shown = h('output', { for: 'batch-count' });
  const length = choice('batch-length', '256', [
    ['64', '64 tokens'],
    ['256', '256 tokens'],
    ['1000', '1,000 tokens'],
  ]);
  const time = choice('batch-time', '10', [
    ['0', 'once'],
    ['10', 'again for 10 seconds'],
    ['30', 'again for 30 seconds'],
  ]);
  const button = h('button', { type: 'button', class: 'primary', 'data-testid': 'batch-send' });
  const stop = h('button', { type: 'button', 'data-testid': 'batch-stop', onclick: () => readers.stop() }, 'Stop');
  const said = h('p', { class: 'hint', role: 'status', 'data-testid': 'batch-said' });
  const problem = h('p', { class: 'batch-problem', role: 'alert', 'data-testid': 'batch-problem', hidden: true });
  const tell = () => {
    const many = Number(count.value);
    shown.textContent = count.value;
    count.style.setProperty('--part', `${((many - 1) / 31) * 100}%`);
    button.textContent = many === 1 ? 'Send a reader’s request' : `Send ${many} readers’ requests`;
  };
  count.addEventListener('input', tell);
  button.addEventListener(
    'click',
    () =>
      void readers.send({
        readers: Number(count.value),
        tokens: Number(length.value),
        seconds: Number(time.value),
        model: page.store.get().settings.model,
      }),
  );
  tell();
  readers.store.watch(
    s => s,
    s => {
      stop.disabled = !s.isRunning;
      button.disabled = s.isRunning;
      problem.hidden = s.problem === null;
      problem.textContent = s.problem ?? '';
    },
  );
  readers.store.watch(
    s => `${s.asked} ${s.ended} ${s.isRunning}`,
    (_, { asked, ended, tokens, isRunning }) => {
      if (asked === 0) said.textContent = '';
      else if (isRunning) said.textContent = `${asked} asked for, ${ended} have ended.`;
      else
        said.textContent = `${ended === asked ? `All ${asked} have ended` : `Stopped: ${ended} of ${asked} had ended`}; ${tokens} tokens came.`;
    },
  );
  return h(
    'section',
    { class: 'batch-sender', 'aria-label': 'Readers' },
    h('h3', {}, 'Readers'),
    h('div', { class: 'batch-range' }, h('label', { for: 'batch-count' }, 'How many'), count, shown),
    h('div', { class: 'batch-range' }, h('label', { for: 'batch-length' }, 'Each at most'), length),
    h('div', { class: 'batch-range' }, h('label', { for: 'batch-time' }, 'They ask'), time),
    h('div', { class: 'batch-actions' }, button, stop),
    said,
    problem,
    h(
      'p',
      { class: 'hint' },
      'Real load: streamed completions of different prompts, through the API that everybody uses. Up to four connections carry them, since a browser opens six; for the engine each is a request of its own.',
    ),
  );
}

function choice(id: string, chosen: string, options: readonly [string, string][]): HTMLSelectElement {
  const select = h('select', { id, 'data-testid': id });
  for (const [value, title] of options) select.append(h('option', { value }, title));
  select.value = chosen;
  return select;
}
