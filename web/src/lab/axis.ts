const fewestSteps = 4;
const least = 1e-200; // of a range: the power of ten of a smaller one may be 0

export interface AxisOptions {
  fromZero?: boolean | undefined;
  logarithmic?: boolean | undefined;
  widened?: boolean | undefined;
}

/** From values to places along one side of a chart, with round numbers beside it: as PlotAxis of the tool. */
export class Axis {
  readonly ticks: readonly number[];
  private low: number;
  private high: number;
  private readonly isLogarithmic: boolean;
  private readonly digits: number = 0;

  constructor(values: readonly number[], { fromZero = false, logarithmic = false, widened = false }: AxisOptions = {}) {
    const all = values.filter(Number.isFinite);
    this.low = all.length === 0 ? 0 : all.reduce((low, value) => Math.min(low, value));
    this.high = all.length === 0 ? 1 : all.reduce((high, value) => Math.max(high, value));
    this.isLogarithmic = logarithmic && this.low > 0;
    if (this.isLogarithmic) {
      this.ticks = doublings(this.low, this.high);
      if (this.low === this.high) [this.low, this.high] = [this.low / 2, this.high * 2];
      return;
    }
    if (fromZero) [this.low, this.high] = [Math.min(this.low, 0), Math.max(this.high, 0)];
    const size = Math.max(Math.abs(this.low), Math.abs(this.high));
    if (this.high - this.low <= Math.max(size * 1e-12, least)) {
      const room = Math.max(0.5, size * 1e-10); // so much that a large number still is another with it
      [this.low, this.high] = [this.low - room, this.high + room];
    }
    const step = stepOf(this.high - this.low);
    if (widened) [this.low, this.high] = [Math.floor(this.low / step) * step, Math.ceil(this.high / step) * step];
    const first = Math.ceil(this.low / step - 1e-9);
    const many = Math.floor(this.high / step - first + 1e-9) + 1;
    this.ticks = Array.from({ length: many }, (_, i) => (first + i) * step);
    this.digits = Math.min(10, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  }

  /** Where a value is, from 0 to 1. */
  place(value: number): number {
    return this.isLogarithmic ? Math.log2(value / this.low) / Math.log2(this.high / this.low) : (value - this.low) / (this.high - this.low);
  }

  label(tick: number): string {
    if (this.isLogarithmic) return `${Number(tick.toFixed(4))}`;
    const written = tick.toFixed(this.digits);
    return Number(written) === 0 ? (0).toFixed(this.digits) : written; // no -0.0
  }
}

/** The largest of 1, 2 and 5 times a power of ten that makes enough steps. */
function stepOf(range: number): number {
  const power = 10 ** Math.floor(Math.log10(range));
  return [5, 2, 1, 0.5, 0.2, 0.1].map(factor => factor * power).find(step => range / step >= fewestSteps)!;
}

function doublings(low: number, high: number): number[] {
  const ticks: number[] = [];
  const each = 1 + Math.trunc(Math.log2(high / low) / 10);
  for (let tick = 2 ** Math.ceil(Math.log2(low) - 1e-9); tick <= high * (1 + 1e-9); tick *= 2 ** each) ticks.push(tick);
  return ticks;
}
