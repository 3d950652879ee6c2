import { fill, h } from '../page/dom';
import type { Page } from '../page/parts';
import { figures } from './figures';
import { History } from './history';
import { Picture, type Zoom } from './picture';
import { Readers } from './readers';
import { sender } from './sender';
import { activity } from './source';
import { speedsChart } from './speedsChart';
import { textTable } from './table';
import { waitingRoom } from './waiting';
import './batch.css';

const silence = 1200; // ms after which nothing is going on where nobody reads or writes
const again = [500, 1000, 2000, 5000, 10_000]; // ms until the server is asked once more
const slowly = 500; // ms between two pictures of the table, which is read; and of all where motion is not wanted

export function mountBatch(root: HTMLElement, page: Page) {
  const batch = new Batch(page);
  root.append(batch.root);
  const look = () =>
    batch.watch(
      page.store.get().view === 'batch' && page.store.get().engine === 'server' && !document.hidden,
      page.store.get().settings.model,
    );
  page.store.watch(s => `${s.view} ${s.engine} ${s.settings.model} ${s.models.length}`, look);
  document.addEventListener('visibilitychange', look);
}

/** The batch of a running server, drawn from what the engine itself tells of its steps. */
class Batch {
  readonly root: HTMLElement;
  private history = new History();
  private readonly readers = new Readers();
  private readonly place = h('div', { class: 'batch' });
  private readonly said = h('p', { class: 'hint batch-state', role: 'status', 'data-testid': 'batch-state' });
  private readonly sender: HTMLElement;
  private readonly calm = matchMedia('(prefers-reduced-motion: reduce)');
  private zoom: Zoom = null;
  private abort: AbortController | null = null;
  private model = '';
  private picture: Picture | null = null;
  private show: (all: boolean) => void = () => {};
  private shownAt = 0;
  private timer = 0;

  constructor(page: Page) {
    this.root = h('div', { class: 'batch-page' }, this.place);
    this.sender = sender(page, this.readers);
    page.store.watch(
      s => s.engine,
      engine => (engine === 'server' ? this.lay() : fill(this.place, without())),
    );
  }

  /** Watches the engine of a model, or stops. */
  watch(wanted: boolean, model: string) {
    if (wanted && this.abort && this.model === model) return;
    this.abort?.abort();
    this.abort = null;
    if (!wanted) return;
    if (this.model !== model) {
      this.model = model;
      this.readers.stop();
      this.history = new History();
      this.lay();
    }
    this.abort = new AbortController();
    void this.follow(model, this.abort.signal);
  }

  private lay() {
    const { history } = this;
    this.picture?.end();
    const picture = new Picture(history, this.zoom);
    this.picture = picture;
    const top = figures(history);
    const waiting = waitingRoom(history);
    const table = textTable(history);
    const chart = speedsChart();
    fill(
      this.place,
      top.root,
      h(
        'div',
        { class: 'batch-body' },
        h(
          'div',
          { class: 'batch-main' },
          this.tools(picture),
          h('div', { class: 'batch-lanes' }, picture.root, waiting.root),
          legend(),
          table.root,
        ),
        h(
          'div',
          { class: 'batch-aside' },
          this.sender,
          h(
            'section',
            { 'aria-label': 'Speed' },
            h('h3', {}, 'One’s speed and all together ', h('i', { class: 'kind kind-measured' }, 'measured')),
            chart.root,
          ),
        ),
      ),
    );
    this.show = all => {
      picture.draw();
      top.show();
      waiting.show();
      if (!all) return;
      table.show();
      chart.show(history.speeds.measured);
    };
    this.show(true);
  }

  private tools(picture: Picture): HTMLElement {
    const hold = h('button', { type: 'button', class: 'chip', 'aria-pressed': 'false', 'data-testid': 'batch-hold' }, 'Hold the picture');
    hold.addEventListener('click', () => {
      const held = hold.getAttribute('aria-pressed') !== 'true';
      hold.setAttribute('aria-pressed', String(held));
      picture.held = held;
    });
    const zoom = h('select', { id: 'batch-zoom', 'data-testid': 'batch-zoom' });
    zoom.append(h('option', { value: '' }, 'as many steps as fit'));
    for (const steps of [1, 4, 16]) zoom.append(h('option', { value: steps }, steps === 1 ? '1 step' : `${steps} steps`));
    zoom.value = this.zoom === null ? '' : String(this.zoom);
    zoom.addEventListener('change', () => {
      this.zoom = zoom.value === '' ? null : Number(zoom.value);
      picture.steps = this.zoom;
    });
    return h(
      'div',
      { class: 'row batch-tools' },
      h('h2', {}, 'The batch'),
      this.said,
      h('span', { class: 'row' }, h('label', { for: 'batch-zoom' }, 'A cell is'), zoom),
      hold,
    );
  }

  private async follow(model: string, signal: AbortSignal) {
    for (let failures = 0; !signal.aborted; ) {
      try {
        for await (const event of activity(model, signal)) {
          if (signal.aborted) return;
          if ('start' in event) this.begin(event.start);
          else this.came(event.steps);
          failures = 0;
        }
      } catch (error) {
        if (signal.aborted) return;
        this.said.textContent = (error as Error).message;
        failures++;
      }
      await new Promise(resolve => setTimeout(resolve, again[Math.min(failures, again.length - 1)]));
    }
  }

  private begin(start: Parameters<History['begin']>[0]) {
    this.history.begin(start);
    this.said.textContent = 'Nothing is going on. Send readers, or ask from anywhere else.';
    this.show(true);
  }

  private came(snapshot: Parameters<History['add']>[0]) {
    this.history.add(snapshot);
    this.said.textContent = this.history.readers.length === 0 ? 'Nothing is going on. Send readers, or ask from anywhere else.' : '';
    const now = performance.now();
    const all = now - this.shownAt >= slowly;
    if (all) this.shownAt = now;
    if (all || !this.calm.matches) this.show(all);
    this.later(() => {
      this.show(true); // the last of what came
      this.later(() => {
        if (this.history.isAtWork) return; // a step of a large model takes its time
        this.history.quiet();
        this.show(true);
      }, silence - slowly);
    }, slowly);
  }

  private later(then: () => void, ms: number) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(then, ms);
  }
}

function legend(): HTMLElement {
  const key = (name: string, text: string) => h('span', { class: `batch-key key-${name}` }, text);
  return h(
    'p',
    { class: 'hint batch-legend' },
    key('reading', 'reads its prompt; tall: many tokens'),
    key('writing', 'writes a token'),
    key('resting', 'rests'),
    key('preempted', 'gave its pages to others'),
    key('again', 'reads again'),
    key('new', 'another text has the place'),
  );
}

function without(): HTMLElement {
  return h(
    'div',
    { class: 'batch-without', 'data-testid': 'batch-without' },
    h('h2', {}, 'The batch of a running server'),
    h(
      'p',
      {},
      'Here one sees who waits, who reads and who writes when several people ask one engine at once. That needs a server that runs: a page without one, or with its engine in this tab, has a single reader.',
    ),
    h(
      'p',
      { class: 'hint' },
      'Start one with ',
      h('code', {}, 'sandglass serve'),
      ' and open its address; or choose “Server” above where there is one.',
    ),
  );
}
