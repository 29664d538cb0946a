// Counted strings in memory: what every routine over UNICODE_STRING, ANSI_STRING and UTF8_STRING shares. Lengths are bytes; nothing here looks for
// a terminator inside a counted string. All three have one layout, so the offsets of UNICODE_STRING serve them all.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { UNICODE_STRING as US } from '../layouts.gen.js';
import { STATUS } from './status.js';

export interface Counted {
  /** Bytes. */
  readonly length: number;
  readonly maximum: number;
  readonly buffer: Addr;
}

const TAG = 'RtlS';

export const counted = (k: Kernel, at: Addr): Counted => ({
  length: k.mem.checked.u16(at + US.Length),
  maximum: k.mem.checked.u16(at + US.MaximumLength),
  buffer: k.mem.checked.ptr(at + US.Buffer),
});

export function setCounted(k: Kernel, at: Addr, length: number, maximum: number, buffer: Addr): void {
  k.mem.checked.setU16(at + US.Length, length);
  k.mem.checked.setU16(at + US.MaximumLength, maximum);
  k.mem.checked.setPtr(at + US.Buffer, buffer);
}

/** Text of a UNICODE_STRING passed by a driver. An odd last byte is ignored. */
export function unicodeText(k: Kernel, at: Addr): string {
  const s = counted(k, at);
  return s.length < 2 ? '' : k.mem.checked.readUtf16(s.buffer, s.length & ~1);
}

/** Text of an ANSI_STRING (or any 8-bit string), one character a byte. */
export function ansiText(k: Kernel, at: Addr): string {
  const s = counted(k, at);
  return s.length === 0 ? '' : k.mem.checked.readAnsi(s.buffer, s.length);
}

/**
 * What a conversion does with the terminator: `none` produces exactly the characters (RtlUpcaseUnicodeString), `fits` writes it where there is
 * room, `required` fails when it does not fit (RtlAnsiStringToUnicodeString).
 */
export type Terminator = 'none' | 'fits' | 'required';

/**
 * Writes `text` (8-bit characters unless `wide`) to the counted string at `destination`, in a new paged block when `allocate`.
 * Returns the status: NO_MEMORY, INVALID_PARAMETER (longer than a counted string can be), BUFFER_OVERFLOW (does not fit; nothing is written).
 */
export function produce(k: Kernel, destination: Addr, text: string, wide: boolean, allocate: boolean, terminator: Terminator): number {
  const unit = wide ? 2 : 1;
  const bytes = text.length * unit;
  const end = terminator === 'none' ? 0 : unit;
  if (bytes + end > 0xffff) return STATUS.INVALID_PARAMETER;
  let { buffer, maximum } = counted(k, destination);
  if (allocate) {
    buffer = k.pool.allocate('paged', Math.max(1, bytes + end), TAG);
    if (buffer === 0) return STATUS.NO_MEMORY;
    maximum = bytes + end;
  } else if (terminator === 'required' ? bytes >= maximum : bytes > maximum) return STATUS.BUFFER_OVERFLOW;
  const terminate = end > 0 && bytes + unit <= maximum;
  if (wide) k.mem.checked.writeUtf16(buffer, text, terminate);
  else k.mem.checked.writeAnsi(buffer, text, terminate);
  setCounted(k, destination, bytes, maximum, buffer);
  return STATUS.SUCCESS;
}
