// Unicode normalization over the host's tables. Unicode guarantees that the normal form of an assigned character never changes, so the answers do not depend
// on the host; only characters that a newer Unicode added after its tables were made could differ.
import type { Kernel, KernelRoutine } from '../kernel.js';
import { STATUS } from './status.js';
import { lengthOf, WIDE } from './text-unit.js';

const FORMS: Record<number, 'NFC' | 'NFD' | 'NFKC' | 'NFKD'> = { 1: 'NFC', 2: 'NFD', 5: 'NFKC', 6: 'NFKD' };
const NO_UNICODE_TRANSLATION = 0xc0000717 | 0;

/** Normal form of the text at an address (length -1: terminated, and so is the result), or a status. */
function normal(k: Kernel, form: number, at: number, length: number): { source: string; text: string } | number {
  if (!FORMS[form]) return STATUS.OBJECT_NAME_NOT_FOUND;
  if (at === 0 || length < -1) return STATUS.INVALID_PARAMETER;
  const n = length === -1 ? lengthOf(k, WIDE, at) + 1 : length;
  const source = n === 0 ? '' : k.mem.checked.readUtf16(at, 2 * n);
  k.machine.charge(n >> 2);
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(source)) return NO_UNICODE_TRANSLATION;
  return { source, text: source.normalize(FORMS[form]) };
}

export const routines: KernelRoutine[] = [
  {
    // (NormForm, SourceString, SourceStringLength, DestinationString, DestinationStringLength): a length of 0 asks how much is needed
    name: 'RtlNormalizeString',
    step(k, f) {
      const r = normal(k, f.u32(0), f.ptr(1), f.i32(2));
      if (typeof r === 'number') return k.return(r);
      const room = k.mem.checked.i32(f.ptr(4));
      if (room < 0) return k.return(STATUS.INVALID_PARAMETER);
      k.mem.checked.setU32(f.ptr(4), r.text.length);
      if (room === 0) return k.return(STATUS.SUCCESS);
      if (room < r.text.length) return k.return(STATUS.BUFFER_TOO_SMALL);
      if (r.text !== '') k.mem.checked.writeUtf16(f.ptr(3), r.text);
      return k.return(STATUS.SUCCESS);
    },
  },
  {
    // (NormForm, SourceString, SourceStringLength, Normalized)
    name: 'RtlIsNormalizedString',
    step(k, f) {
      const r = normal(k, f.u32(0), f.ptr(1), f.i32(2));
      if (typeof r === 'number') return k.return(r);
      k.mem.checked.setU8(f.ptr(3), r.source === r.text ? 1 : 0);
      return k.return(STATUS.SUCCESS);
    },
  },
];
