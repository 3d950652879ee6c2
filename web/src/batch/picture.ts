import { h } from '../page/dom';
import { speed } from '../page/number';
import { type Does, does, type History, mostLanes, mostSteps, type Reader } from './history';

/** Steps of a cell; null: as many as keep the picture readable. */
export type Zoom = number | null;

const zooms = [1, 2, 4, 8, 16, 32, 64];
const mostPace = 14; // cells a second that an eye can follow
const strip = 46; // px of the rows of each step
const axis = 18; // px of the seconds

interface Bin {
  does: Does;
  /** Of its steps, the share in which the lane was written in, or read. */
  share: number;
  /** Tokens of a step in which it was read. */
  piece: number;
  wrote: number;
  text: number;
}

/** The letter of a tenant: A to Z, then AA. */
export function letterOf(tenant: number): string {
  let letters = '';
  for (let n = tenant; n > 0; n = Math.floor((n - 1) / 26)) letters = String.fromCharCode(65 + ((n - 1) % 26)) + letters;
  return letters;
}

/** How many steps a cell has where nobody says it; it changes only when it must. */
export function zoomFor(pace: number, now: number): number {
  if (pace / now > mostPace) return zooms.find(z => pace / z <= mostPace) ?? zooms.at(-1)!;
  return now > 1 && pace / now < mostPace / 3 && pace > 0 ? (zooms.find(z => pace / z <= mostPace) ?? now) : now;
}

/** What a lane did in some steps, as one cell: what it did most beside being absent. */
export function binOf(history: History, lane: number, from: number, to: number): Bin {
  let [reading, writing, other, read, wrote, text, there] = [0, 0, 0, 0, 0, 0, 0];
  let last: Does = 'absent';
  let isAgain = false;
  for (let step = from; step < to; step++) {
    const cell = (step % mostSteps) * mostLanes + lane;
    const doing = does[history.doing[cell]!]!;
    if (doing === 'absent') continue;
    there++;
    last = doing;
    text = history.text[cell]!;
    wrote += history.wrote[cell]!;
    if (doing === 'reading' || doing === 'again') {
      reading++;
      read += history.rows[cell]!;
    } else if (doing === 'writing') writing++;
    else other++;
    isAgain ||= doing === 'again';
  }
  const steps = to - from;
  if (there === 0) return { does: 'absent', share: 0, piece: 0, wrote: 0, text: 0 };
  if (reading > 0) return { does: isAgain ? 'again' : 'reading', share: reading / steps, piece: read / reading, wrote, text };
  if (writing > 0) return { does: 'writing', share: writing / steps, piece: 0, wrote, text };
  return { does: last, share: other / steps, piece: 0, wrote, text };
}

/** Lanes of the batch, the newest step at the right. It is drawn when something came, never in a free loop. */
export class Picture {
  readonly root: HTMLElement;
  private readonly canvas = h('canvas', { class: 'batch-canvas', role: 'img', 'data-testid': 'batch-canvas' });
  private readonly context: CanvasRenderingContext2D;
  private zoom = 1;
  private asked = 0;
  private isHeld = false;
  private readonly changed = () => this.draw();
  private readonly sizes = new ResizeObserver(this.changed);

  constructor(
    private readonly history: History,
    private chosen: Zoom = null,
  ) {
    this.context = this.canvas.getContext('2d')!;
    this.root = h('div', { class: 'batch-picture' }, this.canvas);
    this.sizes.observe(this.root);
    document.addEventListener('themechange', this.changed);
  }

  /** It is shown no more. */
  end() {
    this.held = true;
    this.sizes.disconnect();
    document.removeEventListener('themechange', this.changed);
  }

  /** Steps of a cell as it is drawn now. */
  get cellSteps(): number {
    return this.zoom;
  }

  set steps(zoom: Zoom) {
    this.chosen = zoom;
    this.draw();
  }

  /** While it is held it stays as it is, whatever comes. */
  set held(held: boolean) {
    this.isHeld = held;
    if (held && this.asked !== 0) {
      cancelAnimationFrame(this.asked);
      this.asked = 0;
    }
    this.draw();
  }

