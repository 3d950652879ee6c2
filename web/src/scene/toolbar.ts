import { fill, h, save } from '../page/dom';
import type { Page } from '../page/parts';
import type { Camera } from '../state/state';
import type { AttentionView } from '../trace/attention';
import { layout, stepShown } from './layout';
import { beamsShown } from './shown';

const cameras: [Camera, string, string][] = [
  ['top', 'TOP', 'From above: the fan of attention (1)'],
  ['front', 'FRONT', 'The whole text (2)'],
  ['follow', 'FOLLOW', 'Beside the write head (3)'],
  ['head', 'HEAD', 'As the write head looks back (4)'],
  ['orbit', 'ORBIT', 'Freely: drag, wheel, arrow keys (5)'],
];

export function cameraButtons({ store }: Page, only?: Camera): HTMLElement {
  const group = h('div', { class: 'cameras', role: 'group', 'aria-label': 'Camera' });
  for (const [id, name, title] of cameras) {
    if (only && id !== only) continue;
    const button = h('button', { type: 'button', title, 'data-testid': `camera-${id}`, onclick: () => store.set({ camera: id }) }, name);
    store.watch(
      s => s.camera,
      camera => button.setAttribute('aria-pressed', String(only === id || camera === id)),
    );
    group.append(button);
  }
  return group;
}

/** Which weights the beams show. */
export function attentionChoice({ store }: Page): HTMLElement {
  const kind = h('select', { id: 'attention', onchange: () => change() });
  const head = h('select', { id: 'attention-head', 'aria-label': 'Head', onchange: () => change() });
  const sink = h('input', { type: 'checkbox', id: 'sink', onchange: () => store.set({ withoutSink: sink.checked }) });
  const change = () => {
    const [name, layer] = kind.value.split(' ');
    const view: AttentionView =
      name === 'layer'
        ? head.value === ''
          ? { kind: 'layer', layer: Number(layer) }
          : { kind: 'head', layer: Number(layer), head: Number(head.value) }
        : { kind: name as 'mean' | 'max' };
    store.set({ attention: view });
  };
  const show = () => {
    const { recording, attention } = store.get();
    const layers = recording?.start.model.layers ?? 0;
    if (kind.options.length !== layers + 2) {
      fill(kind, h('option', { value: 'mean' }, 'mean of all layers'), h('option', { value: 'max' }, 'largest head'));
      for (let l = 0; l < layers; l++) kind.append(h('option', { value: `layer ${l}` }, `layer ${l}`));
    }
    kind.value = attention.kind === 'mean' || attention.kind === 'max' ? attention.kind : `layer ${attention.layer}`;
    const heads = headsOf(recording?.start.run.watched.heads ?? [], recording?.start.model.heads ?? 0, attention);
    fill(head, h('option', { value: '' }, 'mean of its heads'), ...heads.map(n => h('option', { value: n }, `head ${n}`)));
    head.value = attention.kind === 'head' ? String(attention.head) : '';
    head.hidden = attention.kind === 'mean' || attention.kind === 'max' || heads.length === 0;
  };
  store.watch(s => s.recording?.start, show);
  store.watch(s => s.attention, show);
  store.watch(
    s => s.withoutSink,
    on => {
      sink.checked = on;
    },
  );
  return h(
    'div',
    { class: 'attention' },
    h('label', { for: 'attention' }, 'Beams'),
    kind,
    head,
    h('label', { class: 'check', for: 'sink' }, sink, 'without the first token'),
  );
}

function headsOf(watched: readonly [number, number][], heads: number, view: AttentionView): number[] {
  if (view.kind !== 'layer' && view.kind !== 'head') return [];
  const there = watched.filter(([layer]) => layer === view.layer).map(([, head]) => head);
  return there.length > 0 ? there : Array.from({ length: heads }, (_, i) => i);
}

/** What the picture leaves to be said: what beams are, how layers are merged, what stands for what. */
export function legend({ store }: Page): HTMLElement {
  const words = h('p', { class: 'legend' });
  const show = () => {
    const { recording, cursor, withoutSink, selected } = store.get();
    if (!recording) return fill(words);
    const picture = layout(recording, cursor);
    const { merged } = picture;
    const step = stepShown(recording, cursor, selected);
    const parts = ['A glass is as full as its token was likely.'];
    if (merged > 1) parts.push(`One block is ${merged} layers.`);
    if (withoutSink) parts.push('Weights without the first token, renormalised.');
    if (step?.attention && !beamsShown(step, store.get(), picture)) parts.push('This head was not watched: it is from the next text on.');
    words.textContent = parts.join(' ');
  };
  for (const key of ['recording', 'cursor', 'withoutSink', 'attention', 'selected'] as const) {
    store.watch(
      s => s[key],
      () => show(),
    );
  }
  return words;
}

export function pictureButton(page: Page, blob: () => Promise<Blob | null>): HTMLElement {
  return h(
    'button',
    {
      type: 'button',
      class: 'quiet',
      'data-testid': 'save-picture',
      title: 'The picture as a file (PNG)',
      onclick: async () => {
        const made = await blob();
        if (made) save('sandglass.png', made);
        else page.announce('The picture cannot be saved here.');
      },
    },
    'PNG',
  );
}
