// The rest of Win32 that thread bodies use: last error, debug output, time, a small heap and registry calls.
import { type Addr, PAGE_SIZE, type Status, USER_BASE } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS } from '../layouts.gen.js';
import { makeServices, type ServiceDefinition } from '../ob/service.js';
import { ntSuccess } from '../ob/status.js';
import { ownProcess } from '../ps/state.js';
import { mapUser, windowOf } from '../ps/window.js';
import { dosError } from '../rtl/dos-error.js';
import { formatText } from '../rtl/format.js';
import { ATTRIBUTE_SLOTS, attributes, getLastError, PATH_SLOTS, putPath, putString, setLastError, wideArg } from './win32.js';

/** Text that a thread body prints is an event of the run, like DbgPrint. */
function output(k: Kernel, text: string): void {
  k.machine.charge(text.length >> 2);
  k.event('um.output', { text });
}

function print(name: string, wide: boolean): KernelRoutine {
  return {
    name,
    step(k, f) {
      const format = wide ? k.mem.checked.readUtf16z(f.ptr(0)) : k.mem.checked.readAnsiz(f.ptr(0));
      const text = formatText(k.mem.checked, format, f.slotAddress(1), wide);
      output(k, text);
      return k.return(text.length);
    },
  };
}

const HKEYS: Record<number, string> = {
  0: '\\REGISTRY\\MACHINE\\SOFTWARE\\Classes',
  1: '\\REGISTRY\\USER\\S-1-5-21-1000',
  2: '\\REGISTRY\\MACHINE',
  3: '\\REGISTRY\\USER',
};

/** Base path and root handle of an HKEY. */
function rootOf(key: Addr): { readonly path: string; readonly handle: Addr } {
  const predefined = HKEYS[key + 0x80000000];
  return predefined === undefined ? { path: '', handle: key } : { path: predefined, handle: 0 };
}

// Slots of the registry functions: 0 handle, 1 status, 2 disposition, attributes, path.
const ATTR = 3;
const PATH = ATTR + ATTRIBUTE_SLOTS;
const REG_LOCALS = PATH + PATH_SLOTS;

function keyAttributes(k: Kernel, f: Frame, key: Addr, subKey: Addr): Addr {
  const root = rootOf(key);
  const sub = wideArg(k, subKey).replace(/^\\+|\\+$/g, '');
  const text = root.handle === 0 ? (sub === '' ? root.path : `${root.path}\\${sub}`) : sub;
  const path = putPath(k, f, PATH, text);
  return attributes(k, f, ATTR, path.address, path.bytes, root.handle, 0x40);
}

/** Value name as UNICODE_STRING in the attribute slots. */
const valueName = (k: Kernel, f: Frame, name: Addr): Addr => putString(k, f, ATTR, PATH, wideArg(k, name));

/** Registry functions return the error code itself. */
const reg = (k: Kernel, status: number): Status => k.return(ntSuccess(status) ? 0 : dosError(status));

const services: ServiceDefinition[] = [
  {
    // Ours: (Bytes) -> address of a new block of the process heap, 0: full. Blocks are never reused (U).
    name: 'HeapBlock',
    args: 1,
    step(k, f) {
      const process = ownProcess(k);
      const size = (f.ptr(0) + 15) & ~15;
      const at = k.mem.u32(process + EPROCESS.HeapNext);
      if (size <= 0 || at + size > windowOf(k, process).heapEnd) return k.return(0);
      k.mem.setU32(process + EPROCESS.HeapNext, at + size);
      const mapped = Math.ceil(at / PAGE_SIZE) * PAGE_SIZE;
      if (at + size > mapped) mapUser(k, process, mapped, at + size - mapped);
      return k.return(USER_BASE + at);
    },
  },
  {
    // Ours: (PLARGE_INTEGER SystemTime, PLARGE_INTEGER InterruptTime)
    name: 'QueryTimes',
    args: 2,
    step(k, f) {
      k.mem.checked.setI64(f.ptr(0), k.systemTime());
      k.mem.checked.setI64(f.ptr(1), k.systemTime() - k.config.bootTime);
      return k.return(0);
    },
  },
];

