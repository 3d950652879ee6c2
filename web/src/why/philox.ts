// Philox4x32-10 as the engine has it: key = seed (64 bits), counter = (position, 64; stage, 32; index, 32). Stage 0 is the final draw.

const multiplierA = 0xd2511f53n;
const multiplierB = 0xcd9e8d57n;
const weylA = 0x9e3779b9n;
const weylB = 0xbb67ae85n;
const word = 0xffffffffn;

/** The 64 random bits with which the token at a position is drawn. */
export function drawBits(seed: bigint, position: number, stage = 0, index = 0): bigint {
  const place = BigInt(position);
  let [x0, x1, x2, x3] = [place & word, place >> 32n, BigInt(stage), BigInt(index)];
  let [k0, k1] = [seed & word, (seed >> 32n) & word];
  for (let round = 0; round < 10; round++) {
    const a = multiplierA * x0;
    const b = multiplierB * x2;
    [x0, x1, x2, x3] = [(b >> 32n) ^ x1 ^ k0, b & word, (a >> 32n) ^ x3 ^ k1, a & word];
    k0 = (k0 + weylA) & word;
    k1 = (k1 + weylB) & word;
  }
  return (x1 << 32n) | x0;
}

/** Where the bits fall among so many units: the high half of their product, below the total without a division. */
export function pointOf(bits: bigint, total: number): number {
  return Number((bits * BigInt(total)) >> 64n);
}
