import { eventsIn } from '../engine/events';
import { ask, errorOf } from '../engine/server';
import { createStore } from '../state/store';
import { wait } from '../state/wait';
import { promptOf } from './prompts';

/** A browser opens six connections to a server: four for readers leave one for watching and one for the rest of the page. */
export const mostConnections = 4;
const pause = 800; // ms from one connection to the next

export interface Wanted {
  readers: number;
  /** Of each text, at most. */
  tokens: number;
  model: string;
  /** For how long each asks again when it was answered; 0: once. */
  seconds: number;
}

export interface Sent {
  /** Texts that were asked for so far. */
  asked: number;
  /** Of them, those that have ended. */
  ended: number;
  /** Tokens that have come. */
  tokens: number;
  isRunning: boolean;
  problem: string | null;
}

interface Chunk {
  choices?: { text?: string; finish_reason?: string | null }[];
  error?: unknown;
}

/** Sends real requests, as any client would, and reads their streams. */
export class Readers {
  readonly store = createStore<Sent>({ asked: 0, ended: 0, tokens: 0, isRunning: false, problem: null });
  private abort: AbortController | null = null;

  async send(wanted: Wanted): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.abort = abort;
    this.store.set({ asked: 0, ended: 0, tokens: 0, isRunning: true, problem: null });
    const dealt = shares(wanted.readers);
    const until = performance.now() + 1000 * wanted.seconds;
    const failed = await Promise.all(
      dealt.map(async (readers, nth) => {
        try {
          await wait(nth * pause, abort.signal);
          abort.signal.throwIfAborted();
          for (let round = 0; round === 0 || performance.now() < until; round++) await this.read(wanted, readers, round, abort.signal);
          return null;
        } catch (error) {
          return abort.signal.aborted ? null : (error as Error).message;
        }
      }),
    );
    if (this.abort === abort) this.store.set({ isRunning: false, problem: failed.find(one => one !== null) ?? null });
  }

  stop() {
    this.abort?.abort();
    this.abort = null;
    this.store.set({ isRunning: false });
  }

  /** Several readers' texts over one connection. */
  private async read({ tokens: most, model, readers: all }: Wanted, readers: readonly number[], round: number, signal: AbortSignal) {
    const body = {
      ...(model ? { model } : {}),
      prompt: readers.map(nth => promptOf(nth + round * all)),
      max_tokens: most,
      stream: true,
      cache_salt: `readers-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`, // nothing is found in the cache: all of it is read
    };
    this.store.set(s => ({ asked: s.asked + readers.length }));
    const answer = await ask('v1/completions', { method: 'POST', body: JSON.stringify(body), signal });
    let [tokens, ended, shown] = [0, 0, performance.now()];
    const show = () => {
      const [came, over] = [tokens, ended];
      this.store.set(s => ({ tokens: s.tokens + came, ended: s.ended + over }));
      [tokens, ended, shown] = [0, 0, performance.now()];
    };
    for await (const { data } of eventsIn(answer.body!)) {
      if (data === '[DONE]') break;
      const chunk = JSON.parse(data) as Chunk;
      if (chunk.error) throw errorOf(chunk, 0);
      for (const { text, finish_reason } of chunk.choices ?? []) {
        if (finish_reason) ended++;
        if (text || !finish_reason) tokens++;
      }
      if (performance.now() - shown > 200) show();
    }
    if (!signal.aborted) show();
  }
}

/** Which readers each connection carries: first one, and with each more of them until all are there, by equal ratios. So each number is seen for a while. */
export function shares(readers: number): number[][] {
  const ends = Array.from({ length: mostConnections }, (_, nth) => Math.round(readers ** (nth / (mostConnections - 1))));
  return [...new Set(ends)].map((end, i, all) => Array.from({ length: end - (all[i - 1] ?? 0) }, (_, nth) => (all[i - 1] ?? 0) + nth));
}
