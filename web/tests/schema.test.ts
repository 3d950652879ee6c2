import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { traceFile } from './traces';

type Schema = { properties?: Record<string, unknown>; $defs?: Record<string, Schema>; [key: string]: unknown };
const schema = JSON.parse(readFileSync(new URL('../../contract/trace.schema.json', import.meta.url), 'utf8')) as Schema;
const types = readFileSync(new URL('../src/trace/types.ts', import.meta.url), 'utf8');

/** Names of an interface of types.ts, those that it extends included. */
function fields(name: string): string[] {
  const [, parent, body] = types.match(new RegExp(`export interface ${name}(?: extends (\\w+))? \\{([^]*?)\\n\\}`))!;
  const own = [...body!.matchAll(/^ {2}(\w+)\??:/gm)].map(m => m[1]!);
  return [...(parent ? fields(parent) : []), ...own];
}

const pairs: [string, string][] = [
  ['TraceModel', 'model'],
  ['TraceRun', 'run'],
  ['MultiplyAdds', 'multiplyAdds'],
  ['TraceCost', 'cost'],
  ['TraceCache', 'cache'],
  ['TraceWhy', 'why'],
  ['TraceAttention', 'attention'],
  ['PrefillStep', 'prefillStep'],
  ['TokenStep', 'tokenStep'],
  ['BeamStep', 'beamStep'],
  ['TraceResult', 'result'],
];

describe('the types say what the contract says', () => {
  test.each(pairs)('%s', (name, def) => {
    expect(fields(name).sort()).toEqual(Object.keys(schema.$defs![def]!.properties!).sort());
  });

  test('recorded traces have no field that the types do not know', () => {
    for (const step of [...traceFile('tale').steps, ...traceFile('tale-no-cache').steps]) {
      const known = fields(step.kind === 'prefill' ? 'PrefillStep' : 'TokenStep');
      expect(Object.keys(step).filter(key => !known.includes(key))).toEqual([]);
    }
  });
});
