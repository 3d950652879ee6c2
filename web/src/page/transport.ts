import { writeAddress } from '../state/address';
import type { Speed } from '../state/state';
import { toFile, tokenSteps } from '../trace/recording';
import { h, save, svg } from './dom';
import type { Page } from './parts';

const speeds: [Speed, string][] = [
  ['step', 'one at a time'],
  ['1', '1 token/s'],
  ['2', '2 tokens/s'],
  ['4', '4 tokens/s'],
  ['max', 'as fast as it goes'],
];

/** Back and forth through what was written, and how fast it is shown. */
export function transport(page: Page): HTMLElement {
  const { store, player } = page;
  const range = h('input', {
    type: 'range',
    min: 0,
    max: 0,
    value: 0,
    'aria-label': 'Step shown',
    oninput: () => player.seek(Number(range.value)),
  });
  const at = h('span', { class: 'at' });
  const speed = h('select', { 'data-testid': 'speed', id: 'speed', onchange: () => store.set({ speed: speed.value as Speed }) });
  for (const [value, words] of speeds) speed.append(h('option', { value }, words));
  store.watch(
    s => s.speed,
    value => {
      speed.value = value;
    },
  );
  const show = () => {
    const { recording, cursor } = store.get();
    const steps = recording?.steps.length ?? 0;
    range.max = String(steps);
    range.value = String(cursor);
    range.style.setProperty('--part', `${steps > 0 ? (100 * cursor) / steps : 0}%`);
    range.disabled = steps === 0;
    const shown = recording ? tokenSteps(recording, cursor).length : 0;
    const all = recording ? tokenSteps(recording).length : 0;
    range.setAttribute('aria-valuetext', `${shown} of ${all} tokens`);
    at.textContent = recording ? `${shown} / ${all}` : '';
  };
  store.watch(s => s.recording, show);
  store.watch(s => s.cursor, show);
  return h(
    'div',
    { class: 'transport' },
    h(
      'button',
      { type: 'button', class: 'quiet', title: 'Back (,)', 'aria-label': 'One token back', onclick: () => player.back() },
      arrow('M13 4 6 10l7 6z'),
    ),
    range,
    h(
      'button',
      { type: 'button', class: 'quiet', title: 'Forth (.)', 'aria-label': 'One token forth', onclick: () => player.step() },
      arrow('M7 4l7 6-7 6z'),
    ),
    at,
    h('label', { class: 'speed', for: 'speed' }, h('span', { class: 'sr' }, 'Speed'), speed),
    h('button', { type: 'button', class: 'quiet', title: 'An address that repeats this text', onclick: () => void share(page) }, 'Share'),
    h(
      'button',
      { type: 'button', class: 'quiet', 'data-testid': 'save-trace', title: 'The trace as a file (JSON)', onclick: () => saveTrace(page) },
      'Save',
    ),
  );
}

function arrow(d: string): SVGElement {
  return svg('svg', { viewBox: '0 0 20 20', width: 16, height: 16, 'aria-hidden': 'true' }, svg('path', { d, fill: 'currentColor' }));
}

async function share(page: Page) {
  const address = new URL(writeAddress(page.store.get()), location.href).href;
  history.replaceState(null, '', address);
  const copied = await navigator.clipboard?.writeText(address).then(
    () => true,
    () => false,
  );
  page.announce(
    copied ? 'The address is copied. It repeats this text, bit for bit.' : 'The address of the page repeats this text, bit for bit.',
  );
}

function saveTrace({ store, announce }: Page) {
  const { recording } = store.get();
  if (!recording) return announce('There is no text yet.');
  save('sandglass-trace.json', new Blob([JSON.stringify(toFile(recording))], { type: 'application/json' }));
}
