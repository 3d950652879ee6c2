import { EngineError } from '../engine/source';
import type { ModelFile } from '../engine/tab';

/** What the engine says of an experiment. */
export type Said =
  | { type: 'progress'; done: number; parts: number; share: number }
  | { type: 'rows'; line: string }
  | { type: 'done'; stopped: boolean };

/** What is to be run: options as the command line has them. */
export interface Asked {
  experiment: string;
  options: Record<string, string>;
  model: ModelFile;
  draft?: ModelFile;
}

/** An engine of its own for experiments, in a worker beside the one that writes: neither waits for the other, and this one can be ended at any moment. */
export class Runner {
  private worker: Worker | null = null;
  private last = 0;

  /** @param engine Where the engine lies, below the page. */
  constructor(private readonly engine: string) {}

  /** Runs one, to its end or until the signal: then what there is stays. */
  run(asked: Asked, signal: AbortSignal, hear: (said: Said) => void): Promise<void> {
    const worker = this.start();
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      const end = (how: () => void) => {
        signal.removeEventListener('abort', stop);
        how();
      };
      const stop = () => {
        // a step of a large model may take long: whoever stops does not wait for it
        this.drop();
        hear({ type: 'done', stopped: true });
        end(resolve);
      };
      signal.addEventListener('abort', stop);
      worker.onerror = event => {
        this.drop();
        end(() => reject(new EngineError(`The engine of this tab failed: ${event.message ?? 'it does not start'}`, 'engine-failed')));
      };
      worker.onmessage = ({
        data,
      }: MessageEvent<(Said | { type: 'error'; error: { message: string; code: string } }) & { id?: number }>) => {
        if (data.id !== id) return;
        if (data.type === 'error') {
          end(() => reject(new EngineError(data.error.message, data.error.code)));
          return;
        }
        try {
          hear(data);
        } catch (error) {
          this.drop(); // what nobody can hear need not be said
          end(() => reject(error as Error));
          return;
        }
        if (data.type === 'done') end(resolve);
      };
      worker.postMessage({ type: 'lab', id, ...asked });
    });
  }

  private drop() {
    this.worker?.terminate();
    this.worker = null;
  }

  private start(): Worker {
    this.worker ??= new Worker(new URL(this.engine, document.baseURI), { type: 'module' });
    return this.worker;
  }
}
