import type { EngineKind, ServedModel } from '../engine/source';
import type { AttentionView } from '../trace/attention';
import type { Recording } from '../trace/recording';

/** Tokens a second at which a text is shown; 'step' waits for a hand, 'max' for nothing. */
export type Speed = 'step' | '1' | '2' | '4' | 'max';

export type Camera = 'top' | 'front' | 'follow' | 'head' | 'orbit';

export interface Settings {
  prompt: string;
  model: string;
  maxTokens: number;
  temperature: number;
  topK: number;
  topP: number;
  minP: number;
  repetitionPenalty: number;
  /** Empty: a random one, which the trace tells. */
  seed: string;
}

/** idle: nothing runs. running: tokens come. paused: they wait for a hand. */
export type Phase = 'idle' | 'running' | 'paused';

export interface State {
  engine: EngineKind;
  models: readonly ServedModel[];
  settings: Settings;
  /** Whether keys and values of past positions are kept: a switch of the engine, from the next token on. */
  cache: boolean;
  speed: Speed;
  phase: Phase;
  /** Whether texts of the tree are being written, beside what the player writes. */
  branching: boolean;
  /** Whether a hand holds those. */
  held: boolean;
  /** How often a hand has let each of them take one token while it held them. */
  nudges: number;
  /** What is shown, by whatever view: the last text that was written, a replayed one, a branch of the tree. */
  recording: Recording | null;
  /** How many of its steps are shown. */
  cursor: number;
  /** A position of the text that a hand has chosen; null: the last one shown. */
  selected: number | null;
  attention: AttentionView;
  withoutSink: boolean;
  camera: Camera;
  view: string;
  /** Where in the view somebody is, as its part of the address: of those views that have one of their own. */
  place: string;
  /** A file of an experiment's results that was dropped on the page. */
  results: File | null;
  side: string;
  theme: 'system' | 'light' | 'dark';
  /** What went wrong last, for people. */
  problem: string | null;
  /** From an address that somebody shared: the hash that the logits of a step should have. */
  expected: { step: number; hash: string } | null;
}

export const presets = [
  { id: 'story', title: 'Story', prompt: 'Once upon a time' },
  { id: 'code', title: 'Code', prompt: 'def fibonacci(n):\n    if n < 2:\n        return n\n    return' },
  { id: 'question', title: 'Question', prompt: 'Why did the fox cross the river?' },
] as const;

export const defaults: Settings = {
  prompt: presets[0].prompt,
  model: '',
  maxTokens: 64,
  temperature: 0.8,
  topK: 40,
  topP: 0.95,
  minP: 0.05,
  repetitionPenalty: 1,
  seed: '7',
};

export const initial: State = {
  engine: 'server',
  models: [],
  settings: defaults,
  cache: true,
  speed: '4',
  phase: 'idle',
  branching: false,
  held: false,
  nudges: 0,
  recording: null,
  cursor: 0,
  selected: null,
  attention: { kind: 'mean' },
  withoutSink: false,
  camera: 'follow',
  view: 'scene',
  place: '',
  results: null,
  side: 'why',
  theme: 'system',
  problem: null,
  expected: null,
};
