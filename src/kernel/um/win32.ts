// The Win32 part of user mode: routines that run in user mode on the thread's user stack and reach the kernel only through system calls. Helpers: last error in
// the TEB, status to error code, and the usual shape "build arguments, call one service, translate the status".
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { KTHREAD, OBJECT_ATTRIBUTES, TEB, UNICODE_STRING } from '../layouts.gen.js';
import { ntSuccess } from '../ob/status.js';
import { setUnicode } from '../ob/strings.js';
import { OBJ_CASE_INSENSITIVE, writeAttributes } from '../ob/write-attributes.js';
import { dosError } from '../rtl/dos-error.js';

export const INVALID_HANDLE_VALUE = -1;
export const INFINITE = 0xffffffff;

export function setLastError(k: Kernel, code: number): void {
  const teb = k.mem.ptr(k.currentThread() + KTHREAD.Teb);
  if (teb !== 0) k.mem.setU32(teb + TEB.LastErrorValue, code >>> 0);
}
export function getLastError(k: Kernel): number {
  const teb = k.mem.ptr(k.currentThread() + KTHREAD.Teb);
  return teb === 0 ? 0 : k.mem.u32(teb + TEB.LastErrorValue);
}

/** BOOL of a status; sets the last error when it failed. */
export function toBool(k: Kernel, status: number): Status {
  if (ntSuccess(status)) return k.return(1);
  setLastError(k, dosError(status));
  return k.return(0);
}

/** Value on success, `failed` with the last error set otherwise. */
export function valueOr(k: Kernel, status: number, value: number, failed: number): Status {
  if (ntSuccess(status)) return k.return(value);
  setLastError(k, dosError(status));
  return k.return(failed);
}

export interface Win32Call {
  readonly name: string;
  readonly locals?: number;
  readonly service: string;
  readonly args: (k: Kernel, f: Frame) => (number | bigint)[];
  /** What the function returns; default: BOOL. */
  readonly result?: (k: Kernel, f: Frame, status: number) => Status;
}

/** A function that is one system call. */
export function win32(c: Win32Call): KernelRoutine {
  return {
    name: c.name,
    locals: c.locals,
    cost: 10,
    step(k, f) {
      if (f.pc === 0) return k.systemCall(f, 1, c.service, c.args(k, f));
      const status = f.result32 | 0;
      return c.result ? c.result(k, f, status) : toBool(k, status);
    },
  };
}

/** Slots of OBJECT_ATTRIBUTES and a UNICODE_STRING on the stack. */
export const ATTRIBUTE_SLOTS = OBJECT_ATTRIBUTES.sizeof / 8 + UNICODE_STRING.sizeof / 8;

/** OBJECT_ATTRIBUTES at slot `at` (the string follows); `text` points to UTF-16 units, `length` bytes; 0: no name. */
export function attributes(k: Kernel, f: Frame, at: number, text: Addr, length: number, root = 0, flags = OBJ_CASE_INSENSITIVE): Addr {
  const oa = f.localAddress(at);
  const us = oa + OBJECT_ATTRIBUTES.sizeof;
  if (text === 0) k.mem.fill(us, UNICODE_STRING.sizeof);
  else setUnicode(k, us, text, length, length + 2);
  return writeAttributes(k, oa, text === 0 ? 0 : us, flags, root);
}

/** Characters that fit into the path buffer of a routine's stack frame. */
export const PATH_CHARS = 300;
export const PATH_SLOTS = Math.ceil(((PATH_CHARS + 1) * 2) / 8);

/** Writes `text` into the slots from `at` on; returns its address. Longer paths are cut (the call then fails by name). */
export function putPath(k: Kernel, f: Frame, at: number, text: string): { readonly address: Addr; readonly bytes: number } {
  const shown = text.slice(0, PATH_CHARS);
  const address = f.localAddress(at);
  k.mem.writeUtf16(address, shown, true);
  return { address, bytes: shown.length * 2 };
}

/** UNICODE_STRING in the slots from `at` on for text that is written into those from `path` on; returns its address. */
export function putString(k: Kernel, f: Frame, at: number, path: number, text: string): Addr {
  const put = putPath(k, f, path, text);
  setUnicode(k, f.localAddress(at), put.address, put.bytes, put.bytes + 2);
  return f.localAddress(at);
}

/** Text of a user PCWSTR, '' for NULL. */
export const wideArg = (k: Kernel, address: Addr): string => (address === 0 ? '' : k.mem.checked.readUtf16z(address));

/** Milliseconds to the interval of a wait; undefined address for INFINITE. Writes it into slot `at`. */
export function timeoutAt(k: Kernel, f: Frame, at: number, ms: number): Addr {
  if (ms === INFINITE) return 0;
  k.mem.setI64(f.localAddress(at), -10_000n * BigInt(ms));
  return f.localAddress(at);
}
