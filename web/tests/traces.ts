import { readFileSync } from 'node:fs';
import { readTrace } from '../src/trace/read';
import { eventsOf, extend, type Recording } from '../src/trace/recording';
import type { TraceFile } from '../src/trace/types';

/** A recorded run of a model that ships inside: contract/traces has them. */
export function traceFile(name: string): TraceFile {
  return readTrace(readFileSync(new URL(`../../contract/traces/${name}.json`, import.meta.url), 'utf8'), name);
}

export function recorded(name: string): Recording {
  return extend(null, [...eventsOf(traceFile(name))])!;
}
