import type { ActivitySnapshot } from './types';

/** How fast texts were written while so many were written at once. */
export interface Speed {
  /** Texts at once. */
  texts: number;
  /** Tokens a second of all of them. */
  all: number;
  /** Of each. */
  one: number;
  /** Steps that were measured. */
  steps: number;
}

const leastMs = 40; // of less a clock's step is too large a part

/** Sums of what was measured, by the number of texts that were written at once. Steps in which a prompt was read do not count: they take longer for another reason. */
export class Speeds {
  private readonly sums = new Map<number, { tokens: number; ms: number; steps: number }>();

  /** @param writers of each step of the snapshot: how many texts were written in it */
  add(snapshot: ActivitySnapshot, writers: ArrayLike<number>) {
    const texts = writers[0] ?? 0;
    if (texts === 0 || snapshot.read > 0 || snapshot.ms <= 0) return;
    for (let i = 1; i < writers.length; i++) if (writers[i] !== texts) return;
    const sum = this.sums.get(texts) ?? { tokens: 0, ms: 0, steps: 0 };
    sum.tokens += snapshot.written;
    sum.ms += snapshot.ms;
    sum.steps += snapshot.rows.length;
    this.sums.set(texts, sum);
  }

  /** The fewest texts first. */
  get measured(): Speed[] {
    return [...this.sums]
      .filter(([, { ms }]) => ms >= leastMs)
      .map(([texts, { tokens, ms, steps }]) => ({ texts, all: (1000 * tokens) / ms, one: (1000 * tokens) / ms / texts, steps }))
      .sort((a, b) => a.texts - b.texts);
  }
}

/**
 * The same without the chance of few steps, for a line. What a token takes grows about evenly with the texts at once, so each point lies on the straight line that
 * fits its neighbours best, each with the weight of its steps.
 */
export function smoothed(measured: readonly Speed[]): Speed[] {
  return measured.map(at => {
    const reach = 2 + at.texts / 2;
    let [w, x, xx, y, xy] = [0, 0, 0, 0, 0];
    for (const { texts, one, steps } of measured) {
      const away = texts - at.texts;
      const weight = steps * Math.max(0, 1 - (Math.abs(away) / reach) ** 3);
      w += weight;
      x += weight * away;
      xx += weight * away * away;
      y += weight / one;
      xy += (weight * away) / one;
    }
    const even = w * xx - x * x;
    const fitted = even > 1e-9 * w * w ? (xx * y - x * xy) / even : y / w;
    const one = 1 / Math.max(fitted, y / w / 2); // a line through chance alone could fall to nothing
    return { ...at, one, all: one * at.texts };
  });
}
