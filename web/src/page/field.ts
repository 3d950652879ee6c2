import { h } from './dom';

/** What a setting is called, which values it takes, and what one of them means. */
export interface Range {
  title: string;
  min: number;
  max: number;
  step: number;
  note: string;
}

/** How a token is chosen: the settings that all views have. */
export const ranges = {
  temperature: { title: 'Temperature', min: 0, max: 2, step: 0.05, note: '0: always the likeliest' },
  topK: { title: 'Top-k', min: 0, max: 1000, step: 1, note: '0: all' },
  topP: { title: 'Top-p', min: 0.01, max: 1, step: 0.01, note: '1: all' },
  minP: { title: 'Min-p', min: 0, max: 1, step: 0.01, note: '0: all' },
  repetitionPenalty: { title: 'Repetition penalty', min: 1, max: 2, step: 0.01, note: '1: none' },
} satisfies Record<string, Range>;

/** A setting's value, where the page keeps it. */
export interface Setting<T> {
  set(value: T): void;
  /** Calls with the value, now and whenever it is another. */
  watch(show: (value: T) => void): void;
}

/** A field for a number: one beside its range is brought into it, what is none becomes the usual one. */
export function numberField(id: string, range: Range, usual: number, setting: Setting<number>): HTMLElement {
  const { min, max, step } = range;
  const input = h('input', { type: 'number', id, min, max, step, 'data-testid': id });
  input.addEventListener('change', () => {
    const value = input.valueAsNumber;
    const valid = Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : usual;
    input.value = String(valid);
    setting.set(valid);
  });
  setting.watch(value => {
    if (document.activeElement !== input) input.value = String(value);
  });
  return labelled(range.title, range.note, input);
}

/** A field for a seed of 64 bits, kept as its digits; empty means that any will do. */
export function seedField(id: string, note: string, setting: Setting<string>): HTMLElement {
  const input = h('input', { type: 'text', id, inputmode: 'numeric', pattern: '-?[0-9]*', placeholder: 'random', 'data-testid': id });
  input.addEventListener('change', () => {
    const digits = input.value.trim();
    input.value = /^-?\d{1,20}$/.test(digits) ? digits : '';
    setting.set(input.value);
  });
  setting.watch(value => {
    if (document.activeElement !== input) input.value = value;
  });
  return labelled('Seed', note, input);
}

function labelled(title: string, note: string, input: HTMLElement): HTMLElement {
  return h('div', { class: 'field' }, h('label', { for: input.id }, title, note ? h('small', {}, note) : null), input);
}
