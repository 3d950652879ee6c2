import { h } from '../page/dom';
import { figuresBar } from '../page/figuresBar';
import { painted } from '../page/painted';
import type { Page, Part } from '../page/parts';
import type { State } from '../state/state';
import { until } from '../state/wait';
import { tourOf } from '../tour/tour';
import { isToken } from '../trace/decode';
import { phase } from './phase';
import { attentionChoice, cameraButtons, legend, pictureButton } from './toolbar';
import './scene.css';

/** The picture of the text at work. What draws it comes when it is first looked at; the figures are there at once. */
export const scenePart: Part = {
  id: 'scene',
  title: 'Watch',
  place: 'view',
  async mount(root, page) {
    const stage = h('div', { class: 'stage' });
    const bar = h('div', { class: 'stage-bar' }, attentionChoice(page));
    root.append(figuresBar(page), stage);
    stage.append(legend(page), phase(page), bar, invitation(page));
    await painted; // only to ask for WebGL starts a process of the browser
    await begun(page).catch(() => {});
    if (!hasWebGl()) {
      page.store.set({ camera: 'top' });
      bar.prepend(cameraButtons(page, 'top'));
      (await import('./flat')).flat(stage, page);
      return;
    }
    bar.prepend(cameraButtons(page));
    const { Stage } = await import('./stage');
    const drawn = new Stage(stage, page);
    bar.append(pictureButton(page, () => drawn.toBlob()));
  },
};

/** An engine in the tab that writes at once is on its way to its first token, and the picture would take the processors that it needs. Not for long: where
 * reading the prompt takes its time, that is something to see. */
function begun({ store }: Page): Promise<void> {
  const isThere = (s: State) => s.engine !== 'tab' || s.phase !== 'running' || (s.recording?.steps.some(isToken) ?? false);
  return until(store, isThere, AbortSignal.timeout(6000));
}

function invitation(page: Page): HTMLElement {
  const { store } = page;
  const words = h(
    'p',
    { class: 'invitation' },
    'A language model writes here, one token at a time. ',
    h('b', {}, 'Generate'),
    ' lets the first grain fall; ',
    h('button', { type: 'button', class: 'link', onclick: () => void tourOf(page).start() }, 'the tour'),
    ' shows how.',
  );
  store.watch(
    s => s.recording === null,
    empty => {
      words.hidden = !empty;
    },
  );
  return words;
}

function hasWebGl(): boolean {
  try {
    return document.createElement('canvas').getContext('webgl2') !== null;
  } catch {
    return false;
  }
}
