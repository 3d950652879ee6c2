import { fill, h } from '../page/dom';
import { type Range, ranges } from '../page/field';
import type { Page } from '../page/parts';
import { idsOf, type Recording } from '../trace/recording';
import type { TokenStep, TraceToken } from '../trace/types';
import { fillTo, oneLine, percent } from '../tree/glass';
import { askAgain, canAsk } from './ask';
import { keepLogits, withLogits } from './asked';
import { type ChainResult, runChain } from './chain';
import { beyond, type ChainOptions, forEngine, isOn, optionsOfRun, orders } from './options';
import { fell, intervalsOf, ruler } from './ruler';

interface Field extends Range {
  key: 'temperature' | 'topK' | 'topP' | 'minP' | 'repetition' | 'frequency' | 'presence';
}

const fields: readonly Field[] = [
  { key: 'temperature', ...ranges.temperature },
  { key: 'topK', ...ranges.topK, max: 100 }, // a slider: what is beyond changes little
  { key: 'topP', ...ranges.topP },
  { key: 'minP', ...ranges.minP },
  { key: 'repetition', ...ranges.repetitionPenalty },
  { key: 'frequency', title: 'Frequency penalty', min: 0, max: 2, step: 0.05, note: '0: none' },
  { key: 'presence', title: 'Presence penalty', min: 0, max: 2, step: 0.05, note: '0: none' },
];

const bars = 8;

/** Other settings tried on the recorded logits of a step: what would have been chosen, before anything is computed anew. */
export class WhatIf {
  private options: ChainOptions | null = null;
  private of: Recording['start'] | null = null;
  private recording: Recording | null = null;
  private step: TokenStep | null = null;
  private readonly answer = h('div', { class: 'what-if-answer', role: 'status', 'data-testid': 'what-if-answer' });
  private readonly exact = h('p', { class: 'answer', role: 'status', 'data-testid': 'what-if-exact' });
  private readonly chart = h('div', {});
  private readonly order = h('ol', { class: 'order', 'aria-label': 'Order of the steps' });
  private readonly inputs = new Map<Field['key'], { range: HTMLInputElement; number: HTMLOutputElement }>();
  private readonly preset = h('select', { id: 'order-preset', 'data-testid': 'order-preset' });
  private readonly ask = h('button', { type: 'button', 'data-testid': 'what-if-ask' }, 'Ask the engine');
  readonly root: HTMLElement;

  constructor(private readonly page: Page) {
    const rows = fields.map(field => this.field(field));
    for (const { id, title } of orders) this.preset.append(h('option', { value: id }, title));
    this.preset.append(h('option', { value: 'own' }, 'Own order'));
    this.preset.addEventListener('change', () => {
      const found = orders.find(o => o.id === this.preset.value);
      if (found) this.set({ order: found.order });
    });
    this.ask.addEventListener('click', () => void this.askEngine());
    const reset = h('button', { type: 'button', class: 'quiet', 'data-testid': 'what-if-reset' }, 'As it was');
    reset.addEventListener('click', () => {
      this.options = this.of ? optionsOfRun(this.of) : null;
      this.show();
    });
    this.root = h(
      'section',
      { class: 'what-if', 'data-testid': 'what-if' },
      h('div', { class: 'row' }, h('h3', {}, 'What if'), reset),
      this.answer,
      this.chart,
      h('div', { class: 'row' }, this.ask, this.exact),
      h('div', { class: 'knobs' }, ...rows),
      h('div', { class: 'row' }, h('label', { for: 'order-preset' }, 'Order'), this.preset),
      this.order,
    );
  }

  look(recording: Recording, step: TokenStep) {
    if (this.of !== recording.start) {
      this.of = recording.start;
      this.options = optionsOfRun(recording.start);
    }
    this.exact.textContent = '';
    this.recording = recording;
    this.step = step;
    this.show();
  }

  private field(field: Field): HTMLElement {
    const range = h('input', {
      type: 'range',
      id: `if-${field.key}`,
      min: field.min,
      max: field.max,
      step: field.step,
      title: field.note,
      'data-testid': `if-${field.key}`,
    });
    const number = h('output', { for: range.id });
    range.addEventListener('input', () => this.set({ [field.key]: range.valueAsNumber }));
    this.inputs.set(field.key, { range, number });
    return h('div', { class: 'knob' }, h('label', { for: range.id }, field.title), range, number);
  }

  private set(change: Partial<ChainOptions>) {
    if (!this.options) return;
    this.options = { ...this.options, ...change };
    this.exact.textContent = '';
    this.show();
  }

  private show() {
    const { options, recording, step } = this;
    if (!options || !recording || !step) return;
    for (const field of fields) {
      const { range, number } = this.inputs.get(field.key)!;
      range.value = String(options[field.key]);
      range.style.setProperty('--part', `${(100 * (options[field.key] - field.min)) / (field.max - field.min)}%`);
      number.textContent = String(options[field.key]);
    }
    this.preset.value = orders.find(o => o.order.every((name, i) => options.order[i] === name))?.id ?? 'own';
    this.showOrder(options);
    this.ask.disabled = !canAsk(this.page);
    const text = idsOf(recording, recording.steps.indexOf(step));
    const result = runChain(withLogits(step), recording.start.model.vocabulary, options, text);
    const others = beyond(recording.start);
    if (others.length > 0) fill(this.answer, `The run has steps that the page does not compute (${others.join(', ')}): ask the engine.`);
    else fill(this.answer, ...this.sentence(result, step));
    fill(this.chart, ...histogram(result, step));
  }

