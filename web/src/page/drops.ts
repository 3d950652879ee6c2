import type { FileSource } from '../engine/file';
import { readTrace } from '../trace/read';
import type { Page } from './parts';

/** A trace that is dropped on the page is replayed. */
export function drops({ store, player }: Page, files: FileSource) {
  addEventListener('dragover', event => event.preventDefault());
  addEventListener('drop', async event => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    try {
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
