import type { TabSource } from '../engine/tab';
import { fill, h, save } from '../page/dom';
import type { Page } from '../page/parts';
import { showPlace } from '../state/place';
import { command, fieldOf, names, told, wrong } from './fields';
import { Outcome, small } from './outcome';
import { type Name, readFile } from './results';
import { Runner } from './runner';
import '../page/plot.css';
import './desk.css';

export function mountLab(root: HTMLElement, page: Page) {
  new Desk(root, page);
}

/** An experiment and its options, as the address has them; beside them what came of it. */
class Desk {
  private readonly tab: TabSource | undefined;
  private readonly runner: Runner | null;
  private readonly form = h('form', { class: 'lab-form', 'aria-label': 'Experiment' });
  private readonly outcome: Outcome;
  private readonly bar = h('progress', { max: 1, value: 0, 'aria-label': 'How much is done' });
  private readonly state = h('p', { class: 'hint lab-state', role: 'status', 'data-testid': 'lab-state' });
  private readonly run = h('button', { type: 'submit', class: 'primary', 'data-testid': 'lab-run' }, 'Run');
  private readonly stop = h(
    'button',
    { type: 'button', disabled: true, 'data-testid': 'lab-stop', onclick: () => this.abort?.abort() },
    'Stop',
  );
  private abort: AbortController | null = null;
  private name: Name = 'temperature';
  private model = '';
  private models: readonly string[] = [];
  private options: Record<string, string> = {};

  constructor(
    root: HTMLElement,
    private readonly page: Page,
  ) {
    this.tab = page.player.sources.get('tab') as TabSource | undefined;
    this.runner = this.tab ? new Runner(this.tab.engine) : null;
    this.outcome = new Outcome({
      open: () => this.pick(),
      save: (what, text) => save(`${this.outcome.name}.${what === 'json' ? 'jsonl' : 'svg'}`, new Blob([text])),
    });
    root.append(h('div', { class: 'lab' }, this.form, this.outcome.root));
    this.form.addEventListener('submit', event => {
      event.preventDefault();
      void this.begin();
    });
    void this.open();
  }

  private async open() {
    const { store } = this.page;
    this.models = await this.modelIds();
    this.model = this.usual();
    store.watch(
      s => (s.view === 'lab' ? s.place : null),
      place => {
        if (place !== null) this.show(new URLSearchParams(place));
      },
    );
    store.watch(
      s => s.results,
      file => {
        if (file) void this.take(file);
      },
    );
    store.watch(
      s => s.models,
      async () => {
        const models = await this.modelIds();
        if (`${models}` === `${this.models}`) return;
        this.models = models;
        this.lay();
      },
    );
  }

  private readonly modelIds = async () => ((await this.tab?.models()) ?? []).map(model => model.id);

  private readonly usual = () => this.models.find(id => id === 'grain-6m') ?? this.models[0] ?? '';

  /** What an address asks for: an experiment, and its options where they are not the usual ones. Without one the view's tab was clicked. */
  private show(asked: URLSearchParams) {
    if (asked.get('view') !== 'lab') {
      if (this.form.childElementCount === 0) this.choose(this.name, told[this.name]!.options, this.usual());
      this.tell();
      return;
    }
    const wanted = asked.get('lab') ?? '';
    const name = (names.includes(wanted) ? wanted : this.name) as Name;
    const options = { ...told[name]!.options };
    for (const option of Object.keys(options)) options[option] = asked.get(option) ?? options[option]!;
    const model = asked.get('model') ?? '';
    this.choose(name, options, this.models.includes(model) ? model : this.usual());
    if (wanted !== '' && wanted !== name) {
      this.tell(); // the address says what is shown
      this.say(`There is no experiment ${wanted.slice(0, 40)}. Choose one of those above.`);
    }
  }

  private choose(name: Name, options: Record<string, string>, model: string) {
    const isSame = name === this.name && model === this.model && JSON.stringify(options) === JSON.stringify(this.options);
    if (isSame && this.form.childElementCount > 0) return;
    if (name !== this.name) {
      this.abort?.abort();
      if (this.outcome.name !== name) this.outcome.clear(name);
      this.say('');
    }
    [this.name, this.model, this.options] = [name, model, { ...options }];
    this.lay();
  }

  /** Puts what is chosen into the address: only what is not as usual. */
  private tell() {
    const place = new URLSearchParams({ view: 'lab', lab: this.name });
    for (const [option, value] of Object.entries(this.options)) if (value !== told[this.name]!.options[option]) place.set(option, value);
    if (this.model !== '' && this.model !== 'grain-6m') place.set('model', this.model);
    showPlace(this.page.store, `${place}`);
  }

