// Growing arrays of numbers: the picture of a run is made of millions of them. All of one type, because the engine then keeps the hot paths over them fast.

export class NumberList {
  length = 0;
  data = new Float64Array(16);

  push(v: number): void {
    if (this.length === this.data.length) this.data = grown(this.data, this.length + 1);
    this.data[this.length++] = v;
  }
}

/** The same array with room for `length` numbers at least. */
export function grown<T extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(data: T, length: number): T {
  if (length <= data.length) return data;
  const bigger = new (data.constructor as new (n: number) => T)(Math.max(64, length, data.length * 2));
  bigger.set(data);
  return bigger;
}

/** Index of the last of `length` ascending numbers that is at most `x`, -1 when there is none. `from` is a guess at or before it. */
export function lastAtMost(data: ArrayLike<number>, length: number, x: number, from = 0): number {
  let lo = from;
  if (lo >= length || data[lo] > x) {
    lo = 0;
    if (length === 0 || data[0] > x) return -1;
  }
  let step = 1;
  let hi = lo + 1;
  while (hi < length && data[hi] <= x) {
    lo = hi;
    step *= 2;
    hi = lo + step;
  }
  hi = Math.min(hi, length);
  while (hi - lo > 1) {
    const mid = (lo + hi) >> 1;
    if (data[mid] <= x) lo = mid;
    else hi = mid;
  }
  return lo;
}
