// System services of the executive that need nothing else: locally unique IDs, text on the boot screen, the language of the installation, the instruction cache.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { MM_GLOBALS } from '../layouts.gen.js';
import { referenceFor } from '../ob/reference.js';
import { makeServices, probeUser } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { captureUnicode } from '../ob/strings.js';
import { ObType } from '../ob/types.js';

/** The IDs of well-known logon sessions lie below. */
const FIRST_LUID = 1001;
const US_ENGLISH = 0x409;
const PROCESS_VM_WRITE = 0x20;
const DEFAULT_COMPONENT = 101;

function nextLuid(k: Kernel): number {
  const at: Addr = k.globals.MM + MM_GLOBALS.LocallyUniqueIds;
  k.mem.setU32(at, k.mem.u32(at) + 1);
  return FIRST_LUID + k.mem.u32(at) - 1;
}

export const routines: KernelRoutine[] = makeServices([
  {
    // (PLUID)
    name: 'AllocateLocallyUniqueId',
    args: 1,
    step(k, f) {
      probeUser(k, f.ptr(0), 8, true, 4);
      k.mem.checked.setPtr(f.ptr(0), nextLuid(k));
      return k.return(NT.SUCCESS);
    },
  },
  {
    // (PUNICODE_STRING): there is no boot screen; the text goes where other output goes
    name: 'DisplayString',
    args: 1,
    step(k, f) {
      probeUser(k, f.ptr(0), 16);
      k.event('ke.output', { component: DEFAULT_COMPONENT, level: 0, text: captureUnicode(k, f.ptr(0)) });
      return k.return(NT.SUCCESS);
    },
  },
  ...['QueryInstallUILanguage', 'QueryDefaultUILanguage'].map((name) => ({
    name,
    args: 1,
    step: ((k, f) => {
      probeUser(k, f.ptr(0), 2, true);
      k.mem.checked.setU16(f.ptr(0), US_ENGLISH);
      return k.return(NT.SUCCESS);
    }) as KernelRoutine['step'],
  })),
  {
    // (ProcessHandle, BaseAddress, Length): code is not read from memory here, so there is nothing to flush
    name: 'FlushInstructionCache',
    args: 3,
    locals: 1,
    step(k, f) {
      if (f.pc === 1) return k.return(NT.SUCCESS);
      const r = referenceFor(k, f.ptr(0), PROCESS_VM_WRITE, ObType.Process);
      return ntSuccess(r.status) ? k.call(f, 1, 'ObfDereferenceObject', [r.body]) : k.return(r.status);
    },
  },
]);
