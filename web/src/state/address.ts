import { defaults, type Settings, type State } from './state';

/** What of the state stands in the address, behind #: whoever opens it sees the same text written again, and whether its bits are the same. */
export interface Shared {
  settings: Partial<Settings>;
  cache?: boolean;
  modelHash?: string;
  expected?: { step: number; hash: string };
}

const names: Record<keyof Settings, string> = {
  prompt: 'prompt',
  model: 'model',
  maxTokens: 'max_tokens',
  temperature: 'temperature',
  topK: 'top_k',
  topP: 'top_p',
  minP: 'min_p',
  repetitionPenalty: 'repetition_penalty',
  seed: 'seed',
};

export function readAddress(hash: string): Shared {
  const found = new URLSearchParams(hash.replace(/^#/, ''));
  const settings: Record<string, string | number> = {};
  for (const [key, name] of Object.entries(names)) {
    const value = found.get(name);
    if (value === null) continue;
    if (typeof defaults[key as keyof Settings] === 'string') settings[key] = value;
    else if (Number.isFinite(Number(value)) && value !== '') settings[key] = Number(value);
  }
  const bits = found.get('bits')?.match(/^(\d+)\.([0-9a-f]{16})$/);
  return {
    settings: settings as Partial<Settings>,
    ...(found.has('cache') ? { cache: found.get('cache') !== 'off' } : {}),
    ...(found.get('hash') ? { modelHash: found.get('hash')! } : {}),
    ...(bits ? { expected: { step: Number(bits[1]), hash: bits[2]! } } : {}),
  };
}

/** The other way. The seed is that of the text, so that a random one repeats too; the hash of the last step's logits depends on all before it. */
export function writeAddress(state: State): string {
  const { settings, cache, recording } = state;
  const written = new URLSearchParams();
  for (const [key, name] of Object.entries(names)) {
    const value = settings[key as keyof Settings];
    if (value !== '' && (key === 'prompt' || value !== defaults[key as keyof Settings])) written.set(name, String(value));
  }
  if (!cache) written.set('cache', 'off');
  if (recording) {
    written.set('seed', recording.start.run.seed);
    written.set('hash', recording.start.model.hash);
    const last = recording.steps.findLast(step => step.kind === 'token' && step.logitsHash);
    if (last?.kind === 'token') written.set('bits', `${last.index}.${last.logitsHash}`);
  }
  return `#${written}`;
}

/** Whether the text that was written has the bits that its address promised: null as long as it is not known. */
export function bitsEqual(state: State): boolean | null {
  const { expected, recording } = state;
  if (!expected || !recording) return null;
  const step = recording.steps.find(s => s.kind === 'token' && s.index === expected.step);
  return step?.kind === 'token' && step.logitsHash ? step.logitsHash === expected.hash : null;
}
