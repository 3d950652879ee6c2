export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Size {
  width: number;
  height: number;
}

const gap = 26;

/** Where a panel stands: beside what it talks of, never on it, and on as little as can be of what else should be seen. */
export function beside(size: Size, target: Box, keep: readonly Box[], within: Box): { left: number; top: number } {
  const middleX = (target.left + target.right - size.width) / 2;
  const middleY = (target.top + target.bottom - size.height) / 2;
  const right = within.right - size.width;
  const bottom = within.bottom - size.height;
  const lefts = [target.right + gap, target.left - gap - size.width, middleX, right, within.left];
  const tops = [middleY, target.bottom + gap, target.top - gap - size.height, target.top, target.bottom - size.height, bottom, within.top];
  const candidates = lefts.flatMap(left =>
    tops.map(top => ({ left: Math.max(within.left, Math.min(right, left)), top: Math.max(within.top, Math.min(bottom, top)) })),
  );
  let best = candidates[0]!;
  let least = Number.POSITIVE_INFINITY;
  for (const at of candidates) {
    const box = { ...at, right: at.left + size.width, bottom: at.top + size.height };
    const hidden = keep.reduce((sum, other) => sum + shared(box, other), 0);
    const cost = 100 * shared(box, target) + 10 * hidden + distance(box, target) / 700;
    if (cost < least - 1e-9) [best, least] = [at, cost];
  }
  return { left: Math.round(best.left), top: Math.round(best.top) };
}

/** How much of the other box this one covers, from 0 to 1. */
export function shared(box: Box, other: Box): number {
  const width = Math.min(box.right, other.right) - Math.max(box.left, other.left);
  const height = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / Math.max(1, (other.right - other.left) * (other.bottom - other.top));
}

export function distance(a: Box, b: Box): number {
  const x = Math.max(0, b.left - a.right, a.left - b.right);
  const y = Math.max(0, b.top - a.bottom, a.top - b.bottom);
  return Math.hypot(x, y);
}

export interface Thread {
  x: number;
  y: number;
  length: number;
  /** Radians, clockwise from the right. */
  angle: number;
}

/** The shortest line from a panel to what it talks of; null where they touch. */
export function threadFrom(panel: Box, target: Box): Thread | null {
  const [fromX, toX] = nearest(panel.left, panel.right, target.left, target.right);
  const [fromY, toY] = nearest(panel.top, panel.bottom, target.top, target.bottom);
  const length = Math.hypot(toX - fromX, toY - fromY);
  return length < 4 ? null : { x: fromX, y: fromY, length, angle: Math.atan2(toY - fromY, toX - fromX) };
}

/** Of two spans the points that are nearest to each other; where they overlap, the middle of what they share. */
function nearest(from: number, to: number, otherFrom: number, otherTo: number): [number, number] {
  if (otherFrom > to) return [to, otherFrom];
  if (otherTo < from) return [from, otherTo];
  const middle = (Math.max(from, otherFrom) + Math.min(to, otherTo)) / 2;
  return [middle, middle];
}

/** How far to scroll so that a target is seen in what is left of a window, with as much as can be of what belongs to it. */
export function scrollBy(target: Box, keep: readonly Box[], view: { top: number; bottom: number }): number {
  const top = Math.min(target.top, ...keep.map(box => box.top));
  const bottom = Math.max(target.bottom, ...keep.map(box => box.bottom));
  const room = view.bottom - view.top;
  if (bottom - top <= room) return top >= view.top && bottom <= view.bottom ? 0 : (top + bottom) / 2 - (view.top + view.bottom) / 2;
  const above = (target.top + target.bottom) / 2 < (top + bottom) / 2;
  const by = above ? top - view.top : bottom - view.bottom;
  if (target.top - by < view.top || target.bottom - by > view.bottom) return target.top - view.top;
  return by;
}
