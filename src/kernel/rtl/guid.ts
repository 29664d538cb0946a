// GUIDs as text: {xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}, the only form the run-time library knows.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { GUID } from '../layouts.gen.js';
import { produce, unicodeText } from './counted-string.js';
import { STATUS } from './status.js';

const FORM = /^\{([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\}$/i;
const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');

/** `{6B29FC40-...}` with upper-case digits of the GUID at an address. */
export function guidText(k: Kernel, at: Addr): string {
  const m = k.mem.checked;
  const tail = [...m.bytes(at + GUID.Data4, 8)].map((b) => hex(b, 2)).join('');
  return `{${hex(m.u32(at + GUID.Data1), 8)}-${hex(m.u16(at + GUID.Data2), 4)}-${hex(m.u16(at + GUID.Data3), 4)}-${tail.slice(0, 4)}-${tail.slice(4)}}`.toUpperCase();
}

export const routines: KernelRoutine[] = [
  {
    // always allocates; the caller frees with RtlFreeUnicodeString
    name: 'RtlStringFromGUID',
    step: (k, f) => k.return(produce(k, f.ptr(1), guidText(k, f.ptr(0)), true, true, 'required')),
  },
  {
    name: 'RtlGUIDFromString',
    step(k, f) {
      const parts = FORM.exec(unicodeText(k, f.ptr(0)));
      if (!parts) return k.return(STATUS.INVALID_PARAMETER);
      const m = k.mem.checked;
      const at = f.ptr(1);
      m.setU32(at + GUID.Data1, Number.parseInt(parts[1], 16));
      m.setU16(at + GUID.Data2, Number.parseInt(parts[2], 16));
      m.setU16(at + GUID.Data3, Number.parseInt(parts[3], 16));
      const tail = parts[4] + parts[5];
      for (let i = 0; i < 8; i++) m.setU8(at + GUID.Data4 + i, Number.parseInt(tail.slice(2 * i, 2 * i + 2), 16));
      return k.return(STATUS.SUCCESS);
    },
  },
];