  draw() {
    if (this.asked !== 0 || this.isHeld) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.paint();
    });
  }

  /** Lanes that are shown: all places of a small batch, of a large one those that were in use and some free ones. */
  private get shownLanes(): number {
    const most = Math.min(mostLanes, this.history.start?.maxBatch ?? 8);
    return Math.max(Math.min(most, Math.max(8, this.history.lanes)), this.history.lanes);
  }

  private paint() {
    const width = this.root.clientWidth;
    if (width === 0) return;
    const lanes = this.shownLanes;
    const [laneHeight, cell] = lanes <= 10 ? [30, 13] : lanes <= 18 ? [22, 11] : lanes <= 34 ? [15, 9] : [10, 7];
    const height = lanes * laneHeight + strip + axis + 14;
    const scale = Math.min(2, devicePixelRatio || 1);
    if (this.canvas.width !== Math.round(width * scale) || this.canvas.height !== Math.round(height * scale)) {
      this.canvas.width = Math.round(width * scale);
      this.canvas.height = Math.round(height * scale);
      this.canvas.style.height = `${height}px`;
    }
    this.zoom = this.chosen ?? zoomFor(this.history.pace, this.zoom);
    this.canvas.setAttribute('aria-label', describe(this.history));
    const context = this.context;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const colours = coloursOf(this.canvas);
    const gutter = width < 520 ? 62 : 104;
    const cells = Math.floor((width - gutter) / cell);
    const bins = Math.ceil(this.history.steps / this.zoom);
    const first = Math.max(0, bins - cells, Math.ceil((this.history.steps - mostSteps) / this.zoom));
    const x = (bin: number) => width - (bins - bin) * cell;
    this.paintLanes(colours, lanes, laneHeight, gutter, width);
    for (let lane = 0; lane < lanes; lane++) this.paintLane(colours, lane, laneHeight, cell, first, bins, x);
    this.paintRows(colours, lanes * laneHeight + 8, cell, first, bins, x, gutter, width);
    this.paintSeconds(colours, lanes * laneHeight + 8 + strip, first, bins, x, gutter);
  }

  private paintLanes(colours: Colours, lanes: number, height: number, gutter: number, width: number) {
    const { context } = this;
    const byLane = new Map<number, Reader>(this.history.readers.filter(r => r.lane !== null).map(r => [r.lane!, r]));
    const size = Math.max(9, Math.min(12, height - 3));
    context.textBaseline = 'middle';
    for (let lane = 0; lane < lanes; lane++) {
      const y = lane * height + height / 2;
      context.strokeStyle = colours.line;
      context.lineWidth = 1;
      context.setLineDash(byLane.has(lane) ? [] : [1, 5]);
      context.beginPath();
      context.moveTo(gutter, (lane + 1) * height - 0.5);
      context.lineTo(width, (lane + 1) * height - 0.5);
      context.stroke();
      context.setLineDash([]);
      const reader = byLane.get(lane);
      if (!reader) continue;
      const isMarked = this.history.start?.keys === true && reader.own;
      context.fillStyle = colours.text;
      context.font = `${isMarked ? 700 : 500} ${size}px ${colours.mono}`;
      context.textAlign = 'left';
      context.fillText(`${isMarked ? '●' : ''}${reader.text}`, 0, y);
      context.fillStyle = colours.soft;
      if (this.history.start?.keys) context.fillText(letterOf(reader.tenant), size * 3.1, y);
      if (gutter < 100) continue;
      context.textAlign = 'right';
      context.font = `500 ${size}px ${colours.mono}`;
      context.fillText(
        reader.phase === 'writing' && reader.rate !== null ? `${speed(reader.rate)}/s` : words[reader.phase],
        gutter - 10,
        y,
      );
    }
  }

  private paintLane(colours: Colours, lane: number, height: number, cell: number, first: number, bins: number, x: (bin: number) => number) {
    const { context, history, zoom } = this;
    const base = (lane + 1) * height - 2;
    const room = height - 5;
    const grain = Math.min(cell - 2, room) / 2;
    let before = 0;
    context.fillStyle = colours.sand;
    context.beginPath(); // all grains of the lane at once
    const later: [Bin, number][] = [];
    for (let bin = first; bin < bins; bin++) {
      const found = binOf(history, lane, bin * zoom, Math.min(history.steps, (bin + 1) * zoom));
      if (found.does === 'writing') {
        const radius = grain * Math.min(1.25, Math.sqrt(Math.max(0.2, found.wrote / zoom)));
        const [cx, cy] = [x(bin) + cell / 2, base - room / 2];
        context.moveTo(cx + radius, cy);
        context.arc(cx, cy, radius, 0, 2 * Math.PI);
      } else if (found.does !== 'absent') later.push([found, bin]);
      if (found.text !== 0 && found.text !== before && bin > first) later.push([{ ...found, does: 'absent' }, bin]);
      before = found.text;
    }
    context.fill();
    for (const [found, bin] of later) this.paintCell(colours, found, x(bin), base, room, cell);
  }

  private paintCell(colours: Colours, bin: Bin, left: number, base: number, room: number, cell: number) {
    const { context } = this;
    if (bin.does === 'absent') {
      context.fillStyle = colours.text; // another text begins
      context.fillRect(left - 1, base - room - 1, 1.5, room + 2);
      return;
    }
    if (bin.does === 'reading' || bin.does === 'again') {
      const tall = Math.max(4, room * Math.min(1, Math.sqrt(bin.piece / 128)));
      const colour = bin.does === 'again' ? colours.again : colours.glass;
      context.globalAlpha = 0.32;
      context.fillStyle = colour;
      context.fillRect(left + 0.5, base - tall, cell - 1, tall);
      context.globalAlpha = 1;
      context.strokeStyle = colour;
      context.lineWidth = 1;
      context.strokeRect(left + 1, base - tall + 0.5, cell - 2, tall - 1);
      if (bin.does === 'again') {
        context.beginPath();
        context.moveTo(left + 1, base);
        context.lineTo(left + cell - 1, base - tall);
        context.stroke();
      }
      return;
    }
    context.fillStyle = bin.does === 'preempted' ? colours.again : colours.soft;
    const y = base - room / 2;
    if (bin.does === 'resting') context.fillRect(left + 1, y - 1, cell - 2, 2);
    else {
      context.fillRect(left + cell / 2 - 1, y - 3, 2, 2); // two dots: it waits again
      context.fillRect(left + cell / 2 - 1, y + 2, 2, 2);
    }
  }

  /** The batch of each step: sand for rows that are written, glass for those that are read. */
  private paintRows(
    colours: Colours,
    top: number,
    cell: number,
    first: number,
    bins: number,
    x: (bin: number) => number,
    gutter: number,
    width: number,
  ) {
    const { context, history, zoom } = this;
    const bars: [number, number, number, boolean][] = [];
    let most = 8;
    for (let bin = first; bin < bins; bin++) {
      const [from, to] = [bin * zoom, Math.min(history.steps, (bin + 1) * zoom)];
      let [rows, read, lost] = [0, 0, 0];
      for (let step = from; step < to; step++) {
        rows += history.stepRows[step % mostSteps]!;
        read += history.stepRead[step % mostSteps]!;
        lost += history.stepLost[step % mostSteps]!;
      }
      const count = Math.max(1, to - from);
      bars.push([bin, rows / count, read / count, lost > 0]);
      most = Math.max(most, rows / count);
    }
    const room = strip - 8;
    for (const [bin, rows, read, isLost] of bars) {
      const written = ((rows - read) / most) * room;
      const tall = (read / most) * room;
      context.fillStyle = colours.sand;
      context.fillRect(x(bin) + 0.5, top + strip - written, cell - 1, written);
      context.globalAlpha = 0.45;
      context.fillStyle = colours.glass;
      context.fillRect(x(bin) + 0.5, top + strip - written - tall, cell - 1, tall);
      context.globalAlpha = 1;
      if (!isLost) continue;
      context.fillStyle = colours.again;
      context.fillRect(x(bin) - 0.5, top, 1, strip);
    }
    context.fillStyle = colours.soft;
    context.font = `500 11px ${colours.mono}`;
    context.textAlign = 'left';
    context.fillText(gutter < 100 ? 'rows' : 'rows a step', 0, top + strip - 7);
    context.textAlign = 'right';
    context.fillText(String(Math.round(most)), gutter - 10, top + 10);
    context.fillStyle = colours.line;
    context.fillRect(gutter, top + strip, width - gutter, 1);
  }

  private paintSeconds(colours: Colours, top: number, first: number, bins: number, x: (bin: number) => number, gutter: number) {
    const { context, history, zoom } = this;
    context.fillStyle = colours.soft;
    context.font = `500 11px ${colours.mono}`;
    context.textAlign = 'center';
    let [second, end] = [-1, gutter];
    for (let bin = first; bin < bins; bin++) {
      const now = Math.floor(history.stepAt[(bin * zoom) % mostSteps]! / 1000);
      if (now === second) continue;
      const isFirst = second < 0;
      second = now;
      if (isFirst || x(bin) - 22 < end) continue;
      context.fillRect(x(bin), top, 1, 4);
      context.fillText(`${now} s`, x(bin), top + 12);
      end = x(bin) + 22;
    }
  }
}

const words: Record<Reader['phase'], string> = {
  waiting: 'waits',
  reading: 'reads',
  writing: 'writes',
  resting: 'rests',
  preempted: 'gave way',
  over: '',
};

/** The picture in a sentence. */
export function describe(history: History): string {
  const readers = history.readers;
  const count = (...phases: Reader['phase'][]) => readers.filter(r => phases.includes(r.phase)).length;
  if (readers.length === 0) return 'Lanes of the batch over time. Nothing is under way.';
  return (
    `Lanes of the batch over time. Now ${count('writing')} texts are written, ${count('reading')} prompts are read, ` +
    `${count('resting', 'preempted')} rest, ${count('waiting') + (history.last?.more.waiting ?? 0)} wait. The table below says the same of each.`
  );
}

interface Colours {
  sand: string;
  glass: string;
  again: string;
  line: string;
  text: string;
  soft: string;
  mono: string;
}

function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    sand: of('--sand'),
    glass: of('--glass'),
    again: of('--again'),
    line: of('--line'),
    text: of('--text'),
    soft: of('--soft'),
    mono: of('--mono'),
  };
}
