import type { TraceFile } from './types';

/** Reads a trace from a text; what is wrong with it is said in words for people. */
export function readTrace(text: string, name: string): TraceFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${name} is no JSON: ${(error as Error).message}. Expected what sandglass run --trace FILE writes.`);
  }
  const file = value as Partial<TraceFile> | null;
  if (file?.format !== 'sandglass-trace')
    throw new Error(`${name} is no trace: expected "format": "sandglass-trace", found ${JSON.stringify(file?.format)}.`);
  if (file.version !== 1) throw new Error(`${name} is a trace of version ${file.version}; this page reads version 1.`);
  if (!file.model || !file.run || !Array.isArray(file.prompt) || !Array.isArray(file.steps)) {
    throw new Error(`${name} is a trace with a part missing: expected model, run, prompt and steps.`);
  }
  if (file.prompt.length === 0) throw new Error(`${name} is a trace of no prompt: expected one token at least.`);
  return file as TraceFile;
}
