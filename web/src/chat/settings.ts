import { type Range, ranges } from '../page/field';
import { optionsOf } from '../state/player';
import { defaults, type Settings } from '../state/state';

/** How answers are written: apart from the settings of the other views, whose seed repeats and whose texts are short. */
export type ChatSettings = Omit<Settings, 'prompt' | 'model'> & { stop: string };

const { prompt: _, model: __, ...common } = defaults;
export const chatDefaults: ChatSettings = { ...common, maxTokens: 512, seed: '', stop: '' };

export const fields: Record<Exclude<keyof ChatSettings, 'seed' | 'stop'>, Range> = {
  ...ranges,
  maxTokens: { title: 'Tokens at most', min: 1, max: 100_000, step: 1, note: 'of an answer' },
};

/** Under the API's names. */
export function requestOptions(settings: ChatSettings): Record<string, unknown> {
  const stop = settings.stop.split('\n').filter(line => line !== '');
  return { ...optionsOf({ ...settings, prompt: '', model: '' }), ...(stop.length > 0 ? { stop } : {}) };
}

const name = 'chat-settings';

export interface Kept {
  settings: ChatSettings;
  system: string;
  glass: boolean;
  formatted: boolean;
}

/** What the browser kept of them; what is missing or of another kind is the default. */
export function readKept(): Kept {
  const kept: Kept = { settings: { ...chatDefaults }, system: '', glass: true, formatted: true };
  try {
    const found = JSON.parse(localStorage.getItem(name) ?? '{}') as Partial<Kept>;
    if (typeof found.system === 'string') kept.system = found.system;
    if (typeof found.glass === 'boolean') kept.glass = found.glass;
    if (typeof found.formatted === 'boolean') kept.formatted = found.formatted;
    for (const key of Object.keys(chatDefaults) as (keyof ChatSettings)[]) {
      const value = found.settings?.[key];
      if (typeof value === typeof chatDefaults[key]) Object.assign(kept.settings, { [key]: value });
    }
  } catch {
    // a browser that keeps nothing, or something that is not ours
  }
  return kept;
}

export function writeKept(kept: Kept) {
  try {
    localStorage.setItem(name, JSON.stringify(kept));
  } catch {
    // the same
  }
}
