import { readTrace } from '../trace/read';
import { eventsOf } from '../trace/recording';
import type { TraceEvent, TraceFile } from '../trace/types';
import type { ServedModel, TraceRequest, TraceSource } from './source';

/** Traces that were recorded: files beside the page, or one that was dropped on it. The prompt of a request chooses which; what it holds is shown as it was. */
export class FileSource implements TraceSource {
  readonly kind = 'trace';
  private readonly files = new Map<string, () => Promise<TraceFile>>();

  /** @param paths Beside the page. */
  constructor(paths: readonly string[]) {
    for (const path of paths) {
      const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.json$/, '');
      this.files.set(name, async () => {
        const answer = await fetch(new URL(path, document.baseURI));
        if (!answer.ok) throw new Error(`${path} cannot be read: the server answered with status ${answer.status}.`);
        return readTrace(await answer.text(), path);
      });
    }
  }

  add(name: string, file: TraceFile) {
    this.files.set(name, () => Promise.resolve(file));
  }

  get isEmpty(): boolean {
    return this.files.size === 0;
  }

  /** Each trace stands in the place of a model. */
  async models(): Promise<readonly ServedModel[]> {
    return [...this.files.keys()].map(id => ({ id, hash: '', context: 0 }));
  }

  async *trace(request: TraceRequest, signal: AbortSignal): AsyncGenerator<TraceEvent> {
    const load = this.files.get(request.model) ?? this.files.values().next().value;
    if (!load) throw new Error('There is no recorded trace here. Drop one on the page: sandglass run --trace FILE writes one.');
    for (const event of eventsOf(await load())) {
      if (signal.aborted) return;
      yield event;
    }
  }
}
