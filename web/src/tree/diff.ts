/** Tokens of two texts, side by side: equal ones stand together, what only one has stands alone. */
export interface Aligned {
  a: number | null;
  b: number | null;
}

const mostCells = 4_000_000;

/** Aligns two lists of ids by their longest common subsequence; texts that are too long for that, token by token. */
export function align(a: readonly number[], b: readonly number[]): Aligned[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  const made: Aligned[] = Array.from({ length: start }, (_, i) => ({ a: i, b: i }));
  const rows = a.length - start;
  const columns = b.length - start;
  if (rows * columns > mostCells) {
    for (let i = start; i < Math.max(a.length, b.length); i++) {
      if (i < a.length && a[i] === b[i]) made.push({ a: i, b: i });
      else {
        if (i < a.length) made.push({ a: i, b: null });
        if (i < b.length) made.push({ a: null, b: i });
      }
    }
    return made;
  }
  // [row, column]: the length of the longest common subsequence of what is left behind them
  const left = new Uint16Array((rows + 1) * (columns + 1));
  const at = (i: number, j: number) => i * (columns + 1) + j;
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      left[at(i, j)] = a[start + i] === b[start + j] ? left[at(i + 1, j + 1)]! + 1 : Math.max(left[at(i + 1, j)]!, left[at(i, j + 1)]!);
    }
  }
  let i = 0;
  let j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && a[start + i] === b[start + j]) made.push({ a: start + i++, b: start + j++ });
    else if (j >= columns || (i < rows && left[at(i + 1, j)]! >= left[at(i, j + 1)]!)) made.push({ a: start + i++, b: null });
    else made.push({ a: null, b: start + j++ });
  }
  return made;
}
