// Building blocks of the user-mode runtime: Win32 functions are user-mode routines whose frames lie on the user stack; they prepare what a service wants in
// their own local slots, enter the kernel, and turn the status into a Win32 result with a last error. Names are `kernel32!CreateFileW`, so that a driver cannot
// call them by accident.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { KTHREAD, OBJECT_ATTRIBUTES, TEB, UNICODE_STRING } from '../layouts.gen.js';
import { ntSuccess } from '../ob/status.js';
import { dosError } from '../rtl/dos-error.js';
import { lengthOf, WIDE } from '../rtl/text-unit.js';

export interface Win32Definition {
  /** Name as in the header. */
  readonly name: string;
  readonly locals?: number;
  readonly cost?: number;
  readonly step: (k: Kernel, f: Frame) => Status;
}

export const win32 = (d: Win32Definition): KernelRoutine => ({ cost: 10, ...d, name: `kernel32!${d.name}` });

export function setLastError(k: Kernel, code: number): void {
  const teb = k.mem.ptr(k.currentThread() + KTHREAD.Teb);
  if (teb !== 0) k.mem.setU32(teb + TEB.LastErrorValue, code);
}
export function lastError(k: Kernel): number {
  const teb = k.mem.ptr(k.currentThread() + KTHREAD.Teb);
  return teb === 0 ? 0 : k.mem.u32(teb + TEB.LastErrorValue);
}

/** Status of the service that has just returned. */
export const statusOf = (f: Frame): number => f.result32 | 0;

/** Returns `failure` with the last error of a status. */
export function failed(k: Kernel, status: number, failure = 0): Status {
  setLastError(k, dosError(status >>> 0));
  return k.return(failure);
}

/** TRUE, or FALSE with the last error. */
export const bool = (k: Kernel, status: number): Status => (ntSuccess(status) ? k.return(1) : failed(k, status));

/** A function that only passes its arguments to a service and returns BOOL. */
export const direct = (name: string, service: string, args: (k: Kernel, f: Frame) => (number | bigint)[]): KernelRoutine =>
  win32({ name, step: (k, f) => (f.pc === 0 ? k.systemCall(f, 1, service, args(k, f)) : bool(k, statusOf(f))) });

/** Local slots of a UNICODE_STRING and of OBJECT_ATTRIBUTES. */
export const STRING_SLOTS = 2;
export const ATTRIBUTE_SLOTS = 6;
export const INFINITE = 0xffffffff;

/** UNICODE_STRING in slots over a terminated string of the caller; its address. */
export function putString(k: Kernel, f: Frame, slot: number, text: Addr): Addr {
  const at = f.localAddress(slot);
  const bytes = text === 0 ? 0 : lengthOf(k, WIDE, text, 32766) * 2;
  k.mem.setU16(at + UNICODE_STRING.Length, bytes);
  k.mem.setU16(at + UNICODE_STRING.MaximumLength, text === 0 ? 0 : bytes + 2);
  k.mem.setPtr(at + UNICODE_STRING.Buffer, text);
  return at;
}

/** OBJECT_ATTRIBUTES in slots; its address. */
export function putAttributes(k: Kernel, f: Frame, slot: number, name: Addr, flags: number, root: Addr = 0): Addr {
  const at = f.localAddress(slot);
  k.mem.fill(at, OBJECT_ATTRIBUTES.sizeof);
  k.mem.setU32(at + OBJECT_ATTRIBUTES.Length, OBJECT_ATTRIBUTES.sizeof);
  k.mem.setPtr(at + OBJECT_ATTRIBUTES.RootDirectory, root);
  k.mem.setPtr(at + OBJECT_ATTRIBUTES.ObjectName, name);
  k.mem.setU32(at + OBJECT_ATTRIBUTES.Attributes, flags);
  return at;
}

/** Relative timeout of `ms` milliseconds in a slot; 0 (wait for ever) for INFINITE. */
export function putTimeout(k: Kernel, f: Frame, slot: number, ms: number): Addr {
  if (ms === INFINITE) return 0;
  const at = f.localAddress(slot);
  k.mem.setI64(at, BigInt(ms) * -10000n);
  return at;
}

/** Writes through an optional pointer of the caller. */
export function store32(k: Kernel, at: Addr, value: number): void {
  if (at !== 0) k.mem.checked.setU32(at, value);
}