  private lay() {
    const { question, does, shows, cannotShow, options } = told[this.name]!;
    const which = h('select', {
      id: 'lab-name',
      'data-testid': 'lab-name',
      onchange: () => {
        showPlace(
          this.page.store,
          `${new URLSearchParams({ view: 'lab', lab: which.value, ...(this.model === '' ? {} : { model: this.model }) })}`,
        );
      },
    });
    which.append(...names.map(name => h('option', { value: name, selected: name === this.name }, name)));
    const shell = h('code', {});
    const copy = h(
      'button',
      {
        type: 'button',
        class: 'quiet',
        onclick: () =>
          navigator.clipboard.writeText(shell.textContent).then(
            () => this.page.announce('Copied'),
            () => {},
          ),
      },
      'Copy',
    );
    const showCommand = () => {
      shell.textContent = command(this.name, this.options, this.model);
    };
    showCommand();
    const fields = Object.keys(options).map(option => {
      const { title, note } = fieldOf(option);
      const input = h('input', {
        type: 'text',
        id: `lab-${option}`,
        'data-testid': `lab-${option}`,
        value: this.options[option]!,
        placeholder: option === 'prompt' && options.prompt === '' ? 'eight beginnings of tales' : undefined,
        autocomplete: 'off',
        spellcheck: 'false',
      });
      input.addEventListener('change', () => {
        if (input.value.trim() === '' && option !== 'prompt') input.value = options[option]!;
        this.options = { ...this.options, [option]: option === 'prompt' ? input.value : input.value.trim() };
        const found = wrong(option, this.options[option]!);
        input.setAttribute('aria-invalid', String(found !== null));
        this.say(found ?? '');
        showCommand();
        this.tell();
      });
      return h('div', { class: 'field' }, h('label', { for: input.id }, title, note ? h('small', {}, note) : null), input);
    });
    const model = h('select', { id: 'lab-model', 'data-testid': 'lab-model' });
    model.append(...this.models.map(id => h('option', { value: id, selected: id === this.model }, id)));
    model.addEventListener('change', () => {
      this.model = model.value;
      showCommand();
      this.tell();
    });
    const isChoosing = document.activeElement?.id === which.id;
    fill(
      this.form,
      h('div', { class: 'field' }, h('label', { for: 'lab-name' }, 'Experiment'), which),
      h('h2', { class: 'lab-question' }, question),
      h('p', { class: 'lab-claim' }, `${does} ${shows} `, h('strong', {}, cannotShow), ` ${small}`),
      this.runner ? h('div', { class: 'field' }, h('label', { for: 'lab-model' }, 'Model', h('small', {}, 'in this tab')), model) : null,
      h('div', { class: 'lab-fields' }, ...fields),
      this.runner
        ? h('div', { class: 'lab-actions' }, this.run, this.stop)
        : h(
            'p',
            { class: 'hint' },
            'This page came without the engine of the tab, which runs experiments. The command below does; ',
            'its file of results can be opened here.',
          ),
      this.bar,
      this.state,
      h('div', { class: 'lab-command' }, shell, copy),
    );
    this.bar.hidden = this.abort === null;
    if (isChoosing) which.focus();
  }

  private say(text: string) {
    this.state.textContent = text;
  }

  private async begin() {
    if (!this.runner || !this.tab || this.abort) return;
    const found = Object.entries(this.options).flatMap(([option, value]) => wrong(option, value) ?? []);
    if (found.length > 0) {
      this.say(found[0]!);
      return;
    }
    const name = this.name;
    const file = this.tab.file(this.model);
    if (!file) {
      this.say('There is no model in this tab. Drop a GGUF file on the page.');
      return;
    }
    const draft = name === 'speculation' && this.model === 'grain-6m' ? this.tab.file('grain-1m') : null;
    const { prompt, ...others } = this.options;
    const options = prompt === undefined || (prompt === '' && name === 'repetition') ? others : { prompt, ...others };
    const abort = new AbortController();
    this.abort = abort;
    this.outcome.begin(name, this.model);
    this.busy(true);
    this.say('The engine starts …');
    const began = performance.now();
    try {
      await this.runner.run({ experiment: name, options, model: file, ...(draft ? { draft } : {}) }, abort.signal, said => {
        if (said.type === 'rows') this.outcome.add(said.line);
        if (said.type === 'progress') {
          this.bar.value = said.share;
          if (said.parts > 0) this.say(`${Math.floor(100 * said.share)} % · part ${Math.min(said.done + 1, said.parts)} of ${said.parts}`);
        }
        if (said.type === 'done')
          this.say(said.stopped ? 'Stopped: what was finished is shown.' : `Done in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
      });
    } catch (error) {
      this.say((error as Error).message);
    } finally {
      this.abort = null;
      this.busy(false);
    }
  }

  private busy(is: boolean) {
    this.run.disabled = is;
    this.stop.disabled = !is;
    this.bar.hidden = !is;
    this.bar.value = 0;
  }

  /** Takes a file of results; one that cannot be shown changes nothing. */
  private async take(file: File) {
    try {
      const results = await readFile(file);
      this.outcome.show(results, file.name);
      this.abort?.abort();
      if (results.name !== this.name) this.choose(results.name, told[results.name]!.options, this.model);
      this.tell();
      this.say('');
    } catch (error) {
      this.say((error as Error).message);
    }
  }

  private pick() {
    const input = h('input', { type: 'file', accept: '.jsonl,.json' });
    input.addEventListener('change', () => {
      const file = input.files?.[0];
      if (file) void this.take(file);
    });
    input.click();
  }
}
