/** Reads a source to its end at once and keeps what nobody has asked for yet. */
export class Ahead<T> implements AsyncIterable<T> {
  private readonly waiting: T[] = [];
  private ended = false;
  private failure: unknown = null;
  private wake: (() => void) | null = null;

  constructor(source: AsyncIterable<T>) {
    void this.read(source);
  }

  private async read(source: AsyncIterable<T>) {
    try {
      for await (const item of source) {
        this.waiting.push(item);
        this.wake?.();
      }
    } catch (error) {
      this.failure = error;
    }
    this.ended = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      while (this.waiting.length > 0) yield this.waiting.shift()!;
      if (this.failure) throw this.failure;
      if (this.ended) return;
      await new Promise<void>(resolve => {
        this.wake = resolve;
      });
      this.wake = null;
    }
  }
}
