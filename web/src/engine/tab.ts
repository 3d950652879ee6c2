import type { TraceEvent, TraceResult, TraceStart, TraceStep } from '../trace/types';
import { EngineError, type ServedModel, type TraceRequest, type TraceSource } from './source';

/** Events that may come before more are asked for: enough that the engine does not wait for the page, few enough that it stops when the page does. */
const ahead = 8;

interface LoadedModel {
  id: string;
  hash: string;
  context: number;
  layers: number;
  bytes: number;
  chatTemplate: boolean;
}

/** What a dropped model would take here, said before it is loaded. */
export interface AboutModel {
  id: string;
  architecture: string;
  layers: number;
  bytes: number;
  type: string;
  fits: boolean;
  mostBytes: number;
  weightBytesPerToken: number;
  tokensPerSecondAtMost?: number;
}

/** A model's file, as the engine's worker is told of it. */
export interface ModelFile {
  name: string;
  url?: string;
  file?: File;
}

type FromEngine =
  | { type: 'ready' }
  | { type: 'loading'; read: number; total: number }
  | { type: 'model'; model: LoadedModel }
  | { type: 'about'; about: AboutModel }
  | { type: 'start'; id: number; start: TraceStart }
  | { type: 'step'; id: number; step: TraceStep }
  | { type: 'result'; id: number; result: TraceResult }
  | { type: 'error'; id?: number; error: { message: string; code: string } }
  | { type: 'failed'; error: { message: string; code: string } }; // said here, of a worker that is no more

/** The engine itself, as WebAssembly in a worker of this page: `engine.js` says which messages it knows. */
export class TabSource implements TraceSource {
  readonly kind = 'tab';
  private readonly known = new Map<string, ServedModel & { file: File | string }>();
  private readonly listeners = new Set<(message: FromEngine) => void>();
  private worker: Worker | null = null;
  private loaded: string | null = null;
  private loading: Promise<unknown> = Promise.resolve();
  private last = 0;
  /** Told when a model is loaded, of which more is known then. */
  loadedModel: () => void = () => {};

  /**
   * @param engine Where the engine lies, below the page.
   * @param models Files of models beside it.
   */
  constructor(
    readonly engine: string,
    models: readonly string[],
  ) {
    for (const path of models) {
      const id = path.slice(path.lastIndexOf('/') + 1).replace(/(\.q8_0)?\.gguf$/, '');
      this.known.set(id, { id, hash: '', context: 0, file: path });
    }
  }

  async models(): Promise<readonly ServedModel[]> {
    return [...this.known.values()].map(({ file: _, ...model }) => model);
  }

  /** Begins to load the model that will be asked for first: the engine starts while the page is built. Whoever asks for it hears of a failure. */
  warm(id = '') {
    this.load(id).catch(() => {});
  }

  /** Looks into a file that somebody dropped; `add` takes it. */
  async about(file: File): Promise<AboutModel> {
    const answer = await this.ask({ type: 'about', name: file.name, file }, 'about');
    return (answer as { about: AboutModel }).about;
  }

  /** Where a model's bytes are; null for one that is not here. */
  file(id: string): ModelFile | null {
    const model = this.known.get(id);
    if (!model) return null;
    return { name: id, ...(typeof model.file === 'string' ? { url: new URL(model.file, document.baseURI).href } : { file: model.file }) };
  }

  add(file: File): string {
    this.known.set(file.name, { id: file.name, hash: '', context: 0, bytes: file.size, file });
    if (this.loaded === file.name) this.loaded = null;
    return file.name;
  }

  async *trace(request: TraceRequest, signal: AbortSignal): AsyncGenerator<TraceEvent> {
    await this.load(request.model);
    const { prompt, messages, options, watch } = request;
    const body = { ...(messages ? { messages } : { prompt }), ...options, trace: watch };
    const worker = this.start();
    const id = ++this.last;
    const waiting: FromEngine[] = [];
    let wake = () => {};
    const listen = (message: FromEngine) => {
      if (message.type !== 'failed' && (!('id' in message) || message.id !== id)) return;
      waiting.push(message);
      wake();
    };
    const stop = () => worker.postMessage({ type: 'stop', id });
    this.listeners.add(listen);
    signal.addEventListener('abort', stop);
    worker.postMessage({ type: 'trace', id, body, steps: ahead });
    let isOver = false;
    try {
      while (!isOver) {
        while (waiting.length === 0) {
          await new Promise<void>(resolve => {
            wake = resolve;
          });
        }
        const message = waiting.shift()!;
        if (message.type === 'error' || message.type === 'failed') {
          isOver = true;
          throw new EngineError(message.error.message, message.error.code);
        }
        if (message.type === 'start') yield { type: 'start', start: message.start };
        if (message.type === 'step') {
          worker.postMessage({ type: 'more', id, steps: 1 });
          yield { type: 'step', step: message.step };
        }
        if (message.type === 'result') {
          isOver = true;
          yield { type: 'result', result: message.result };
        }
      }
    } finally {
      this.listeners.delete(listen);
      signal.removeEventListener('abort', stop);
      if (!isOver) stop();
    }
  }

  /** One model is in memory at a time. */
  private load(id: string): Promise<unknown> {
    this.loading = this.loading
      .catch(() => {})
      .then(async () => {
        const model = this.known.get(id) ?? this.known.values().next().value;
        if (!model) throw new EngineError('There is no model in this tab. Drop a GGUF file on the page.');
        if (this.loaded === model.id) return;
        this.loaded = null;
        const answer = (await this.ask({ type: 'load', ...this.file(model.id) }, 'model')) as { model: LoadedModel };
        const { hash, context, layers, bytes, chatTemplate } = answer.model;
        this.known.set(model.id, { ...model, hash, context, layers, bytes, chatTemplate });
        this.loaded = model.id;
        this.loadedModel();
      });
    return this.loading;
  }

  private async ask(message: object, answer: FromEngine['type']): Promise<FromEngine> {
    const worker = this.start();
    const result = await new Promise<FromEngine>(resolve => {
      const listen = (said: FromEngine) => {
        if (said.type !== answer && said.type !== 'failed' && !(said.type === 'error' && said.id === undefined)) return;
        this.listeners.delete(listen);
        resolve(said);
      };
      this.listeners.add(listen);
      worker.postMessage(message);
    });
    if (result.type === 'error' || result.type === 'failed') throw new EngineError(result.error.message, result.error.code);
    return result;
  }

  /** The worker takes messages before it is ready. One that fails ends whatever waits for it; who asks next has another. */
  private start(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(new URL(this.engine, document.baseURI), { type: 'module' });
    const tell = (said: FromEngine) => {
      for (const listen of [...this.listeners]) listen(said);
    };
    worker.onmessage = ({ data }: MessageEvent<FromEngine>) => tell(data);
    worker.onerror = event => {
      worker.terminate();
      this.worker = this.loaded = null;
      tell({
        type: 'failed',
        error: { message: `The engine of this tab failed: ${event.message ?? 'it does not start'}`, code: 'engine-failed' },
      });
    };
    this.worker = worker;
    return worker;
  }
}
