// Driver Verifier's security checks of Zw routines: they run with the kernel's rights and believe their pointers, so these must be the kernel's own
// (reference: bugchecks 8, 0xE3, 0xE4, 0xE6; verification-rules 1.1). Looked at are the arguments that every such routine has in the same form.
import type { Addr, Status } from '../../machine/abi.js';
import { instructionPointer } from '../../machine/exception-record.js';
import { registrationOf } from '../etw/provider.js';
import { PASSIVE_LEVEL } from '../ke/constants.js';
import { hex } from '../ke/dispatcher.js';
import type { Frame, Kernel } from '../kernel.js';
import { KTHREAD, OBJECT_ATTRIBUTES, UNICODE_STRING } from '../layouts.gen.js';
import type { CallCheck, CallChecks } from './call-check.js';

const callerOf = (k: Kernel, f: Frame): Addr => instructionPointer(k.machine, k.machine.headers.prev(f.fp));
/** NULL is an argument that was left out. */
const isUser = (a: Addr): boolean => a > 0;

function userPointer(k: Kernel, f: Frame, name: string, address: Addr): Status | undefined {
  if (!isUser(address)) return undefined;
  const text = `${name} with the user-mode address ${hex(address)}: previous mode is KernelMode, nothing is probed`;
  return k.violation(0xe3, callerOf(k, f), address, 0, text);
}

/** A counted string that the routine will read. */
function string(k: Kernel, f: Frame, name: string, s: Addr): Status | undefined {
  if (s === 0) return undefined;
  const user = userPointer(k, f, name, s);
  if (user !== undefined) return user;
  const length = k.mem.checked.u16(s + UNICODE_STRING.Length);
  const maximum = k.mem.checked.u16(s + UNICODE_STRING.MaximumLength);
  const buffer = k.mem.checked.ptr(s + UNICODE_STRING.Buffer);
  if (isUser(buffer)) return userPointer(k, f, name, buffer);
  const wrong =
    length > maximum
      ? `Length ${length} is more than MaximumLength ${maximum}`
      : length % 2 !== 0
        ? `Length ${length} is odd`
        : length > 0 && buffer === 0
          ? 'Buffer is NULL'
          : '';
  if (wrong === '') return undefined;
  return k.violation(0xe4, callerOf(k, f), s, 0, `${name} with a malformed UNICODE_STRING at ${hex(s)}: ${wrong}`);
}

const stringAt =
  (argument: number): CallCheck =>
  (k, f, name) =>
    string(k, f, name, f.ptr(argument));

/** (*Handle, DesiredAccess, ObjectAttributes, ...) */
const opens: CallCheck = (k, f, name) => {
  const attributes = f.ptr(2);
  const user = userPointer(k, f, name, f.ptr(0)) ?? userPointer(k, f, name, attributes);
  if (user !== undefined || attributes === 0) return user;
  return string(k, f, name, k.mem.checked.ptr(attributes + OBJECT_ATTRIBUTES.ObjectName));
};

/** Special kernel APCs finish I/O: without them the routine would wait for ever. */
const apcs: CallCheck = (k, f, name) => {
  const special = k.mem.i16(k.currentThread() + KTHREAD.SpecialApcDisable);
  if (k.irql === PASSIVE_LEVEL && special === 0) return undefined;
  const where = k.irql === PASSIVE_LEVEL ? 'in a guarded region' : `at IRQL ${k.irql}`;
  return k.violation(0xe6, callerOf(k, f), k.irql, special, `${name} ${where}: PASSIVE_LEVEL with special kernel APCs enabled is required`);
};

const OPENS =
  'ZwCreateKey ZwOpenKey ZwOpenKeyEx ZwCreateFile ZwOpenFile ZwCreateEvent ZwOpenEvent ZwOpenProcess ZwOpenThread ZwCreateDirectoryObject ' +
  'ZwOpenDirectoryObject ZwOpenSymbolicLinkObject ZwCreateTimer ZwOpenTimer';
const NAMED = 'ZwQueryValueKey ZwSetValueKey ZwDeleteValueKey';

const unregisters: CallCheck = (k, f, name) => {
  if (registrationOf(k, f.ptr(0)) !== 0) return undefined;
  return k.violation(0xdc, 0, f.ptr(0), 0, `${name} of ${hex(f.ptr(0))}, which is no registration (unregistered twice?)`);
};

export const serviceChecks: readonly CallChecks[] = [
  { option: undefined, routines: 'EtwUnregister', check: unregisters },
  { option: 'security', routines: OPENS, check: opens },
  { option: 'security', routines: NAMED, check: stringAt(1) },
  {
    option: 'security',
    routines: `${OPENS} ${NAMED} ZwClose ZwReadFile ZwWriteFile ZwQueryInformationFile ZwEnumerateKey ZwQueryKey`,
    check: apcs,
  },
];
