/** JSON in which whole numbers that are kept as texts, since they have 64 bits, stand as numbers. */
export function jsonOf(body: Record<string, unknown>): string {
  const seed = body.seed;
  if (typeof seed !== 'string' || !/^-?\d+$/.test(seed)) return JSON.stringify(body);
  const { seed: _, ...rest } = body;
  const text = JSON.stringify(rest);
  return `${text.slice(0, -1)}${text.length > 2 ? ',' : ''}"seed":${seed}}`;
}
