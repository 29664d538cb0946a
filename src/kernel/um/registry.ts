// Registry functions of user mode over the key services. Predefined keys are paths.
import type { Addr } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { KEY_VALUE_PARTIAL_INFORMATION } from '../layouts.gen.js';
import { ntSuccess } from '../ob/status.js';
import { dosError } from '../rtl/dos-error.js';
import { unitsOf, WIDE } from '../rtl/text-unit.js';
import { heapAllocate, heapFree, heapText } from './heap.js';
import { ATTRIBUTE_SLOTS, putAttributes, putString, statusOf, store32, STRING_SLOTS, win32 } from './win32.js';

const PREDEFINED: readonly string[] = ['\\REGISTRY\\MACHINE\\SOFTWARE\\Classes', '\\REGISTRY\\USER\\CURRENT', '\\REGISTRY\\MACHINE', '\\REGISTRY\\USER'];
const OBJ_CASE_INSENSITIVE = 0x40;
const ERROR_MORE_DATA = 234;
const FIRST = KEY_VALUE_PARTIAL_INFORMATION.Data;

/** Win32 status of a service's status. */
const error = (status: number): number => (ntSuccess(status) ? 0 : dosError(status >>> 0));

/** Attributes of a key given as (parent or predefined key, sub-key). Text in slot `slot`, string and attributes behind it. */
function keyAttributes(k: Kernel, f: Frame, slot: number, key: Addr, subKey: Addr): Addr {
  const predefined = key < 0 ? PREDEFINED[(key + 0x80000000) & 3] : undefined;
  const name = subKey === 0 ? '' : String.fromCharCode(...unitsOf(k, WIDE, subKey, 16000));
  const path = predefined === undefined ? name : name === '' ? predefined : `${predefined}\\${name}`;
  const text = heapText(k, path);
  f.set(slot, text);
  return putAttributes(k, f, slot + 1 + STRING_SLOTS, putString(k, f, slot + 1, text), OBJ_CASE_INSENSITIVE, predefined === undefined ? key : 0);
}
const KEY_SLOTS = 1 + STRING_SLOTS + ATTRIBUTE_SLOTS;

export const routines: KernelRoutine[] = [
  win32({
    // (Key, SubKey, Reserved, Class, Options, Access, Attributes, *Result, *Disposition)
    name: 'RegCreateKeyExW',
    locals: 1 + KEY_SLOTS,
    step(k, f) {
      if (f.pc === 0) return k.systemCall(f, 1, 'NtCreateKey', [f.localAddress(0), f.u32(5), keyAttributes(k, f, 1, f.ptr(0), f.ptr(1)), 0, 0, f.u32(4), f.ptr(8)]);
      heapFree(k, f.get(1));
      if (ntSuccess(statusOf(f))) k.mem.checked.setPtr(f.ptr(7), f.get(0));
      return k.return(error(statusOf(f)));
    },
  }),
  win32({
    // (Key, SubKey, Options, Access, *Result)
    name: 'RegOpenKeyExW',
    locals: 1 + KEY_SLOTS,
    step(k, f) {
      if (f.pc === 0) return k.systemCall(f, 1, 'NtOpenKey', [f.localAddress(0), f.u32(3), keyAttributes(k, f, 1, f.ptr(0), f.ptr(1))]);
      heapFree(k, f.get(1));
      if (ntSuccess(statusOf(f))) k.mem.checked.setPtr(f.ptr(4), f.get(0));
      return k.return(error(statusOf(f)));
    },
  }),
  win32({
    // (Key, ValueName, Reserved, Type, Data, Size)
    name: 'RegSetValueExW',
    locals: STRING_SLOTS,
    step(k, f) {
      if (f.pc === 0) return k.systemCall(f, 1, 'NtSetValueKey', [f.ptr(0), putString(k, f, 0, f.ptr(1)), 0, f.u32(3), f.ptr(4), f.u32(5)]);
      return k.return(error(statusOf(f)));
    },
  }),
  win32({
    // (Key, ValueName, Reserved, *Type, Data, *Size)
    name: 'RegQueryValueExW',
    locals: 1 + STRING_SLOTS,
    step(k, f) {
      const room = f.ptr(5) === 0 ? 0 : k.mem.checked.u32(f.ptr(5));
      if (f.pc === 0) {
        const length = FIRST + Math.min(room, 0x10000);
        f.set(0, heapAllocate(k, length + 4));
        return k.systemCall(f, 1, 'NtQueryValueKey', [f.ptr(0), putString(k, f, 1, f.ptr(1)), 2, f.get(0), length, f.get(0) + ((length + 3) & ~3)]);
      }
      const status = statusOf(f);
      const block = f.get(0);
      let result = error(status);
      if (ntSuccess(status) || status === (0x80000005 | 0)) {
        const size = k.mem.u32(block + KEY_VALUE_PARTIAL_INFORMATION.DataLength);
        store32(k, f.ptr(3), k.mem.u32(block + KEY_VALUE_PARTIAL_INFORMATION.Type));
        store32(k, f.ptr(5), size);
        if (f.ptr(4) === 0) result = 0;
        else if (size > room) result = ERROR_MORE_DATA;
        else if (size) k.mem.checked.setBytes(f.ptr(4), k.mem.bytes(block + FIRST, size));
      }
      heapFree(k, block);
      return k.return(result);
    },
  }),
  win32({
    name: 'RegDeleteValueW',
    locals: STRING_SLOTS,
    step(k, f) {
      if (f.pc === 0) return k.systemCall(f, 1, 'NtDeleteValueKey', [f.ptr(0), putString(k, f, 0, f.ptr(1))]);
      return k.return(error(statusOf(f)));
    },
  }),
  win32({
    name: 'RegDeleteKeyW',
    locals: 2 + KEY_SLOTS,
    step(k, f) {
      switch (f.pc) {
        case 0:
          return k.systemCall(f, 1, 'NtOpenKey', [f.localAddress(0), 0x10000, keyAttributes(k, f, 2, f.ptr(0), f.ptr(1))]);
        case 1:
          heapFree(k, f.get(2));
          if (!ntSuccess(statusOf(f))) return k.return(error(statusOf(f)));
          return k.systemCall(f, 2, 'NtDeleteKey', [f.get(0)]);
        case 2:
          f.set(1, statusOf(f));
          return k.systemCall(f, 3, 'NtClose', [f.get(0)]);
        default:
          return k.return(error(f.get(1)));
      }
    },
  }),
  win32({ name: 'RegCloseKey', step: (k, f) => (f.pc === 0 ? k.systemCall(f, 1, 'NtClose', [f.ptr(0)]) : k.return(error(statusOf(f)))) }),
];
