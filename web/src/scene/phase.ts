import { h } from '../page/dom';
import { milliseconds } from '../page/number';
import type { Page } from '../page/parts';
import { lastWork } from '../trace/work';

/** Which of its two works the model is at: reading (prefill), after a pause all at once; or writing (decode), token by token. */
export function phase({ store }: Page): HTMLElement {
  const name = h('b');
  const words = h('span');
  const chip = h('p', { class: 'phase' }, name, words);
  const show = () => {
    const { recording, cursor } = store.get();
    const step = recording?.steps[cursor - 1];
    chip.hidden = !recording;
    if (!step) {
      [name.textContent, words.textContent] = ['WAITING', ''];
    } else if (step.kind === 'prefill') {
      const adopted = step.adopted > 0 ? `, ${step.adopted} adopted` : '';
      [name.textContent, words.textContent] = [
        'PREFILL',
        `${step.to - step.from} tokens at once${adopted}: ${milliseconds(step.cost.forwardMs)}`,
      ];
    } else {
      const again = step.kind === 'token' && recording && lastWork(recording, cursor)?.uncached;
      [name.textContent, words.textContent] = ['DECODE', again ? `all the text again, for one token more` : 'one token at a time'];
    }
    chip.dataset.phase = step?.kind ?? 'none';
  };
  store.watch(s => s.recording, show);
  store.watch(s => s.cursor, show);
  return chip;
}
