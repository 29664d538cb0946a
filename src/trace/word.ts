// Numbers of the trace as words of 32 bits, as far as one is enough: a number of 31 bits is itself, a kernel address its offset with bit 31, -1 all ones. All of them
// are small integers for the host, which it hands on without boxing.
import { KERNEL_BASE } from '../machine/abi.js';

/** No word: the number needs more. */
export const NONE = -0x80000000;
const ADDRESS = -0x80000000;
export const LARGEST = 0x7fffffff;

/** The number as one word, or NONE. */
export function encode(v: number): number {
  if (v >= 0) return v <= LARGEST && v === (v | 0) ? v | 0 : NONE;
  if (v === -1) return -1;
  const offset = v - KERNEL_BASE;
  return offset > 0 && offset < LARGEST && offset === (offset | 0) ? offset | ADDRESS : NONE;
}
export const decode = (word: number): number => (word >= -1 ? word : KERNEL_BASE + (word & LARGEST));
/** Word of a kernel address by its offset; 0 for none. */
export const addressWord = (offset: number): number => (offset === 0 ? 0 : offset | ADDRESS);
