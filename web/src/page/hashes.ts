import { tokenSteps } from '../trace/recording';
import { h } from './dom';
import type { Page } from './parts';

/** With ?hashes=1 in the address: the hashes of the logits of each step, as the tool's run --hash-logits prints them. */
export function hashes(page: Page): HTMLElement | null {
  if (new URLSearchParams(location.search).get('hashes') !== '1') return null;
  const words = h('code', { 'data-testid': 'hashes' });
  page.store.watch(
    s => s.recording,
    recording => {
      words.textContent = recording
        ? tokenSteps(recording)
            .map(step => step.logitsHash ?? '-')
            .join(' ')
        : '';
    },
  );
  return h('section', { class: 'hashes', 'aria-label': 'Hashes of the logits' }, h('h2', {}, 'Hashes of the logits, a step each'), words);
}
