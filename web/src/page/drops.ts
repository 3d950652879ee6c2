import type { FileSource } from '../engine/file';
import type { TabSource } from '../engine/tab';
import { readTrace } from '../trace/read';
import type { Page } from './parts';

const mostBytes = 1 << 28; // of a trace

/** A trace that is dropped on the page is replayed, results of an experiment are shown; a model is run in the tab, where there is an engine for it. */
export function drops({ store, player }: Page, files: FileSource, tab: TabSource | null) {
  addEventListener('dragover', event => event.preventDefault());
  addEventListener('drop', async event => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    try {
      if (file.name.endsWith('.gguf')) {
        if (!tab) throw new Error('A model is run in the tab, and this page came without the engine for it.');
        if (!(await isWanted(tab, file))) return;
        const name = tab.add(file);
        const models = await tab.models();
        store.set(s => ({ engine: 'tab', models, settings: { ...s.settings, model: name }, problem: null }));
        player.generate();
        return;
      }
      if (file.name.endsWith('.jsonl') || store.get().view === 'lab') {
        store.set({ view: 'lab', results: file, problem: null });
        return;
      }
      if (file.size > mostBytes) throw new Error(`${file.name} is too long for a trace: expected at most ${mostBytes} bytes.`);
      const trace = readTrace(await file.text(), file.name);
      const name = file.name.replace(/\.json$/, '');
      files.add(name, trace);
      const models = await files.models();
      store.set(s => ({ engine: 'trace', models, settings: { ...s.settings, model: name }, problem: null }));
      player.generate();
    } catch (error) {
      store.set({ problem: (error as Error).message });
    }
  });
}

/** Says what a model takes, before it is loaded. */
async function isWanted(tab: TabSource, file: File): Promise<boolean> {
  const { bytes, type, layers, fits, mostBytes, tokensPerSecondAtMost } = await tab.about(file);
  const mb = (value: number) => `${Math.round(value / 1e6).toLocaleString('en')} MB`;
  if (!fits)
    throw new Error(
      `${file.name} has ${mb(bytes)} of weights; a tab holds ${mb(mostBytes)}. Give it to the server: sandglass serve --model ${file.name}`,
    );
  const speed =
    tokensPerSecondAtMost === undefined
      ? ''
      : ` It can write at most ${tokensPerSecondAtMost < 3 ? tokensPerSecondAtMost.toFixed(1) : Math.round(tokensPerSecondAtMost)} tokens a second here.`;
  return confirm(`${file.name}: ${mb(bytes)}, ${layers} layers, ${type}.${speed} Load it into this tab?`);
}
