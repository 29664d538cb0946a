// EXCEPTION_RECORD, CONTEXT and EXCEPTION_POINTERS on the simulated stack (public x64 layouts), for GetExceptionInformation() and for bug check
// parameters. They are the local slots of the exception dispatcher's frame, which is how a checkpoint in the middle of a filter keeps them.
import { type Addr, Fault, FRAME, FrameFlag, KERNEL_BASE, ROUTINE_BASE, toAddress, USER_BASE } from './abi.js';
import type { ExceptionInfo } from './host.js';
import type { Machine } from './machine.js';

/** Slots (8 bytes) of the dispatcher's frame. */
export const SLOT = { cursor: 0, region: 1, kind: 2, size: 3, address: 4, pointers: 6, record: 8, context: 28 } as const;
export const EXCEPTION_RECORD = { code: 0, flags: 4, next: 8, address: 0x10, count: 0x18, information: 0x20, size: 0x98 } as const;
export const CONTEXT = { flags: 0x30, rsp: 0x98, rbp: 0xa0, rip: 0xf8, size: 0x4d0 } as const;
const CONTEXT_CONTROL = 0x00100001;
export const MAX_PARAMETERS = 15;
/** Local slots the frame needs. */
export const EXCEPTION_SLOTS = SLOT.context + CONTEXT.size / 8;

export const Status32 = {
  accessViolation: 0xc0000005,
  inPageError: 0xc0000006,
  illegalInstruction: 0xc000001d,
  noncontinuable: 0xc0000025,
  divideByZero: 0xc0000094,
  integerOverflow: 0xc0000095,
  stackOverflow: 0xc00000fd,
  fastFail: 0xc0000409,
  misaligned: 0x80000002,
  breakpoint: 0x80000003,
} as const;

/** NTSTATUS of a hardware-like fault. */
export function faultStatus(kind: Fault): number {
  switch (kind) {
    case Fault.Read:
    case Fault.Write:
    case Fault.Execute:
      return Status32.accessViolation;
    case Fault.Stack:
      return Status32.stackOverflow;
    case Fault.DivideByZero:
      return Status32.divideByZero;
    case Fault.IntegerOverflow:
      return Status32.integerOverflow;
    case Fault.Misaligned:
      return Status32.misaligned;
    case Fault.FastFail:
      return Status32.fastFail;
    default:
      return Status32.illegalInstruction;
  }
}

/** ExceptionInformation of an access violation: 0 read, 1 write, 8 execute; then the address. */
export function faultParameters(kind: Fault, address: Addr): bigint[] {
  const how = kind === Fault.Read ? 0n : kind === Fault.Write ? 1n : kind === Fault.Execute ? 8n : -1n;
  return how < 0n ? [] : [how, BigInt.asUintN(64, BigInt(address))];
}

/** Code address of the function of a frame: what stands for its instruction pointer. */
export function instructionPointer(m: Machine, fp: number): Addr {
  const fn = m.headers.fn(fp);
  if (fn >= ROUTINE_BASE) return m.host.routineAddress?.(fn - ROUTINE_BASE) ?? 0;
  const f = m.function(fn);
  if (!f) return 0;
  return m.images.imageOf(fn)?.mode === 'user' ? USER_BASE + f.codeOffset : toAddress(f.codeOffset);
}

/** An exception before its record is written. */
export type ExceptionDraft = Pick<ExceptionInfo, 'kind' | 'code' | 'flags' | 'address' | 'size' | 'parameters' | 'frame'>;

/** Fills the slots of a fresh dispatcher frame at `fp`. */
export function writeException(m: Machine, fp: number, x: ExceptionDraft): void {
  const raw = m.mem.raw;
  const slot = (n: number): number => fp + FRAME.header + 8 * n;
  const bias = m.headers.flags(fp) & FrameFlag.User ? USER_BASE - m.registers.userOffset : KERNEL_BASE;
  const ip = instructionPointer(m, x.frame);
  raw.setPtr(slot(SLOT.cursor), x.frame);
  raw.setPtr(slot(SLOT.kind), x.kind);
  raw.setPtr(slot(SLOT.size), x.size);
  raw.setPtr(slot(SLOT.address), x.address);
  raw.setPtr(slot(SLOT.pointers), bias + slot(SLOT.record));
  raw.setPtr(slot(SLOT.pointers) + 8, bias + slot(SLOT.context));
  const r = slot(SLOT.record);
  raw.setU32(r + EXCEPTION_RECORD.code, x.code);
  raw.setU32(r + EXCEPTION_RECORD.flags, x.flags);
  raw.setPtr(r + EXCEPTION_RECORD.address, ip);
  const parameters = x.parameters.slice(0, MAX_PARAMETERS);
  raw.setU32(r + EXCEPTION_RECORD.count, parameters.length);
  parameters.forEach((p, i) => raw.setU64(r + EXCEPTION_RECORD.information + 8 * i, p));
  const c = slot(SLOT.context);
  raw.setU32(c + CONTEXT.flags, CONTEXT_CONTROL);
  raw.setPtr(c + CONTEXT.rsp, bias + x.frame);
  raw.setPtr(c + CONTEXT.rbp, bias + x.frame);
  raw.setPtr(c + CONTEXT.rip, ip);
}

/** Reads the exception back from a dispatcher frame. The driver may have changed the record in a filter: what it wrote is what is read. */
export function readException(m: Machine, fp: number): ExceptionInfo {
  const raw = m.mem.raw;
  const slot = (n: number): number => fp + FRAME.header + 8 * n;
  const bias = m.headers.flags(fp) & FrameFlag.User ? USER_BASE - m.registers.userOffset : KERNEL_BASE;
  const r = slot(SLOT.record);
  const count = Math.min(raw.u32(r + EXCEPTION_RECORD.count), MAX_PARAMETERS);
  return {
    kind: raw.ptr(slot(SLOT.kind)),
    code: raw.u32(r + EXCEPTION_RECORD.code),
    flags: raw.u32(r + EXCEPTION_RECORD.flags),
    address: raw.ptr(slot(SLOT.address)),
    size: raw.ptr(slot(SLOT.size)),
    parameters: Array.from({ length: count }, (_, i) => raw.u64(r + EXCEPTION_RECORD.information + 8 * i)),
    frame: m.headers.prev(fp),
    ip: raw.ptr(r + EXCEPTION_RECORD.address),
    record: bias + r,
    context: bias + slot(SLOT.context),
    pointers: bias + slot(SLOT.pointers),
  };
}

/** The same for an exception that found no room on the stack. */
export function bareException(m: Machine, x: ExceptionDraft): ExceptionInfo {
  return { ...x, ip: instructionPointer(m, x.frame), record: 0, context: 0, pointers: 0 };
}
