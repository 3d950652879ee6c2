import type { Page } from '../page/parts';
import { isToken } from '../trace/decode';
import { idsOf, type Recording } from '../trace/recording';
import type { TokenStep, TraceToken, TraceWatched } from '../trace/types';
import { optionsAgain } from '../tree/branch';

/** The engine's answer for one position of a text: its logits are those of the recorded step, as nothing but the ids before it decides them. */
export async function askAgain(
  page: Page,
  recording: Recording,
  step: TokenStep,
  change: Record<string, unknown>,
  watch: Partial<TraceWatched>,
): Promise<TokenStep> {
  const { beams: _, draft: __, ...options } = optionsAgain(recording.start);
  const prompt = idsOf(recording, recording.steps.indexOf(step));
  const abort = new AbortController();
  const request = {
    model: page.store.get().settings.model,
    prompt,
    options: { ...options, max_tokens: 1, ...change },
    watch: { attention: 'none' as const, candidates: 32, ...watch },
  };
  for await (const event of source(page).trace(request, abort.signal)) {
    if (event.type === 'step' && isToken(event.step)) {
      abort.abort();
      return event.step;
    }
  }
  throw new Error('The engine chose no token here: the text cannot go on.');
}

/** A text as the model's tokens: as the engine reads it when it is a prompt, without what it puts before one. */
export async function tokensOfText(page: Page, text: string): Promise<TraceToken[]> {
  const abort = new AbortController();
  const request = {
    model: page.store.get().settings.model,
    prompt: text,
    options: { max_tokens: 1, temperature: 0 },
    watch: { attention: 'none' as const, candidates: 0 },
  };
  for await (const event of source(page).trace(request, abort.signal)) {
    if (event.type !== 'start') continue;
    abort.abort();
    return event.start.prompt.filter(token => token.bytes?.length !== 0);
  }
  return [];
}

export function canAsk(page: Page): boolean {
  return page.store.get().engine !== 'trace';
}

function source(page: Page) {
  const found = page.player.sources.get(page.store.get().engine);
  if (!found || !canAsk(page)) throw new Error('A recorded trace answers no questions: choose an engine above.');
  return found;
}
