import contract from '../../../contract/lab/experiments.json';

/** What the tool says of an experiment; a test of the tool compares. Options are those of the command line, with their defaults. */
export interface Told {
  question: string;
  does: string;
  shows: string;
  cannotShow: string;
  legend: string;
  options: Record<string, string>;
}

export const told = contract as unknown as Record<string, Told>;
export const names = Object.keys(told);

interface Field {
  title: string;
  note?: string;
  /** Of a number, or of each one of a list. */
  min?: number;
  max?: number;
  isList?: boolean;
  isReal?: boolean;
  /** Of a list of words. */
  words?: readonly string[];
}

const fields: Record<string, Field> = {
  prompt: { title: 'Prompt' },
  temperatures: { title: 'Temperatures', isList: true, isReal: true, min: 0, max: 100 },
  temperature: { title: 'Temperature', isReal: true, min: 0, max: 100 },
  n: { title: 'Texts', min: 1, max: 64 },
  'max-tokens': { title: 'Tokens of a text', min: 1, max: 100_000 },
  at: { title: 'At token', note: 'the first is 0', min: 0, max: 100_000 },
  rank: { title: 'Changed to the likeliest but', note: '2: the second likeliest', min: 2, max: 1000 },
  weights: { title: 'Weights', isList: true, words: ['given', 'f16', 'bf16', 'q8_0', 'q4_1', 'q4_0'] },
  caches: { title: 'Caches', isList: true, words: ['f16', 'f32', 'q8', 'q4'] },
  windows: { title: 'Windows', isList: true, min: 2, max: 1 << 24 },
  'sink-counts': { title: 'First positions kept', isList: true, min: 0, max: 4096 },
  batches: { title: 'Texts at once', isList: true, min: 1, max: 64 },
  repeat: { title: 'Repetitions', min: 1, max: 1000 },
  distances: { title: 'Distances', note: 'tokens', isList: true, min: 0, max: 1 << 24 },
  trials: { title: 'Trials of each', min: 1, max: 10_000 },
  lengths: { title: 'Lengths', note: 'tokens', isList: true, min: 64, max: 1 << 24 },
  positions: { title: 'Places', note: '0: beginning, 1: end', isList: true, isReal: true, min: 0, max: 1 },
  branches: { title: 'Branches', min: 1, max: 64 },
  seed: { title: 'Seed', min: 0, max: Number.MAX_SAFE_INTEGER },
};

export const fieldOf = (name: string): Field => fields[name] ?? { title: name };

/** What is wrong with a value, in words; null for nothing. The experiment itself knows more: what the model's context holds. */
export function wrong(name: string, value: string): string | null {
  const { title, min, max, isList, isReal, words } = fieldOf(name);
  if (name === 'prompt') return null;
  const parts = isList ? value.split(',').map(part => part.trim()) : [value.trim()];
  const expected = words
    ? `some of ${words.join(', ')}`
    : `${isList ? '' : 'a '}${isReal ? 'number' : 'whole number'}${isList ? 's' : ''} from ${min} to ${max}`;
  const fits = (part: string) =>
    words ? words.includes(part) : /^\d+(\.\d+)?$/.test(part) && (isReal || !part.includes('.')) && +part >= min! && +part <= max!;
  if (parts.every(fits) && parts.length <= 100) return null;
  return `${title}: expected ${expected}${isList ? ', with commas between them' : ''}, found ${value === '' ? 'nothing' : value}.`;
}

/** The command that gives the same on a terminal, whatever the address holds: no part of it is anything but text to a shell. */
export function command(name: string, options: Record<string, string>, model: string): string {
  const { prompt, ...others } = options;
  const usual = told[name]!.options;
  const embedded = /^grain-\d+m$/.test(model) ? `embedded:${model}` : model;
  const words = Object.entries(others)
    .filter(([option, value]) => value !== usual[option])
    .map(([option, value]) => given(option, value));
  if (embedded && embedded !== 'embedded:grain-6m') words.push(given('model', embedded));
  if (prompt !== undefined && prompt !== usual.prompt) {
    if (prompt.startsWith('-')) words.push('--', quoted(prompt));
    else words.unshift(quoted(prompt));
  }
  return ['sandglass lab', name, ...words].join(' ');
}

/** A value that begins as an option does is none in this form. */
const given = (option: string, value: string) => `--${option}${value.startsWith('-') ? '=' : ' '}${quoted(value)}`;

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** As one word of a shell. Inside single quotes nothing means anything; what cannot be seen, a line's end too, is written by its number. */
function quoted(value: string): string {
  const text = value.replaceAll('\0', '\u2400'); // no word holds the first of all letters
  if (/^[\w.,:-]+$/.test(text)) return text;
  if (!unseen.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const letters = Array.from(text, letter => {
    if (!unseen.test(letter)) return letter.replace(/['\\]/, '\\$&');
    const number = letter.codePointAt(0)!.toString(16);
    return number.length > 4 ? `\\U${number.padStart(8, '0')}` : `\\u${number.padStart(4, '0')}`;
  });
  return `$'${letters.join('')}'`;
}
