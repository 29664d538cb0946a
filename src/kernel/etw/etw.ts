// EtwRegister, EtwWrite and their relatives. An event has an ID and bytes, no names: it is printed with what it has.
import type { Addr, Status } from '../../machine/abi.js';
import { instructionPointer } from '../../machine/exception-record.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EVENT_DATA_DESCRIPTOR as D, EVENT_DESCRIPTOR as E, ETWP_REGISTRATION } from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { STATUS } from '../rtl/status.js';
import { callEnable, freeRegistration, idText, makeRegistration, ProviderKind, printEvent, registrationOf } from './provider.js';

const MAX_DATA = 128;
const MAX_BYTES = 64;

function register(k: Kernel, f: Frame): Status {
  if (f.pc === 1) return k.return(STATUS.SUCCESS);
  if (f.ptr(0) === 0 || f.ptr(3) === 0) return k.return(STATUS.INVALID_PARAMETER);
  const r = makeRegistration(k, ProviderKind.Etw, f.ptr(0), f.ptr(1), f.ptr(2));
  if (r === 0) return k.return(STATUS.INSUFFICIENT_RESOURCES);
  k.mem.setPtr(r + ETWP_REGISTRATION.Caller, instructionPointer(k.machine, k.machine.headers.prev(f.fp)));
  k.mem.checked.setPtr(f.ptr(3), r);
  return callEnable(k, f, r, 1) ?? k.return(STATUS.SUCCESS);
}

function unregister(k: Kernel, f: Frame): Status {
  const r = registrationOf(k, f.ptr(0));
  if (r === 0) return k.return(NT.INVALID_HANDLE);
  freeRegistration(k, r);
  return k.return(STATUS.SUCCESS);
}

/** Value of one data descriptor: a wide text that is terminated, a number of 4 or 8 bytes, else bytes. */
function dataText(k: Kernel, at: Addr, size: number): string {
  if (size === 0) return 'empty';
  const bytes = k.mem.checked.bytes(at, size);
  if (size >= 4 && size % 2 === 0 && bytes[size - 1] === 0 && bytes[size - 2] === 0) {
    const text = k.mem.checked.readUtf16(at, size - 2);
    if (/^[\x20-\uffff]+$/.test(text) && (size > 4 || bytes[0] >= 0x20)) return `"${text}"`;
  }
  if (size === 1) return String(bytes[0]);
  if (size === 2) return String(k.mem.checked.u16(at));
  if (size === 4) return String(k.mem.checked.u32(at));
  if (size === 8) return `0x${k.mem.checked.u64(at).toString(16).toUpperCase()}`;
  const shown = [...bytes.subarray(0, MAX_BYTES)].map((b) => b.toString(16).padStart(2, '0')).join(' ');
  return size > MAX_BYTES ? `${shown} ... (${size} bytes)` : shown;
}

function write(k: Kernel, handle: Addr, descriptor: Addr, count: number, data: Addr): Status {
  const r = registrationOf(k, handle);
  if (r === 0) return k.return(NT.INVALID_HANDLE);
  if (descriptor === 0 || count > MAX_DATA || (count > 0 && data === 0)) return k.return(STATUS.INVALID_PARAMETER);
  const m = k.mem.checked;
  const values: string[] = [];
  for (let i = 0; i < count; i++) values.push(dataText(k, m.ptr(data + i * D.sizeof + D.Ptr), m.u32(data + i * D.sizeof + D.Size)));
  return printEvent(
    k,
    `ETW ${idText(k, r)} event ${m.u16(descriptor + E.Id)} level ${m.u8(descriptor + E.Level)}: ${values.join(', ') || 'no data'}`,
  );
}

const enabled = (k: Kernel, f: Frame): Status => k.return(registrationOf(k, f.ptr(0)) === 0 ? 0 : 1);

export const routines: KernelRoutine[] = [
  { name: 'EtwRegister', cost: 200, step: register },
  { name: 'EtwUnregister', cost: 200, step: unregister },
  { name: 'EtwWrite', cost: 100, step: (k, f) => write(k, f.ptr(0), f.ptr(1), f.u32(3), f.ptr(4)) },
  { name: 'EtwWriteTransfer', cost: 100, step: (k, f) => write(k, f.ptr(0), f.ptr(1), f.u32(4), f.ptr(5)) },
  { name: 'EtwWriteEx', cost: 100, step: (k, f) => write(k, f.ptr(0), f.ptr(1), f.u32(6), f.ptr(7)) },
  {
    name: 'EtwWriteString',
    cost: 100,
    step(k, f) {
      const r = registrationOf(k, f.ptr(0));
      if (r === 0) return k.return(NT.INVALID_HANDLE);
      if (f.ptr(4) === 0) return k.return(STATUS.INVALID_PARAMETER);
      return printEvent(k, `ETW ${idText(k, r)} level ${f.u8(1)}: ${k.mem.checked.readUtf16z(f.ptr(4))}`);
    },
  },
  { name: 'EtwEventEnabled', step: enabled },
  { name: 'EtwProviderEnabled', step: enabled },
];
