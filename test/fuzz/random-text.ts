// What the generators of programs have in common: seeded choices, the same on every machine.
import { xorshift32 } from '../../src/base/prng.js';

/** State for a small seed (1, 2, 3 ...). */
export const spread = (seed: number): number => xorshift32((seed * 2654435761) | 1) || 1;

export abstract class RandomText {
  /** `dropped`: low bits of the state that no choice uses. */
  constructor(
    private state: number,
    private readonly dropped = 5,
  ) {}

  /** A whole number below `n`. */
  protected below(n: number): number {
    this.state = xorshift32(this.state);
    return (this.state >>> this.dropped) % n;
  }
  protected one<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }
}
