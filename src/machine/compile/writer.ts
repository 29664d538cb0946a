// Growing byte buffer with the WebAssembly encodings. One buffer per module part; no arrays of numbers, which cost 10 times as much to
// emit.

export class Writer {
  bytes: Uint8Array;
  length = 0;

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
  }

  private grow(need: number): void {
    let size = this.bytes.length * 2;
    while (size < need) size *= 2;
    const next = new Uint8Array(size);
    next.set(this.bytes.subarray(0, this.length));
    this.bytes = next;
  }

  byte(b: number): void {
    if (this.length === this.bytes.length) this.grow(this.length + 1);
    this.bytes[this.length++] = b;
  }

  /** Opcode; those above 0xff carry the 0xfc prefix. */
  op(code: number): void {
    if (code > 0xff) {
      this.byte(code >> 8);
      this.unsigned(code & 0xff);
    } else this.byte(code);
  }

  /** Unsigned LEB128, up to 32 bits. */
  unsigned(value: number): void {
    let v = value >>> 0;
    while (v > 127) {
      this.byte((v & 127) | 128);
      v >>>= 7;
    }
    this.byte(v);
  }

  /** Signed LEB128 of a 32-bit integer. */
  signed(value: number): void {
    let v = value | 0;
    for (;;) {
      const b = v & 127;
      v >>= 7;
      if ((v === 0 && !(b & 64)) || (v === -1 && b & 64)) {
        this.byte(b);
        return;
      }
      this.byte(b | 128);
    }
  }

  /** Signed LEB128 of an integer that is exact in a double: addresses and their like, without the cost of a BigInt. */
  signedExact(value: number): void {
    let v = value;
    for (;;) {
      const rest = Math.floor(v / 128);
      const b = v - rest * 128;
      v = rest;
      if ((v === 0 && !(b & 64)) || (v === -1 && b & 64)) {
        this.byte(b);
        return;
      }
      this.byte(b | 128);
    }
  }

  /** Signed LEB128 of a 64-bit integer. */
  signed64(value: bigint): void {
    if (value >= -0x80000000n && value <= 0x7fffffffn) {
      this.signed(Number(value));
      return;
    }
    let v = BigInt.asIntN(64, value);
    for (;;) {
      const b = Number(v & 127n);
      v >>= 7n;
      if ((v === 0n && !(b & 64)) || (v === -1n && b & 64)) {
        this.byte(b);
        return;
      }
      this.byte(b | 128);
    }
  }

  float32(value: number): void {
    const b = new Uint8Array(4);
    new DataView(b.buffer).setFloat32(0, value, true);
    this.append(b);
  }

  float64(value: number): void {
    const b = new Uint8Array(8);
    new DataView(b.buffer).setFloat64(0, value, true);
    this.append(b);
  }

  append(data: Uint8Array): void {
    if (this.length + data.length > this.bytes.length) this.grow(this.length + data.length);
    this.bytes.set(data, this.length);
    this.length += data.length;
  }

  /** Length-prefixed name (ASCII). */
  name(text: string): void {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
  }

  /** Length-prefixed contents of another writer. */
  sized(part: Writer): void {
    this.unsigned(part.length);
    this.append(part.view());
  }

  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}
