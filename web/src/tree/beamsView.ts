import { fill, h, svg } from '../page/dom';
import type { Page } from '../page/parts';
import { isToken } from '../trace/decode';
import type { Recording } from '../trace/recording';
import type { TokenStep } from '../trace/types';
import { along, type BeamNode, beamNodes } from './beams';
import { oneLine } from './glass';

const across = 112;
const down = 44;
const box = { width: 88, height: 34 };
const marks = { kept: '', finished: '■ ', dropped: '× ' };

/** A beam search: what was kept, finished and dropped, with scores; the path that the likeliest token at each step takes is dashed. */
export function beamsView(page: Page): HTMLElement {
  const drawing = h('div', { class: 'beams-scroll scroll', tabindex: 0, role: 'region', 'aria-label': 'Beams, step by step' });
  const texts = h('ol', { class: 'beam-texts' });
  const greedy = h('p', { class: 'hint', 'data-testid': 'greedy' });
  const root = h('section', { class: 'beams', 'data-testid': 'beams', hidden: true }, h('h3', {}, 'Beam search'), drawing, texts, greedy);
  let asked: Recording['start'] | null = null;
  let path: TokenStep[] = [];
  const show = () => {
    const { recording } = page.store.get();
    root.hidden = !recording?.steps.some(step => step.kind === 'beams');
    if (!recording || root.hidden) return;
    if (asked !== recording.start) path = [];
    const nodes = beamNodes(recording);
    fill(
      drawing,
      draw(
        nodes,
        along(
          nodes,
          path.map(step => step.id),
        ),
      ),
    );
    const found = recording.result?.beams ?? [];
    fill(texts, ...found.map(beam => h('li', {}, h('i', {}, beam.score.toFixed(3)), ` ${beam.text.trim()}`)));
    greedy.textContent = path.length > 0 ? said(path, found[0]) : '';
    if (recording.result && asked !== recording.start && page.store.get().engine !== 'trace') {
      asked = recording.start;
      void likeliest(page, recording).then(steps => {
        path = steps;
        show();
      });
    }
  };
  page.store.watch(s => s.recording, show);
  return root;
}

function said(path: readonly TokenStep[], best: { ids: number[]; score: number } | undefined): string {
  const sum = path.reduce((total, step) => total + step.logprob, 0);
  const text = path
    .map(step => step.text)
    .join('')
    .trim();
  const parts = best ? path.findIndex((step, i) => step.id !== best.ids[i]) : -1;
  const where = parts < 0 ? 'It is the best beam.' : `It leaves the best beam at token ${parts + 1}.`;
  return `Greedy beside it: “${text}”, ${(sum / path.length).toFixed(3)} a token. ${where}`;
}

async function likeliest(page: Page, recording: Recording): Promise<TokenStep[]> {
  const source = page.player.sources.get(page.store.get().engine);
  const tokens = Math.max(1, ...(recording.result?.beams ?? []).map(b => b.ids.length));
  const steps: TokenStep[] = [];
  const request = {
    model: page.store.get().settings.model,
    prompt: recording.start.prompt.map(token => token.id),
    options: { temperature: 0, max_tokens: tokens },
    watch: { attention: 'none' as const, candidates: 0 },
  };
  try {
    if (!source) return [];
    for await (const event of source.trace(request, new AbortController().signal)) {
      if (event.type === 'step' && isToken(event.step)) steps.push(event.step);
    }
  } catch (error) {
    page.store.set({ problem: (error as Error).message });
  }
  return steps;
}

function draw(nodes: readonly BeamNode[], greedy: ReadonlySet<BeamNode>): SVGElement {
  const width = (Math.max(0, ...nodes.map(n => n.step)) + 1) * across;
  const height = (Math.max(0, ...nodes.map(n => n.lane)) + 1) * down;
  const x = (node: BeamNode) => node.step * across + 12;
  const y = (node: BeamNode) => node.lane * down + 4;
  const lines = nodes.map(node => {
    if (!node.parent) return null;
    const [x0, y0, x1, y1] = [x(node.parent) + box.width, y(node.parent) + box.height / 2, x(node), y(node) + box.height / 2];
    const d = `M${x0} ${y0} C${(x0 + x1) / 2} ${y0} ${(x0 + x1) / 2} ${y1} ${x1} ${y1}`;
    return svg('path', { d, class: `beam-line ${node.beam.fate}${node.best ? ' best' : ''}` });
  });
  const boxes = nodes.map(node => {
    const { fate, logprob, score } = node.beam;
    const label = oneLine(node.beam);
    const short = label.length > 9 ? `${label.slice(0, 8)}…` : label;
    const probability = Math.exp(logprob - (node.parent?.beam.logprob ?? 0));
    const sand = box.height * Math.min(1, probability);
    return svg(
      'g',
      {
        class: `beam-node ${fate}${node.best ? ' best' : ''}${greedy.has(node) ? ' greedy' : ''}`,
        transform: `translate(${x(node)} ${y(node)})`,
      },
      svg('title', {}, `${label}: ${fate}, score ${score.toFixed(3)}, ${(100 * probability).toFixed(1)} % after what is before it`),
      svg('rect', { class: 'beam-sand', y: box.height - sand, width: box.width, height: sand }),
      svg('rect', { class: 'beam-glass', width: box.width, height: box.height, rx: 5 }),
      svg('text', { x: 6, y: 15, class: 'beam-token' }, marks[fate] + short),
      svg('text', { x: 6, y: 29, class: 'tick' }, score.toFixed(2)),
    );
  });
  const words = `${nodes.filter(n => n.beam.fate === 'kept').length} beams kept, ${nodes.filter(n => n.beam.fate === 'finished').length} finished, ${nodes.filter(n => n.beam.fate === 'dropped').length} dropped`;
  return svg('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': words }, ...lines, ...boxes);
}
