// Seeded pseudo-random numbers (xorshift32, Marsaglia 2003). State is one 32-bit word so that it is plain data in a checkpoint.

/** Next state; never 0. Use the state itself as the number. */
export function xorshift32(state: number): number {
  let x = state | 0 || 0x9e3779b9 | 0;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return x >>> 0;
}

/** Spreads small seeds (0, 1, 2 ...) over the state space (splitmix32 finaliser). */
export function seedState(seed: number): number {
  let z = (seed + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0 || 1;
}