/** A function of the two clocks: (result, how it becomes the answer). */
function clock(name: string, answer: (k: Kernel, f: Frame, system: bigint, interrupt: bigint) => Status): KernelRoutine {
  return {
    name,
    locals: 2,
    step(k, f) {
      if (f.pc === 0) return k.systemCall(f, 1, 'NtQueryTimes', [f.localAddress(0), f.localAddress(1)]);
      return answer(k, f, k.mem.i64(f.localAddress(0)), k.mem.i64(f.localAddress(1)));
    },
  };
}

/** Allocation functions: `size` says how many bytes the arguments ask for. */
const allocate = (name: string, size: (f: Frame) => number): KernelRoutine => ({
  name,
  step(k, f) {
    if (f.pc === 0) return k.systemCall(f, 1, 'NtHeapBlock', [size(f)]);
    if (f.result === 0) setLastError(k, 8);
    return k.return(f.result);
  },
});

const openKey = (name: string, create: boolean, accessArg: number, resultArg: number): KernelRoutine => ({
  name,
  locals: REG_LOCALS,
  cost: 20,
  step(k, f) {
    if (f.pc === 0) {
      const attributesAt = keyAttributes(k, f, f.ptr(0), f.ptr(1));
      const args = [f.localAddress(0), f.u32(accessArg), attributesAt];
      return create ? k.systemCall(f, 1, 'NtCreateKey', [...args, 0, 0, 0, f.localAddress(2)]) : k.systemCall(f, 1, 'NtOpenKey', args);
    }
    if (ntSuccess(f.result32)) {
      k.mem.checked.setPtr(f.ptr(resultArg), f.get(0));
      if (create && f.ptr(8) !== 0) k.mem.checked.setU32(f.ptr(8), k.mem.u32(f.localAddress(2)));
    }
    return reg(k, f.result32 | 0);
  },
});

const PARTIAL_HEADER = 12;
const QUERY_BYTES = 1024;
const QUERY_SLOTS = QUERY_BYTES / 8;

