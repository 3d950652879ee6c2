import { fill, h } from '../page/dom';
import { experiments } from './experiments';
import { told } from './fields';
import { drawing } from './plot';
import { type Name, type Results, ResultsError, readOn } from './results';
import type { Shown } from './shown';

/** What to keep in mind of the models that a tab holds. */
export const small = 'Small models are weak: of a large one the figures may be quite different.';

interface Actions {
  open(): void;
  save(what: 'json' | 'svg', text: string): void;
}

/** What is shown, and the lines of its file. */
interface Of {
  name: Name;
  title: string;
  lines: string[];
  rows: Results['rows'];
}

/** The rows that there are, as a table and a picture, to be saved as the tool saves them. */
export class Outcome {
  readonly root = h('section', { class: 'lab-outcome', 'aria-label': 'What came of it' });
  private of: Of = { name: 'temperature', title: '', lines: [], rows: [] };
  private readonly heading = h('h3', {});
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
    this.saveJson = button('lab-save-json', 'Save results', () => actions.save('json', `${this.of.lines.join('\n')}\n`));
    this.saveSvg = button('lab-save-svg', 'Save SVG', () => actions.save('svg', draw(this.of, true)));
    const open = button('lab-open', 'Open results', () => actions.open());
    this.root.append(h('div', { class: 'lab-bar' }, this.heading, this.saveJson, this.saveSvg, open), this.table, this.below, this.picture);
    this.clear('temperature');
  }

  get name(): Name {
    return this.of.name;
  }

  clear(name: Name) {
    this.present({ name, title: '', lines: [], rows: [] });
  }

  begin(name: Name, model: string) {
    this.present({ name, title: `${name}: ${model}`, lines: [], rows: [] });
  }

  /** A line more of the file of results: its first says what it is. */
  add(line: string) {
    const { name, title, lines } = this.of;
    lines.push(line); // also where it cannot be shown: it is part of the file
    this.present({ name, title, lines, rows: readOn(this.of.rows, lines[0]!, line, name) });
  }

  show({ name, rows, lines }: Results, file: string) {
    this.present({ name, title: `${name}: ${file}`, lines, rows });
  }

  /** Makes all of it before anything that is shown changes: what cannot be made leaves the view as it was. */
  private present(next: Of) {
    const made = next.rows.length === 0 ? null : { table: tableOf(next), below: textsOf(next), picture: pictureOf(next) };
    this.of = next;
    this.saveJson.disabled = this.saveSvg.disabled = !made;
    this.heading.textContent = made ? next.title : 'Nothing yet';
    this.table.hidden = this.picture.hidden = !made;
    if (made) {
      fill(this.table, made.table);
      fill(this.below, ...made.below);
      this.picture.replaceChildren(made.picture);
    } else {
      fill(
        this.below,
        h(
          'p',
          { class: 'hint' },
          'Run the experiment, or open a file of its results: what sandglass lab NAME --resume FILE keeps. It can be dropped on the page too.',
        ),
      );
    }
  }
}

function tableOf({ name, rows }: Of): HTMLElement {
  const shown = experiments[name] as Shown<unknown>;
  const columns = shown.columns.map(column => ({ title: column.replace(/^#/, ''), isNumber: column.startsWith('#') }));
  const cell = (text: string, i: number) => h('td', { class: columns[i]!.isNumber ? 'number' : undefined }, text);
  return h(
    'table',
    {},
    h('thead', {}, h('tr', {}, ...columns.map(c => h('th', { scope: 'col', class: c.isNumber ? 'number' : undefined }, c.title)))),
    h('tbody', {}, ...shown.cells(rows).map(cells => h('tr', {}, ...cells.map(cell)))),
  );
}

function textsOf({ name, rows }: Of): HTMLElement[] {
  const shown = experiments[name] as Shown<unknown>;
  return [...(shown.lines?.(rows) ?? []).map(line => h('p', {}, line)), h('p', { class: 'hint' }, told[name]!.legend)];
}

function pictureOf(of: Of): Node {
  const svg = new DOMParser().parseFromString(draw(of, false), 'image/svg+xml').documentElement;
  if (svg.localName !== 'svg') throw new ResultsError(`${of.title}: there is something in it that cannot stand in a picture.`);
  svg.setAttribute('class', 'plot');
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  return document.importNode(svg, true);
}

function draw({ name, title, rows }: Of, styled: boolean): string {
  const { shows, cannotShow } = told[name]!;
  const panels = (experiments[name] as Shown<unknown>).panels(rows);
  return drawing({ title, caption: `${shows} ${cannotShow} ${small}`, panels }, styled);
}
