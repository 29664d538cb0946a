// A growing typed array: what a trace of millions of events is made of.

type Numbers = Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array;

export class Column<T extends Numbers> {
  length = 0;
  constructor(private data: T) {}

  push(v: number): void {
    if (this.length === this.data.length) {
      const bigger = new (this.data.constructor as new (n: number) => T)(Math.max(64, this.data.length * 2));
      bigger.set(this.data);
      this.data = bigger;
    }
    this.data[this.length++] = v;
  }
  get(i: number): number {
    return this.data[i];
  }
  truncate(length: number): void {
    this.length = Math.min(this.length, length);
  }
}

/** Texts by number; the same text has the same number. */
export class TextTable {
  private readonly list: string[] = [];
  private readonly index = new Map<string, number>();
  intern(s: string): number {
    let i = this.index.get(s);
    if (i === undefined) {
      i = this.list.length;
      this.list.push(s);
      this.index.set(s, i);
    }
    return i;
  }
  get(i: number): string {
    return this.list[i];
  }
}
