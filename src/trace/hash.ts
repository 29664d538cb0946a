// Incremental 64-bit hash as two 32-bit mixes: fast without BigInt, the same on every host. Not cryptographic: it finds differences, not attackers.

export class Hash64 {
  constructor(
    public a = 0x811c9dc5 | 0,
    public b = 0x9747b28c | 0,
  ) {}

  /** Mixes in one 32-bit word. */
  word(w: number): void {
    this.a = Math.imul(this.a ^ w, 0x01000193);
    this.a = (this.a << 13) | (this.a >>> 19);
    this.b = Math.imul((this.b ^ w) + 0x27d4eb2f, 0x85ebca6b);
    this.b ^= this.b >>> 15;
  }

  text(s: string): void {
    this.word(s.length);
    for (let i = 0; i < s.length; i++) this.word(s.charCodeAt(i));
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return (this.a >>> 0).toString(16).padStart(8, '0') + (this.b >>> 0).toString(16).padStart(8, '0');
  }
}
