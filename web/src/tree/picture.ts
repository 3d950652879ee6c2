import { joined, labelOf, tokenOf } from '../trace/decode';
import type { TokenStep, TraceCandidate } from '../trace/types';
import { type Branch, ownSteps } from './branch';
import { captionOf, oneLine, percent } from './glass';
import { type Row, rowsOf } from './layout';

/** What the tree shows beside its texts: which branches are folded, and what else could stand where the cursor is. */
export interface Shown {
  folded: ReadonlySet<number>;
  open: { branch: number; position: number; alternatives: readonly TraceCandidate[] } | null;
}

export type Look = 'prompt' | 'token' | 'forced' | 'alternative' | 'caption' | 'more' | 'about';

/** A box with a text in it, in units of the drawing; `sand` is how much of it is filled. */
export interface Box {
  /** As on the page. */
  id: string | null;
  look: Look;
  x: number;
  y: number;
  width: number;
  text: string;
  sand: number;
  /** For those who point at it or listen. */
  title: string;
  isChosen: boolean;
}

/** The bar beside a branch. */
export interface Bar {
  x: number;
  from: number;
  to: number;
}

export interface Picture {
  width: number;
  height: number;
  boxes: Box[];
  bars: Bar[];
}

/** Heights of lines, in units of the drawing. */
export const sizes = { line: 36, caption: 20, alternative: 44, text: 19, small: 12, margin: 24, indent: 24 };
const widest = 920;
const deepest = 6;

/** The tree as a drawing of its own: the same rows as on the page, lines as long as the drawing is wide. */
export function pictureOf(branches: readonly Branch[], shown: Shown, measure: (text: string, size: number) => number): Picture {
  const sheet = new Sheet(measure);
  const first = branches[0];
  if (!first) return sheet.picture();
  const { start } = first.recording;
  const rows = rowsOf(branches, shown.folded);
  const prompt = joined(start.prompt);
  if (rows.length === 0) rows.push({ branch: first.id, depth: 0, from: 0, to: 0, starts: true, folded: 0 });
  rows.forEach((row, i) => {
    const branch = branches.find(b => b.id === row.branch)!;
    sheet.row(row, branch, i === 0 ? prompt : null, shown);
  });
  const { model, run } = start;
  sheet.about(`${model.name} ${model.hash.slice(0, 8)} · seed ${run.seed}`);
  return sheet.picture();
}

/** Boxes set one after the other, from left to right and from line to line. */
class Sheet {
  private readonly boxes: Box[] = [];
  private readonly bars: Bar[] = [];
  private left = sizes.margin;
  private x = sizes.margin;
  private y = sizes.margin;

  constructor(private readonly measure: (text: string, size: number) => number) {}

  row(row: Row, branch: Branch, prompt: string | null, shown: Shown) {
    this.left = sizes.margin + Math.min(row.depth, deepest) * sizes.indent;
    this.x = this.left;
    const top = this.y;
    if (row.starts && branch.parent !== null) {
      this.put({ look: 'caption', text: captionOf(branch) });
      this.next(sizes.caption);
    }
    if (prompt !== null) this.words(prompt);
    const { open } = shown;
    let isOpen = false;
    for (const step of ownSteps(branch)) {
      if (step.position < row.from || step.position >= row.to) continue;
      if (isOpen && !this.fits(labelled(step))) {
        this.alternatives(open!.alternatives, step.position - 1, branch);
        isOpen = false;
      }
      this.token(branch, step, open?.branch === branch.id && open.position === step.position);
      isOpen ||= open?.branch === branch.id && open.position === step.position;
    }
    if (row.folded > 0) this.put({ look: 'more', text: ` … ${row.folded} more` });
    if (isOpen) this.alternatives(open!.alternatives, open!.position, branch);
    else this.next(sizes.line);
    if (row.depth > 0) this.bars.push({ x: this.left - sizes.indent / 2, from: top + 4, to: this.y - 6 });
  }

  about(text: string) {
    this.left = this.x = sizes.margin;
    this.y += sizes.caption / 2;
    this.put({ look: 'about', text });
    this.next(sizes.caption);
  }

  picture(): Picture {
    const right = Math.max(0, ...this.boxes.map(box => box.x + box.width));
    return { width: Math.ceil(right + sizes.margin), height: Math.ceil(this.y + sizes.margin), boxes: this.boxes, bars: this.bars };
  }

  /** The prompt, broken into lines where it has blanks; it is one node, whose first piece has its name. */
  private words(text: string) {
    const pieces = text
      .split('\n')
      .flatMap((line, i, all) => [...(line.match(/\s*\S+\s*$|\s*\S+|\s+/g) ?? []), ...(i < all.length - 1 ? ['\n'] : [])]);
    for (const [i, piece] of pieces.entries()) {
      if (piece === '\n' || !this.fits(piece)) this.next(sizes.line);
      if (piece !== '\n') this.put({ look: 'prompt', text: piece, id: i === 0 ? 'tree-prompt' : null });
    }
  }

  private token(branch: Branch, step: TokenStep, isChosen: boolean) {
    const text = labelled(step);
    if (!this.fits(text)) this.next(sizes.line);
    const probability = Math.exp(step.logprob);
    this.put({
      look: branch.recording.forced?.includes(step.position) ? 'forced' : 'token',
      text,
      id: `node-${branch.id}-${step.position}`,
      sand: probability,
      title: `${oneLine(tokenOf(step))}: ${percent(probability)}, rank ${step.why.rank}`,
      isChosen,
    });
  }

  private alternatives(candidates: readonly TraceCandidate[], position: number, branch: Branch) {
    this.next(sizes.line);
    candidates.forEach((candidate, i) => {
      const out = candidate.removedBy ? `, out: ${candidate.removedBy}` : '';
      const text = `${oneLine(candidate)} ${percent(candidate.probability)}${out}`;
      if (!this.fits(text)) this.next(sizes.alternative);
      const title = `${text}, in place of token ${position - branch.recording.start.prompt.length + 1}`;
      this.put({ look: 'alternative', text, id: `alternative-${i}`, sand: candidate.probability, title });
    });
    this.next(sizes.alternative);
  }

  private fits(text: string): boolean {
    return this.x === this.left || this.x + this.measure(text, sizes.text) <= sizes.margin + widest;
  }

  private put(box: Partial<Box> & { look: Look; text: string }) {
    const isSmall = box.look !== 'token' && box.look !== 'forced' && box.look !== 'prompt';
    const inner = this.measure(box.text, isSmall ? sizes.small : sizes.text);
    const width = box.look === 'alternative' ? inner + 38 : inner;
    this.boxes.push({ id: null, sand: 0, title: '', isChosen: false, ...box, x: this.x, y: this.y, width });
    this.x += width + (box.look === 'alternative' ? 8 : box.look === 'prompt' ? 0 : 1);
  }

  private next(height: number) {
    this.x = this.left;
    this.y += height;
  }
}

function labelled(step: TokenStep): string {
  return labelOf(tokenOf(step)).replaceAll('\n', '⏎').replaceAll('\t', '⇥');
}
