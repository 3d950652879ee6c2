import type { Rows } from './rows';

/** What of a value is wrong, in words: where in it, and what was expected. Null for nothing. */
type Check = (value: unknown) => string | null;

export type Shape = Record<string, Check>;

const largest = 1e18; // more than anything that is counted; sums and differences of such numbers are finite
const longestName = 200; // letters of a name beside an axis

const expected =
  (what: string, fits: (value: unknown) => boolean): Check =>
  value =>
    fits(value) ? null : `expected ${what}, found ${found(value)}`;

const number = expected('a number from -1e18 to 1e18', value => typeof value === 'number' && Math.abs(value) <= largest);
const whole = expected('a whole number from 0', value => Number.isSafeInteger(value) && (value as number) >= 0);
const text = expected('a text', value => typeof value === 'string');
const name = expected(`a text of at most ${longestName} letters`, value => typeof value === 'string' && value.length <= longestName);
const oneOf = (...words: string[]) => expected(words.join(' or '), value => words.includes(value as string));
const flag = expected('true or false', value => typeof value === 'boolean');
const time = expected('a time as 00:00:00.5', value => typeof value === 'string' && /^\d\d:\d\d:\d\d(\.\d{1,9})?$/.test(value));

const maybe =
  (check: Check): Check =>
  value =>
    value === undefined || value === null ? null : check(value);

const list =
  (check: Check): Check =>
  value => {
    if (!Array.isArray(value) || value.length === 0) return `expected a list of one thing at least, found ${found(value)}`;
    for (const [i, one] of value.entries()) {
      const wrong = check(one);
      if (wrong !== null) return `${i}: ${wrong}`;
    }
    return null;
  };

/** An object that has all these. */
export const has =
  (shape: Shape): Check =>
  value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `expected an object, found ${found(value)}`;
    for (const [field, check] of Object.entries(shape)) {
      const wrong = check((value as Record<string, unknown>)[field]);
      if (wrong !== null) return `${field}: ${wrong}`;
    }
    return null;
  };

function found(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : `${value}`;
}

const work = has({ projections: number, feedForward: number, attention: number, logits: number });
const right = { trials: whole, hits: whole, accuracy: number, low: number, high: number };
const loss = { perplexity: number, lost: number, lostError: number, equalLikeliest: number };

/** What the fields of an experiment's rows are, as far as table and picture read them. `maybe`: a row need not have it. */
export const shapes: { [Name in keyof Rows]: Shape } = {
  temperature: {
    temperature: number,
    meanLogprob: maybe(number),
    distinct1: maybe(number),
    distinct2: maybe(number),
    distinct3: maybe(number),
    equalTexts: number,
    text,
  },
  repetition: {
    remedy: name,
    texts: whole,
    looped: whole,
    loopFrom: maybe(number),
    loopPeriod: maybe(number),
    repeated2: maybe(number),
    repeated4: maybe(number),
    repeated8: maybe(number),
    meanLogprob: maybe(number),
    text,
  },
  drift: {
    what: oneOf('along', 'after'),
    from: whole,
    to: whole,
    logprob: maybe(number),
    entropy: maybe(number),
    divergence: maybe(number),
    equalLikeliest: maybe(number),
    equalWritten: maybe(number),
  },
  speculation: {
    draft: name,
    temperature: number,
    length: whole,
    tokens: whole,
    steps: whole,
    drafted: whole,
    accepted: whole,
    lastHeld: maybe(number),
    textEqual: flag,
  },
  quant: { weights: name, cacheType: name, weightBytes: number, cacheBytesPerToken: number, ...loss },
  window: { window: whole, sinks: whole, cacheBytes: number, ...loss },
  batch: {
    batch: whole,
    tokensPerSecond: number,
    tokensPerSecondLow: number,
    tokensPerSecondHigh: number,
    msPerToken: number,
    msPerToken95: number,
    firstTokenMs: number,
  },
  forget: { distance: whole, lift: number, divergence: number, ...right },
  middle: { form: oneOf('retrieval', 'key-value'), length: whole, position: number, meanLogprob: number, ...right },
  cache: {
    rows: list(
      has({
        cache: flag,
        tokens: whole,
        length: whole,
        layerTokenPasses: number,
        multiplyAdds: work,
        cacheBytes: number,
        timePerToken: time,
        window: work,
      }),
    ),
  },
  fork: {
    before: text,
    token: name,
    branch: has({ logprob: number, ids: list(whole), text, sharedTokens: whole, meetsAt: maybe(whole), score: number }),
  },
};
