import { fill, h } from '../page/dom';
import { experiments } from './experiments';
import { told } from './fields';
import { drawing } from './plot';
import { type Name, type Results, readResults } from './results';
import type { Shown } from './shown';

/** What to keep in mind of the models that a tab holds. */
export const small = 'Small models are weak: of a large one the figures may be quite different.';

interface Actions {
  open(): void;
  save(what: 'json' | 'svg', text: string): void;
}

/** The rows that there are, as a table and a picture, to be saved as the tool saves them. */
export class Outcome {
  readonly root = h('section', { class: 'lab-outcome', 'aria-label': 'What came of it' });
  name: Name = 'temperature';
  private title = '';
  private lines: string[] = [];
  private rows: Results['rows'] = [];
  private readonly of = h('h3', {});
  private readonly table = h('div', { class: 'lab-table', tabindex: 0, role: 'region', 'aria-label': 'Table', 'data-testid': 'lab-table' });
  private readonly below = h('div', { class: 'lab-below' });
  private readonly picture = h('div', {
    class: 'lab-picture',
    tabindex: 0,
    role: 'region',
    'aria-label': 'Picture',
    'data-testid': 'lab-picture',
  });
  private readonly saveJson: HTMLButtonElement;
  private readonly saveSvg: HTMLButtonElement;

  constructor(actions: Actions) {
    const button = (id: string, text: string, onclick: () => void) =>
      h('button', { type: 'button', class: 'chip', 'data-testid': id, onclick }, text);
    this.saveJson = button('lab-save-json', 'Save results', () => actions.save('json', `${this.lines.join('\n')}\n`));
    this.saveSvg = button('lab-save-svg', 'Save SVG', () => actions.save('svg', this.draw(true)));
    const open = button('lab-open', 'Open results', () => actions.open());
    this.root.append(h('div', { class: 'lab-bar' }, this.of, this.saveJson, this.saveSvg, open), this.table, this.below, this.picture);
    this.clear('temperature');
  }

  clear(name: Name) {
    [this.name, this.title, this.lines, this.rows] = [name, '', [], []];
    this.render();
  }

  begin(name: Name, model: string) {
    this.clear(name);
    this.title = `${name}: ${model}`;
  }

  /** A line more of the file of results: its first says what it is. */
  add(line: string) {
    this.lines.push(line);
    this.rows = readResults(`${this.lines.join('\n')}\n`, this.name).rows;
    this.render();
  }

  show({ name, rows, lines }: Results, file: string) {
    [this.name, this.title, this.lines, this.rows] = [name, `${name}: ${file}`, lines, rows];
    this.render();
  }

  private render() {
    const shown = experiments[this.name] as Shown<unknown>;
    const isEmpty = this.rows.length === 0;
    this.saveJson.disabled = this.saveSvg.disabled = isEmpty;
    this.of.textContent = isEmpty ? 'Nothing yet' : this.title;
    this.table.hidden = this.picture.hidden = isEmpty;
    if (isEmpty) {
      fill(
        this.below,
        h(
          'p',
          { class: 'hint' },
          'Run the experiment, or open a file of its results: what sandglass lab NAME --resume FILE keeps. It can be dropped on the page too.',
        ),
      );
      return;
    }
    const columns = shown.columns.map(column => ({ title: column.replace(/^#/, ''), isNumber: column.startsWith('#') }));
    const cell = (text: string, i: number) => h('td', { class: columns[i]!.isNumber ? 'number' : undefined }, text);
    fill(
      this.table,
      h(
        'table',
        {},
        h('thead', {}, h('tr', {}, ...columns.map(c => h('th', { scope: 'col', class: c.isNumber ? 'number' : undefined }, c.title)))),
        h('tbody', {}, ...shown.cells(this.rows).map(cells => h('tr', {}, ...cells.map(cell)))),
      ),
    );
    fill(this.below, ...(shown.lines?.(this.rows) ?? []).map(line => h('p', {}, line)), h('p', { class: 'hint' }, told[this.name]!.legend));
    const svg = new DOMParser().parseFromString(this.draw(false), 'image/svg+xml').documentElement;
    svg.setAttribute('class', 'plot');
    svg.removeAttribute('width');
    svg.removeAttribute('height');
    this.picture.replaceChildren(document.importNode(svg, true));
  }

  private draw(styled: boolean): string {
    const { shows, cannotShow } = told[this.name]!;
    const panels = (experiments[this.name] as Shown<unknown>).panels(this.rows);
    return drawing({ title: this.title, caption: `${shows} ${cannotShow} ${small}`, panels }, styled);
  }
}
