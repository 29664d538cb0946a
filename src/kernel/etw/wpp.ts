// What the macros of a .tmh come to: control blocks are switched on and off, and messages are formatted with WPP's own conversions (%!STATUS!, %!FUNC! ...)
// besides those of printf.
import type { Addr, Status } from '../../machine/abi.js';
import { findStatusName } from '../../wdk/status-names.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { WPP_TRACE_CONTROL_BLOCK as B, WPP_TRACE_CONTROL as C } from '../layouts.gen.js';
import { formatArguments, type Slots } from '../rtl/format.js';
import { guidText } from '../rtl/guid.js';
import { lengthOfSid, sidText, validSid } from '../rtl/sid.js';
import { freeRegistration, makeRegistration, ProviderKind, printEvent, registrationOf } from './provider.js';

/** More controls than any driver has. */
const MAX_BLOCKS = 64;
const FLAG_BYTES = B.sizeof - C.Flags;

function initTracing(k: Kernel, f: Frame): Status {
  const m = k.mem.checked;
  for (let i = 0; i < Math.min(f.u32(1), MAX_BLOCKS); i++) {
    const block = f.ptr(0) + i * B.sizeof;
    if (registrationOf(k, m.ptr(block + C.Logger)) !== 0) continue;
    const r = makeRegistration(k, ProviderKind.Wpp, 0, 0, 0);
    m.setPtr(block + C.Logger, r);
    m.setU8(block + C.Level, r === 0 ? 0 : 255);
    m.fill(block + C.Flags, FLAG_BYTES & ~3, r === 0 ? 0 : 255);
  }
  return k.returnVoid();
}

function cleanup(k: Kernel, f: Frame): Status {
  const m = k.mem.checked;
  for (let i = 0; i < Math.min(f.u32(1), MAX_BLOCKS); i++) {
    const block = f.ptr(0) + i * B.sizeof;
    const r = registrationOf(k, m.ptr(block + C.Logger));
    if (r !== 0) freeRegistration(k, r);
    m.fill(block, B.sizeof);
  }
  return k.returnVoid();
}

const hex = (v: number, digits = 8): string => `0x${(v >>> 0).toString(16).toUpperCase().padStart(digits, '0')}`;

/** `0xC0000022(STATUS_ACCESS_DENIED)`, as trace viewers show it. */
export function statusText(value: number): string {
  const name = findStatusName(value);
  return name ? `${hex(value)}(${name})` : hex(value);
}

const MAJOR =
  'CREATE CREATE_NAMED_PIPE CLOSE READ WRITE QUERY_INFORMATION SET_INFORMATION QUERY_EA SET_EA FLUSH_BUFFERS QUERY_VOLUME_INFORMATION SET_VOLUME_INFORMATION DIRECTORY_CONTROL FILE_SYSTEM_CONTROL DEVICE_CONTROL INTERNAL_DEVICE_CONTROL SHUTDOWN LOCK_CONTROL CLEANUP CREATE_MAILSLOT QUERY_SECURITY SET_SECURITY POWER SYSTEM_CONTROL DEVICE_CHANGE QUERY_QUOTA SET_QUOTA PNP'.split(
    ' ',
  );

interface Call {
  readonly file: string;
  readonly line: number;
  readonly fn: string;
  readonly level: string;
  readonly flags: string;
}

/** One `%!NAME!`. Names that WPP does not define itself (CUSTOM_TYPE, enumerations) are shown as numbers. */
function special(k: Kernel, call: Call, name: string, slots: Slots): string {
  const pointer = (text: (at: Addr) => string): string => {
    const at = slots.ptr();
    return at === 0 ? '<NULL>' : text(at);
  };
  switch (name.toUpperCase()) {
    case 'FUNC':
      return call.fn;
    case 'FILE':
      return call.file;
    case 'LINE':
      return String(call.line);
    case 'LEVEL':
      return call.level;
    case 'FLAGS':
      return call.flags;
    case 'STDPREFIX':
    case 'COMPNAME':
    case 'SUBCOMP':
      return '';
    case 'STATUS':
      return statusText(slots.i32());
    case 'HRESULT':
    case 'WINERROR':
    case 'NDIS_STATUS':
      return hex(slots.i32());
    case 'BOOL':
    case 'BOOLEAN':
      return (name.toUpperCase() === 'BOOL' ? slots.i32() : slots.i32() & 0xff) === 0 ? 'FALSE' : 'TRUE';
    case 'BOOL8':
      return (slots.i32() & 0xff) === 0 ? 'false' : 'true';
    case 'GUID':
    case 'CLSID':
    case 'LIBID':
    case 'IID':
      return pointer((at) => guidText(k, at));
    case 'SID':
      return pointer((at) => (validSid(k, at) && lengthOfSid(k, at) > 0 ? sidText(k, at) : '<not a SID>'));
    case 'MJ': {
      const n = slots.i32() & 0xff;
      return MAJOR[n] ? `IRP_MJ_${MAJOR[n]}` : String(n);
    }
    case 'IPADDR': {
      const v = slots.i32() >>> 0;
      return [v & 255, (v >>> 8) & 255, (v >>> 16) & 255, v >>> 24].join('.');
    }
    case 'PORT': {
      const v = slots.i32() & 0xffff;
      return String(((v & 255) << 8) | (v >>> 8));
    }
    case 'PTR':
    case 'HANDLE':
      return `0x${slots.u64().toString(16).toUpperCase().padStart(16, '0')}`;
    case 'TIMESTAMP':
    case 'TIME':
    case 'DATE':
    case 'DUE':
    case 'DELTA':
      return slots.u64().toString();
    case 'ULONG':
    case 'UINT':
    case 'UCHAR':
    case 'USHORT':
      return String(slots.i32() >>> 0);
    case 'ULONG64':
    case 'UINT64':
      return slots.u64().toString();
    default:
      return String(slots.i32());
  }
}

function trace(k: Kernel, f: Frame): Status {
  const m = k.mem.checked;
  const path = m.readAnsiz(f.ptr(0), 1024);
  const call: Call = {
    file: path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1),
    line: f.u32(1),
    fn: m.readAnsiz(f.ptr(2), 256),
    level: m.readAnsiz(f.ptr(3), 256),
    flags: m.readAnsiz(f.ptr(4), 256),
  };
  const text = formatArguments(m, m.readAnsiz(f.ptr(5)), f.slotAddress(6), false, (name, slots) => special(k, call, name, slots));
  printEvent(k, `WPP ${call.file}(${call.line}): ${text.replace(/[\r\n]+$/, '')}`);
  return k.returnVoid();
}

export const routines: KernelRoutine[] = [
  { name: 'InterlockWppInitTracing', cost: 200, step: initTracing },
  { name: 'InterlockWppCleanup', cost: 200, step: cleanup },
  { name: 'InterlockWppTrace', cost: 50, step: trace },
];