  private sentence(result: ChainResult, step: TokenStep): Node[] {
    const token = result.chosen === null ? null : this.token(result.chosen);
    if (!token) {
      return [
        h('b', {}, 'Not sure. '),
        `${step.candidates.length} tokens were recorded, ${percent(step.coverage)} of the probability: what else there is decides. Ask the engine.`,
      ].map(n => (typeof n === 'string' ? document.createTextNode(n) : n));
    }
    const same = result.chosen === step.id;
    const how = result.draw === null || this.options!.temperature === 0 ? '' : `, drawn with ${result.draw.toFixed(4)}`;
    const note = result.exact ? 'Exact: the whole vocabulary is at hand.' : 'Sure from what was recorded.';
    return [
      document.createTextNode(same ? 'Still ' : 'Then it would be '),
      h('b', { class: same ? '' : 'other', 'data-testid': 'what-if-token', 'data-id': token.id }, oneLine(token)),
      document.createTextNode(`${how}. `),
      h('small', {}, note),
    ];
  }

  private token(id: number): TraceToken | null {
    const { step } = this;
    return [...step!.candidates, ...step!.asked].find(c => c.id === id) ?? { id, text: `token ${id}` };
  }

  private showOrder(options: ChainOptions) {
    const focused = document.activeElement?.id;
    const move = (at: number, by: number) => {
      const order = [...options.order];
      const [name] = order.splice(at, 1);
      order.splice(at + by, 0, name!);
      this.set({ order });
    };
    fill(
      this.order,
      ...options.order.map((name, i) => {
        const up = h(
          'button',
          { type: 'button', class: 'quiet', id: `up-${name}`, 'aria-label': `${name} earlier`, disabled: i === 0 },
          '↑',
        );
        const down = h(
          'button',
          { type: 'button', class: 'quiet', id: `down-${name}`, 'aria-label': `${name} later`, disabled: i === options.order.length - 1 },
          '↓',
        );
        up.addEventListener('click', () => move(i, -1));
        down.addEventListener('click', () => move(i, 1));
        return h(
          'li',
          { class: isOn(options, name) ? '' : 'off' },
          h('span', {}, `${name}${isOn(options, name) ? '' : ' (off)'}`),
          up,
          down,
        );
      }),
    );
    if (focused) document.getElementById(focused)?.focus();
  }

  private async askEngine() {
    const { recording, step, options } = this;
    if (!recording || !step || !options) return;
    this.exact.textContent = 'Asking …';
    try {
      const dropped = [
        'temperature',
        'top_k',
        'top_p',
        'min_p',
        'repetition_penalty',
        'frequency_penalty',
        'presence_penalty',
        'penalty_window',
        'samplers',
      ];
      const change = { ...Object.fromEntries(dropped.map(name => [name, undefined])), ...forEngine(options) };
      const others = beyond(recording.start);
      const answer = await askAgain(this.page, recording, step, others.length > 0 ? { ...change, samplers: undefined } : change, {
        logits: true,
      });
      keepLogits(step, answer);
      if (this.step !== step) return;
      this.show();
      const { kept, draw, interval, greedy } = answer.why;
      const drawn = greedy ? 'the likeliest' : fell(draw, interval);
      fill(this.exact, 'The engine chooses ', h('b', {}, oneLine(answer.asked[0]!)), `: ${drawn}, ${kept} left.`);
    } catch (error) {
      this.exact.textContent = (error as Error).message;
    }
  }
}

/** The likeliest after the chain, as bars and on the ruler of the draw. */
function histogram(result: ChainResult, step: TokenStep): Node[] {
  const last = result.after.at(-1)!;
  const names = new Map([...step.candidates, ...step.asked].map(c => [c.id, c as TraceToken]));
  const shown = [...last.entries()]
    .slice(0, bars)
    .map(([id, probability]) => ({ token: names.get(id) ?? { id, text: `‹${id}›` }, probability }));
  const rows = shown.map(({ token, probability }) => {
    const bar = h('span', { class: 'sand-bar', 'aria-hidden': 'true' });
    fillTo(bar, probability);
    return h(
      'li',
      result.chosen === token.id ? { class: 'chosen' } : {},
      h('b', {}, oneLine(token)),
      bar,
      h('i', {}, percent(probability)),
    );
  });
  const all = [...last.entries()]
    .slice(0, 40)
    .map(([id, probability]) => ({ token: names.get(id) ?? { id, text: `‹${id}›` }, probability }));
  return [
    h('ol', { class: 'histogram', 'data-testid': 'histogram' }, ...rows),
    ruler(intervalsOf(all), result.draw === 0 ? null : result.draw, result.chosen ?? -1),
  ];
}
