import { fill, h } from '../page/dom';
import type { Page } from '../page/parts';
import { floatsOf } from '../trace/decode';
import type { Recording } from '../trace/recording';
import type { TokenStep, TraceCandidate } from '../trace/types';
import { oneLine, percent } from '../tree/glass';
import { askAgain, canAsk, tokensOfText } from './ask';

/** Rank and probability of any token, however unlikely: from what was recorded, or asked of the engine for this step. */
export function asked(page: Page, recording: Recording, step: TokenStep): HTMLElement {
  const answer = h('p', { class: 'answer', role: 'status', 'data-testid': 'asked' });
  const field = h('input', { type: 'text', id: 'ask-token', placeholder: 'a word', autocomplete: 'off', 'data-testid': 'ask-token' });
  const form = h(
    'form',
    { class: 'ask row' },
    h('label', { for: 'ask-token' }, 'How likely was'),
    field,
    h('button', { type: 'submit' }, 'Ask'),
  );
  form.addEventListener('submit', event => {
    event.preventDefault();
    const text = field.value;
    if (text === '') return;
    answer.textContent = 'Asking …';
    look(page, recording, step, text).then(
      found => fill(answer, ...found),
      error => {
        answer.textContent = (error as Error).message;
      },
    );
  });
  return h('section', {}, form, answer);
}

async function look(page: Page, recording: Recording, step: TokenStep, text: string): Promise<string[]> {
  const spelled = text.startsWith(' ') ? [text] : [` ${text}`, text];
  const known = [...step.candidates, ...step.asked].filter(c => spelled.includes(c.text));
  if (known.length > 0) return [sentence(known[0]!, recording)];
  if (!canAsk(page)) throw new Error(`“${text}” is not among the recorded candidates; a recorded trace can only tell of those.`);
  const words: string[] = [];
  for (const one of spelled) {
    const tokens = await tokensOfText(page, one);
    const first = tokens[0];
    if (!first) continue;
    const again = await askAgain(page, recording, step, {}, { asked: [first.id], logits: false });
    const found = again.asked.find(c => c.id === first.id)!;
    const more = tokens.length > 1 ? `“${one.trim()}” is ${tokens.length} tokens; of the first: ` : '';
    words.push(`${more}${sentence(found, recording)} `);
    if (tokens.length === 1) break;
  }
  return words;
}

function sentence(c: TraceCandidate, recording: Recording): string {
  const fate = c.removedBy ? `removed by ${c.removedBy}` : `${percent(c.final)} in the end`;
  const p = c.probability >= 0.001 ? percent(c.probability) : `${(100 * c.probability).toExponential(1)} %`;
  return `“${oneLine(c)}” (token ${c.id}): ${p}, rank ${c.rank} of ${recording.start.model.vocabulary}, ${fate}.`;
}

/** The most precise copy of a step that is at hand: one whose whole row of logits was asked for. */
const whole = new WeakMap<TokenStep, TokenStep>();

export function withLogits(step: TokenStep): TokenStep {
  return step.logits ? step : (whole.get(step) ?? step);
}

export function keepLogits(step: TokenStep, answer: TokenStep) {
  if (answer.logits && floatsOf(answer.logits).length > 0) whole.set(step, { ...step, logits: answer.logits });
}
