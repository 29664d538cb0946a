// What the machine says about itself beside its version: edition, console session, folders, modes. It is a plain Windows Pro of one user: not multi-session,
// no state separation, nothing sandboxed.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { MM_GLOBALS } from '../layouts.gen.js';
import { STATUS } from './status.js';
import { lengthOf, WIDE } from './text-unit.js';

const PRODUCT_PROFESSIONAL = 0x30;
const CONSOLE_SESSION = 1;
const SYSTEM_ROOT = 'C:\\WINDOWS';

const constant = (name: string, value: number): KernelRoutine => ({ name, cost: 3, step: (k) => k.return(value) });

/** The text lies among the kernel's variables: written when somebody asks first. */
function systemRoot(k: Kernel): Addr {
  const at = k.globals.MM + MM_GLOBALS.NtSystemRoot;
  if (k.mem.u16(at) === 0) k.mem.writeUtf16(at, SYSTEM_ROOT, true);
  return at;
}

/** (SourceID, CustomValue, DefaultPath, Type, TargetPath, BufferLengthIn, BufferLengthOut): without state separation that is the default path. */
function persistedState(k: Kernel, fallback: Addr, target: Addr, room: number, needed: Addr): number {
  if (fallback === 0) return STATUS.NOT_FOUND;
  const bytes = 2 * (lengthOf(k, WIDE, fallback, 0x8000) + 1);
  if (needed !== 0) k.mem.checked.setU32(needed, bytes);
  if (target === 0 || room < bytes) return STATUS.BUFFER_OVERFLOW;
  k.mem.checked.setBytes(target, k.mem.checked.bytes(fallback, bytes).slice());
  return STATUS.SUCCESS;
}

export const routines: KernelRoutine[] = [
  {
    // (OS major, minor, service pack major, minor, ReturnedProductType)
    name: 'RtlGetProductInfo',
    step(k, f) {
      if (f.ptr(4) === 0) return k.return(0);
      const known = f.u32(0) >= 6;
      k.mem.checked.setU32(f.ptr(4), known ? PRODUCT_PROFESSIONAL : 0);
      return k.return(known ? 1 : 0);
    },
  },
  constant('RtlGetActiveConsoleId', CONSOLE_SESSION),
  // nobody has a window: no process is in the foreground
  constant('RtlGetConsoleSessionForegroundProcessId', 0),
  constant('RtlIsMultiSessionSku', 0),
  constant('RtlIsMultiUsersInSessionSku', 0),
  constant('RtlIsStateSeparationEnabled', 0),
  // no component has a run level for validation
  constant('RtlQueryValidationRunlevel', 0),
  { name: 'RtlGetEnabledExtendedFeatures', cost: 3, step: (k, f) => k.returnBig(f.u64(0) & 3n) }, // x87 and SSE, what every x64 has
  { name: 'RtlGetNtSystemRoot', cost: 3, step: (k) => k.return(systemRoot(k)) },
  { name: 'RtlGetPersistedStateLocation', step: (k, f) => k.return(persistedState(k, f.ptr(2), f.ptr(4), f.u32(5), f.ptr(6))) },
];
