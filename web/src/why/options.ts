import type { TraceStart } from '../trace/types';

export const stageNames = ['penalties', 'top_k', 'top_p', 'min_p', 'temperature'] as const;

export type StageName = (typeof stageNames)[number];

/** What a chain does, as far as the page computes it for itself. */
export interface ChainOptions {
  temperature: number;
  topK: number;
  topP: number;
  minP: number;
  repetition: number;
  frequency: number;
  presence: number;
  /** How many of the last tokens the penalties count; null for all. */
  window: number | null;
  order: readonly StageName[];
  seed: string;
}

/** The ways in which engines order their steps: they choose differently from one distribution. */
export const orders: readonly { id: string; title: string; order: readonly StageName[] }[] = [
  { id: 'llama', title: 'llama.cpp: temperature last', order: ['penalties', 'top_k', 'top_p', 'min_p', 'temperature'] },
  { id: 'first', title: 'Temperature first', order: ['penalties', 'temperature', 'top_k', 'top_p', 'min_p'] },
];

/** Steps of a run that the page does not compute: what it would choose is asked of the engine then. */
export function beyond(start: TraceStart): string[] {
  return start.run.samplers.filter(name => !(stageNames as readonly string[]).includes(name));
}

export function optionsOfRun(start: TraceStart): ChainOptions {
  const o = start.run.options as Record<string, number | undefined>;
  const named = start.run.options.samplers as StageName[] | undefined;
  const known = named?.filter(name => stageNames.includes(name)) ?? orders[0]!.order;
  const runs = (name: StageName) => !named || named.includes(name);
  return {
    temperature: runs('temperature') ? (o.temperature ?? 1) : 1,
    topK: runs('top_k') ? (o.top_k ?? 0) : 0,
    topP: runs('top_p') ? (o.top_p ?? 1) : 1,
    minP: runs('min_p') ? (o.min_p ?? 0) : 0,
    repetition: runs('penalties') ? (o.repetition_penalty ?? 1) : 1,
    frequency: runs('penalties') ? (o.frequency_penalty ?? 0) : 0,
    presence: runs('penalties') ? (o.presence_penalty ?? 0) : 0,
    window: o.penalty_window ?? null,
    order: [...known, ...stageNames.filter(name => !known.includes(name))],
    seed: start.run.seed,
  };
}

export function isOn(options: ChainOptions, name: StageName): boolean {
  if (name === 'penalties') return options.repetition !== 1 || options.frequency !== 0 || options.presence !== 0;
  if (options.temperature === 0) return false;
  if (name === 'top_k') return options.topK > 0;
  if (name === 'top_p') return options.topP < 1;
  if (name === 'min_p') return options.minP > 0;
  return true;
}

export function running(options: ChainOptions): StageName[] {
  return options.order.filter(name => isOn(options, name));
}

/** The same under the API's names. What is off is left out, since a chain that does not name a step refuses its values. */
export function forEngine(options: ChainOptions): Record<string, unknown> {
  const chain = running(options);
  return {
    temperature: options.temperature,
    ...(chain.includes('top_k') ? { top_k: options.topK } : {}),
    ...(chain.includes('top_p') ? { top_p: options.topP } : {}),
    ...(chain.includes('min_p') ? { min_p: options.minP } : {}),
    ...(options.repetition !== 1 ? { repetition_penalty: options.repetition } : {}),
    ...(options.frequency !== 0 ? { frequency_penalty: options.frequency } : {}),
    ...(options.presence !== 0 ? { presence_penalty: options.presence } : {}),
    ...(options.window !== null && chain.includes('penalties') ? { penalty_window: options.window } : {}),
    samplers: options.temperature === 0 ? [...chain, 'temperature'] : chain,
    seed: options.seed,
  };
}
