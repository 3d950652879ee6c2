// What an engine did, as contract/activity.schema.json has it; a test compares the two. Times are milliseconds.

export interface ActivityStart {
  format: 'sandglass-activity';
  version: 1;
  model: string;
  keys: boolean;
  maxBatch: number;
  pagePositions: number;
}

export type Doing = 'absent' | 'waiting' | 'reading' | 'writing' | 'resting' | 'preempted';

/** Steps, what the text did in each, its tokens that went through the model in each, tokens that it gained in each. */
export type Run = [steps: number, doing: Doing, rows: number, wrote: number];

export interface ActivityPlace {
  text: number;
  tenant: number;
  own: boolean;
  phase: Exclude<Doing, 'absent'> | 'over';
  prompt?: number;
  written?: number;
  positions?: number;
  pages?: number;
  runs: Run[];
}

export interface ActivitySnapshot {
  step: number;
  lost: number;
  atMs: number;
  ms: number;
  rows: number[];
  read: number;
  written: number;
  perSecond: { read: number; written: number };
  pages: { all: number; held: number; kept: number };
  more: { running: number; waiting: number };
  places: ActivityPlace[];
}

export interface ActivityFile extends ActivityStart {
  snapshots: ActivitySnapshot[];
}
