import { fill, h } from '../page/dom';
import type { Page } from '../page/parts';
import { labelOf, tokenOf } from '../trace/decode';
import { oneLine } from './glass';
import { guessesOf, passesOf } from './guesses';

/** Speculation: each pass of the model in a frame, guesses that held with a tick, those that were refused struck out. */
export function guessesView(page: Page): HTMLElement {
  const words = h('p', { class: 'hint', 'data-testid': 'guesses-saved' });
  const text = h('p', { class: 'passes' });
  const root = h('section', { class: 'guesses', 'data-testid': 'guesses', hidden: true }, h('h3', {}, 'Guessed ahead'), words, text);
  const show = () => {
    const { recording } = page.store.get();
    root.hidden = !(recording && ('draft' in recording.start.run.options || recording.steps.some(s => s.kind === 'token' && s.drafted)));
    if (!recording || root.hidden) return;
    const passes = passesOf(recording);
    const { tokens, passes: count, drafted, held, saved } = guessesOf(passes);
    words.textContent =
      `${tokens} tokens in ${count} passes of the model, ${saved} saved. Of ${drafted} guessed tokens ${held} held and ${drafted - held} were refused: ` +
      'the text is the one without guesses.';
    fill(
      text,
      ...passes.map(pass =>
        h(
          'span',
          { class: pass.drafted.length > 0 ? 'pass tried' : 'pass' },
          ...pass.tokens.map(step =>
            h(
              'span',
              { class: step.isDraft ? 'held' : 'own', title: step.isDraft ? 'guessed, and held' : 'chosen by the model' },
              labelOf(tokenOf(step)).replaceAll('\n', '⏎'),
            ),
          ),
          ...pass.drafted.slice(pass.held).map(token => h('del', { title: 'guessed, and refused' }, oneLine(token))),
        ),
      ),
    );
  };
  page.store.watch(s => s.recording, show);
  return root;
}
