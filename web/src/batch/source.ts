import { eventsIn } from '../engine/events';
import { ask, errorOf } from '../engine/server';
import type { ActivitySnapshot, ActivityStart } from './types';

export type ActivityEvent = { start: ActivityStart } | { steps: ActivitySnapshot };

/** GET /activity: what a model's engine does, until the server ends it. */
export async function* activity(model: string, signal: AbortSignal): AsyncGenerator<ActivityEvent> {
  const answer = await ask(`activity${model ? `?model=${encodeURIComponent(model)}` : ''}`, { signal });
  for await (const { event, data } of eventsIn(answer.body!)) {
    if (data === '[DONE]') return;
    const value = JSON.parse(data) as unknown;
    if (event === 'start') yield { start: value as ActivityStart };
    else if (event === 'steps') yield { steps: value as ActivitySnapshot };
    else if (event === 'error') throw errorOf(value, 0);
  }
}
