import type { TraceEvent, TraceResult, TraceStart, TraceStep } from '../trace/types';
import { Ahead } from './ahead';
import { eventsIn } from './events';
import { jsonOf } from './json';
import { keyOf } from './key';
import { EngineError, type ServedModel, type TraceRequest, type TraceSource } from './source';

interface ListedModel {
  id: string;
  hash: string;
  max_model_len: number;
  meta?: { n_layer?: number; size?: number };
  sandglass?: { chat_template?: boolean };
}

/** The engine behind the server that the page came from: POST /trace. */
export class ServerSource implements TraceSource {
  readonly kind = 'server';

  async models(): Promise<readonly ServedModel[]> {
    const answer = await ask('v1/models');
    const list = (await answer.json()) as { data: ListedModel[] };
    return list.data.map(m => ({
      id: m.id,
      hash: m.hash,
      context: m.max_model_len,
      layers: m.meta?.n_layer,
      bytes: m.meta?.size,
      chatTemplate: m.sandglass?.chat_template,
    }));
  }

  /** The server writes as fast as it can and would leave a reader that rests: what came is kept here until it is asked for. */
  trace(request: TraceRequest, signal: AbortSignal): AsyncIterable<TraceEvent> {
    return new Ahead(this.stream(request, signal));
  }

  private async *stream(request: TraceRequest, signal: AbortSignal): AsyncGenerator<TraceEvent> {
    const { model, prompt, messages, options, watch } = request;
    const body = {
      ...(model ? { model } : {}),
      ...(messages ? { messages } : { prompt }),
      ...options,
      ...(Object.keys(watch).length > 0 ? { trace: watch } : {}),
    };
    const answer = await ask('trace', { method: 'POST', body: jsonOf(body), signal });
    for await (const { event, data } of eventsIn(answer.body!)) {
      if (data === '[DONE]') return;
      const value = JSON.parse(data) as unknown;
      if (event === 'start') yield { type: 'start', start: value as TraceStart };
      else if (event === 'step') yield { type: 'step', step: value as TraceStep };
      else if (event === 'result') yield { type: 'result', result: value as TraceResult };
      else if (event === 'error') throw errorOf(value, 0);
    }
  }
}

/** Asks the server; where it wants a key, once more with the one that a person gives. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  for (let again = false; ; again = true) {
    const headers = new Headers(init.headers);
    if (init.body) headers.set('content-type', 'application/json');
    const key = await keyOf(again);
    if (key) headers.set('authorization', `Bearer ${key}`);
    const answer = await fetch(new URL(path, document.baseURI), { ...init, headers });
    if (answer.ok) return answer;
    const error = errorOf(await answer.json().catch(() => null), answer.status);
    if (answer.status !== 401 || (again && key === null)) throw error;
  }
}

export function errorOf(value: unknown, status: number): EngineError {
  const error = (value as { error?: { message?: string; code?: string } } | null)?.error;
  return new EngineError(error?.message ?? `The server answered with status ${status}.`, error?.code ?? '', status);
}
