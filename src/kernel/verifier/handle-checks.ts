// Driver Verifier's checks of the handles that a driver gives to ObReferenceObjectByHandle (reference: bugchecks 8, 0x3C and 0xF5-0xF7). With KernelMode no
// access is checked, so a handle that user mode could have chosen must not come that way.
import { instructionPointer } from '../../machine/exception-record.js';
import { hex } from '../ke/dispatcher.js';
import { KE_GLOBALS } from '../layouts.gen.js';
import type { CallCheck, CallChecks } from './call-check.js';

const KERNEL_MODE = 0;

/** (Handle, DesiredAccess, ObjectType, AccessMode, ...) */
const references: CallCheck = (k, f, name) => {
  const handle = f.ptr(0);
  const type = f.ptr(2);
  const mode = f.u8(3);
  if (handle === -1 || handle === -2) return undefined;
  // (U) with UserMode too; there it is the caller's handle, and a driver that answers with a status is right
  if (handle === 0 && mode === KERNEL_MODE) return k.violation(0xf5, 0, type, 0, `${name} with a NULL handle`);
  const system = k.currentProcess() === k.mem.ptr(k.globals.KE + KE_GLOBALS.InitialProcess);
  if (mode !== KERNEL_MODE) {
    if (!system || handle >= 0) return undefined;
    return k.violation(0xf7, handle, type, mode, `${name} of a kernel handle with UserMode in the System process`);
  }
  const valid = k.hooks.handleIsValid?.(k, handle) ?? true;
  if (!valid) return k.violation(0x3c, handle, type, 0, `${name} with KernelMode: ${hex(handle)} is no handle`);
  if (handle < 0 || system) return undefined;
  const by = instructionPointer(k.machine, k.machine.headers.prev(f.fp));
  const text = `${name} with KernelMode of the user-mode handle ${hex(handle)}: access is not checked, use the requestor's mode`;
  return k.violation(0xf6, handle, k.currentProcess(), by, text);
};

export const handleChecks: readonly CallChecks[] = [
  { option: 'miscellaneous', routines: 'ObReferenceObjectByHandle ObReferenceObjectByHandleWithTag', check: references },
];