export const routines: KernelRoutine[] = [
  ...makeServices(services),
  { name: 'GetLastError', cost: 2, step: (k) => k.return(getLastError(k)) },
  { name: 'SetLastError', cost: 2, step: (k, f) => (setLastError(k, f.u32(0)), k.returnVoid()) },
  print('printf', false),
  print('wprintf', true),
  { name: 'puts', step: (k, f) => (output(k, `${k.mem.checked.readAnsiz(f.ptr(0))}\n`), k.return(0)) },
  { name: 'OutputDebugStringA', step: (k, f) => (output(k, k.mem.checked.readAnsiz(f.ptr(0))), k.returnVoid()) },
  { name: 'OutputDebugStringW', step: (k, f) => (output(k, k.mem.checked.readUtf16z(f.ptr(0))), k.returnVoid()) },
  clock('GetTickCount', (k, _f, _s, interrupt) => k.return(Number(BigInt.asIntN(32, interrupt / 10_000n)))),
  clock('GetTickCount64', (k, _f, _s, interrupt) => k.returnBig(interrupt / 10_000n)),
  clock('QueryPerformanceCounter', (k, f, _s, interrupt) => (k.mem.checked.setI64(f.ptr(0), interrupt), k.return(1))),
  { name: 'QueryPerformanceFrequency', cost: 2, step: (k, f) => (k.mem.checked.setI64(f.ptr(0), 10_000_000n), k.return(1)) },
  clock('GetSystemTimeAsFileTime', (k, f, system) => (k.mem.checked.setI64(f.ptr(0), system), k.returnVoid())),
  allocate('HeapAlloc', (f) => f.ptr(2)),
  allocate('VirtualAlloc', (f) => Math.ceil(f.ptr(1) / PAGE_SIZE) * PAGE_SIZE),
  allocate('malloc', (f) => f.ptr(0)),
  { name: 'HeapFree', cost: 2, step: (k) => k.return(1) },
  { name: 'VirtualFree', cost: 2, step: (k) => k.return(1) },
  { name: 'free', cost: 2, step: (k) => k.returnVoid() },
  // (Key, SubKey, Reserved, Class, Options, Access, Attributes, *Result, *Disposition)
  openKey('RegCreateKeyExW', true, 5, 7),
  // (Key, SubKey, Options, Access, *Result)
  openKey('RegOpenKeyExW', false, 3, 4),
  {
    // (Key, ValueName, Reserved, Type, Data, Size)
    name: 'RegSetValueExW',
    locals: REG_LOCALS,
    cost: 20,
    step(k, f) {
      if (f.pc === 0) return k.systemCall(f, 1, 'NtSetValueKey', [f.ptr(0), valueName(k, f, f.ptr(1)), 0, f.u32(3), f.ptr(4), f.u32(5)]);
      return reg(k, f.result32 | 0);
    },
  },
  {
    // (Key, ValueName, Reserved, *Type, Data, *Size)
    name: 'RegQueryValueExW',
    locals: REG_LOCALS + QUERY_SLOTS,
    cost: 20,
    step(k, f) {
      const at = f.localAddress(REG_LOCALS);
      if (f.pc === 0)
        return k.systemCall(f, 1, 'NtQueryValueKey', [f.ptr(0), valueName(k, f, f.ptr(1)), 2, at, QUERY_BYTES, f.localAddress(2)]);
      const status = f.result32 | 0;
      if (!ntSuccess(status)) return reg(k, status);
      const size = k.mem.u32(at + 8);
      if (f.ptr(3) !== 0) k.mem.checked.setU32(f.ptr(3), k.mem.u32(at + 4));
      const room = f.ptr(5) === 0 ? 0 : k.mem.checked.u32(f.ptr(5));
      if (f.ptr(5) !== 0) k.mem.checked.setU32(f.ptr(5), size);
      if (f.ptr(4) === 0) return k.return(0);
      if (room < size) return k.return(234); // ERROR_MORE_DATA
      k.mem.checked.setBytes(f.ptr(4), k.mem.bytes(at + PARTIAL_HEADER, size));
      return k.return(0);
    },
  },
  {
    // (Key, ValueName)
    name: 'RegDeleteValueW',
    locals: REG_LOCALS,
    cost: 20,
    step(k, f) {
      if (f.pc === 0) return k.systemCall(f, 1, 'NtDeleteValueKey', [f.ptr(0), valueName(k, f, f.ptr(1))]);
      return reg(k, f.result32 | 0);
    },
  },
  {
    // (Key, SubKey)
    name: 'RegDeleteKeyW',
    locals: REG_LOCALS,
    cost: 20,
    step(k, f) {
      switch (f.pc) {
        case 0:
          return k.systemCall(f, 1, 'NtOpenKey', [f.localAddress(0), 0x10000, keyAttributes(k, f, f.ptr(0), f.ptr(1))]);
        case 1:
          if (!ntSuccess(f.result32)) return reg(k, f.result32 | 0);
          return k.systemCall(f, 2, 'NtDeleteKey', [f.get(0)]);
        case 2:
          f.set(1, f.result32 | 0);
          return k.systemCall(f, 3, 'NtClose', [f.get(0)]);
        default:
          return reg(k, f.get(1));
      }
    },
  },
  {
    name: 'RegCloseKey',
    cost: 10,
    step(k, f) {
      if (HKEYS[f.ptr(0) + 0x80000000] !== undefined) return k.return(0);
      return f.pc === 0 ? k.systemCall(f, 1, 'NtClose', [f.ptr(0)]) : reg(k, f.result32 | 0);
    },
  },
];
