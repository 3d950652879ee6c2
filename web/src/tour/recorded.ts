import type { TraceSource } from '../engine/source';
import { isToken } from '../trace/decode';
import type { TraceStart } from '../trace/types';

/** The recordings that the tour can be taken on, where there is no engine. */
export interface Recorded {
  /** One that was written token by token, with the cache. */
  name: string;
  /** The same prompt, written without a cache. */
  uncached: string | null;
}

interface Looked {
  name: string;
  start: TraceStart;
  /** Whether it was written token by token: a search by beams was not. */
  written: boolean;
}

/** Looks into the recordings that a source has, the one that is chosen first; null where none was written token by token. */
export async function recordings(source: TraceSource, chosen: string, signal: AbortSignal): Promise<Recorded | null> {
  const names = (await source.models()).map(model => model.id);
  const looked: Looked[] = [];
  for (const name of [...names.filter(n => n === chosen), ...names.filter(n => n !== chosen)]) {
    const found = await look(source, name, signal);
    if (found?.written) looked.push(found);
  }
  const isUncached = ({ start }: Looked) => start.run.options.no_cache === true;
  const one = looked.find(found => !isUncached(found)) ?? looked[0];
  if (!one) return null;
  const idsOf = ({ start }: Looked) => start.prompt.map(token => token.id).join(' ');
  const other = looked.find(found => found !== one && isUncached(found) && idsOf(found) === idsOf(one));
  return { name: one.name, uncached: other?.name ?? null };
}

async function look(source: TraceSource, name: string, signal: AbortSignal): Promise<Looked | null> {
  let start: TraceStart | null = null;
  for await (const event of source.trace({ model: name, options: {}, watch: {} }, signal)) {
    if (event.type === 'start') start = event.start;
    else if (event.type === 'step' && start && event.step.kind !== 'prefill') return { name, start, written: isToken(event.step) };
  }
  return null;
}
