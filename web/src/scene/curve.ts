/** A beam's way: a parabola from a token's glass to where it is looked from, higher and further out the longer it is. Seen from above, all of them are a fan. */
export interface Way {
  x: Float32Array;
  y: Float32Array;
  z: Float32Array;
}

export function way(fromX: number, fromY: number, toX: number, toY: number, pieces: number): Way {
  const far = Math.abs(toX - fromX);
  const rise = 0.3 + 0.5 * Math.sqrt(far);
  const out = 0.2 + 1.25 * Math.sqrt(far);
  const x = new Float32Array(pieces + 1);
  const y = new Float32Array(pieces + 1);
  const z = new Float32Array(pieces + 1);
  for (let i = 0; i <= pieces; i++) {
    const t = i / pieces;
    const bow = 4 * t * (1 - t);
    x[i] = fromX + (toX - fromX) * t;
    y[i] = fromY + (toY - fromY) * t + rise * bow;
    z[i] = -out * bow;
  }
  return { x, y, z };
}

/** How strong a beam looks: a weight of 0.01 must still be seen beside one of 0.5. */
export const strength = (weight: number): number => Math.min(1, Math.max(0, weight)) ** 0.55;
