// Texts by number; the same text has the same number. The number depends on what came before, so hashes take the text's own hash.
import { Hash64 } from './hash.js';

export class TextTable {
  private readonly list: string[] = [];
  private readonly hashes: number[] = [];
  private readonly index = new Map<string, number>();

  intern(s: string): number {
    let i = this.index.get(s);
    if (i === undefined) {
      i = this.list.length;
      const h = new Hash64();
      h.text(s);
      this.list.push(s);
      this.hashes.push(h.a ^ Math.imul(h.b, 0x9e3779b1));
      this.index.set(s, i);
    }
    return i;
  }
  get(i: number): string {
    return this.list[i];
  }
  hash(i: number): number {
    return this.hashes[i];
  }
}
