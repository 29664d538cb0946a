// Faults and exceptions that no handler takes: which bug check, with which parameters, and why in words (reference: bugchecks.md §1, §10).
// `onFault` comes before the search for a handler: a bad *kernel* address is no exception on Windows, `__try` does not help against it.
import { type Addr, Fault, FrameFlag, ROUTINE_BASE, type Status } from '../../machine/abi.js';
import type { ExceptionInfo } from '../../machine/machine.js';
import type { Kernel } from '../kernel.js';
import { KPRCB } from '../layouts.gen.js';
import { driverFrame } from './bugcheck.js';
import { DISPATCH_LEVEL } from './constants.js';
import { hex } from './dispatcher.js';

const VERB: readonly string[] = ['read', 'write', 'execute'];
/** Kernel half of the canonical addresses; -1 stands for a non-canonical address, which raises an ordinary exception. */
const isKernelHalf = (a: Addr): boolean => a < -1;
const isMemoryFault = (kind: Fault): boolean => kind === Fault.Read || kind === Fault.Write || kind === Fault.Execute;

/** A bug check, or undefined to search for a handler. */
export function onFault(k: Kernel, x: ExceptionInfo): Status | undefined {
  if (!isMemoryFault(x.kind) || k.mem.registers.userMode) return undefined;
  if (k.irql >= DISPATCH_LEVEL) return faultAtDispatch(k, x);
  if (isKernelHalf(x.address)) return kernelAddressFault(k, x);
  return undefined;
}

const inKernelCode = (k: Kernel, x: ExceptionInfo): boolean => k.machine.headers.fn(x.frame) >= ROUTINE_BASE;
/** 0 read, 1 write, 8 execute */
const accessBits = (x: ExceptionInfo): number => (x.kind === Fault.Write ? 1 : x.kind === Fault.Execute ? 8 : 0);

/** What lies (or lay) at the address, in words, and the special bug checks that Windows has for it. */
function special(k: Kernel, x: ExceptionInfo): Status | undefined {
  const kernel = inKernelCode(k, x);
  const rw = x.kind === Fault.Write ? 1 : 0;
  const image = k.hooks.imageAt?.(k, x.address);
  if (image?.unloaded) {
    const execute = x.kind === Fault.Execute;
    const was = `${verb(x)} at ${hex(x.address)}, where the driver ${image.name} was before it was unloaded`;
    // The kernel itself came upon something of the driver at raised IRQL: an object in a list, an event.
    if (kernel && !execute && k.irql >= DISPATCH_LEVEL) {
      return k.bugCheck(0xd4, x.address, k.irql, rw, x.ip, `${was}: an object of it was still in use by the system`);
    }
    // An instruction that cannot be fetched is its own instruction pointer.
    const ip = execute ? x.address : x.ip;
    return k.bugCheck(
      0xce,
      x.address,
      execute ? 8 : rw,
      ip,
      0,
      `${was}: a callback, timer, DPC, work item or thread of it was still alive`,
    );
  }
  const block = k.pool.describe(x.address);
  if (block?.state === 'freed') {
    return k.bugCheck(kernel ? 0xcc : 0xd5, x.address, rw, x.ip, 0, `${verb(x)} at ${hex(x.address)}: use after free of ${block.text}`);
  }
  if (block?.state === 'beyond') {
    return k.bugCheck(kernel ? 0xcd : 0xd6, x.address, rw, x.ip, 0, `${verb(x)} at ${hex(x.address)}: beyond the end of ${block.text}`);
  }
  return undefined;
}

const verb = (x: ExceptionInfo): string => VERB[x.kind] ?? 'access';

function faultAtDispatch(k: Kernel, x: ExceptionInfo): Status {
  k.hooks.verifier?.nullDereference(k, x.address, x.frame);
  if (isKernelHalf(x.address)) {
    const s = special(k, x);
    if (s !== undefined) return s;
  }
  const page = k.mem.offsetOf(x.address);
  const pageable = page >= 0 && k.mem.pages.query(page).pageable;
  if (pageable && (x.kind === Fault.Execute || !inKernelCode(k, x)) && k.hooks.imageAt?.(k, x.address)) {
    const kind = x.kind === Fault.Execute ? 'code' : 'data';
    const text = `${verb(x)} of pageable ${kind} of a driver (${hex(x.address)}) at IRQL ${k.irql}: the section must not be pageable`;
    return k.bugCheck(0xd3, x.address, k.irql, x.kind === Fault.Write ? 1 : 0, x.ip, text);
  }
  const what = pageable ? 'pageable memory' : x.address >= 0 && x.address < 0x10000 ? 'a NULL pointer' : 'an invalid address';
  return k.bugCheck(
    inKernelCode(k, x) ? 0xa : 0xd1,
    x.address,
    k.irql,
    accessBits(x),
    x.ip,
    `${verb(x)} of ${what} (${hex(x.address)}) at IRQL ${k.irql}: no page fault can be resolved at DISPATCH_LEVEL or above`,
  );
}

function kernelAddressFault(k: Kernel, x: ExceptionInfo): Status {
  const s = special(k, x);
  if (s !== undefined) return s;
  const offset = k.mem.offsetOf(x.address);
  const page = offset >= 0 ? k.mem.pages.query(offset) : undefined;
  if (page?.mapped && x.kind === Fault.Write) {
    return k.bugCheck(0xbe, x.address, 0, 0, 0, `write to read-only memory at ${hex(x.address)} (code or const data)`);
  }
  if (page?.mapped && x.kind === Fault.Execute) {
    return k.bugCheck(0xfc, x.address, 0, 0, 0, `call of ${hex(x.address)}, which is data and no code`);
  }
  const rw = x.kind === Fault.Write ? 2 : x.kind === Fault.Execute ? 0x10 : 0;
  const guard = k.mem.offsetOf(x.address) >= 0 ? '' : ' (no memory is mapped there)';
  return k.bugCheck(
    0x50,
    x.address,
    rw,
    x.ip,
    2,
    `${verb(x)} at the invalid kernel address ${hex(x.address)}${guard}; __try/__except does not catch this`,
  );
}

/** Does the fault lie in code entered by a system call, seen from the innermost frame outwards? */
function inSystemCall(k: Kernel, frame: number): boolean {
  const h = k.machine.headers;
  for (let fp = frame, n = 0; fp !== 0 && n < 4096; fp = h.prev(fp), n++) if (h.flags(fp) & FrameFlag.SystemCall) return true;
  return false;
}

const EXCEPTION_NAMES: Record<number, string> = {
  3221225477: 'access violation',
  3221225620: 'integer division by zero',
  3221225621: 'integer overflow',
  2147483650: 'misaligned data',
  2147483651: 'breakpoint',
  3221225501: 'illegal instruction',
  3221225542: 'STATUS_MUTANT_NOT_OWNED',
  3221225543: 'STATUS_SEMAPHORE_LIMIT_EXCEEDED',
  3221225873: 'STATUS_MUTANT_LIMIT_EXCEEDED',
};

function describe(x: ExceptionInfo): string {
  const name = EXCEPTION_NAMES[x.code] ?? 'exception';
  if (!isMemoryFault(x.kind)) return `${name} (0x${x.code.toString(16).toUpperCase()})`;
  const where =
    x.address >= 0 && x.address < 0x10000
      ? `NULL pointer (${hex(x.address)})`
      : x.address === -1
        ? 'non-canonical address'
        : hex(x.address);
  return `${name}: ${verb(x)} at ${where}`;
}

export function onUnhandled(k: Kernel, x: ExceptionInfo): Status {
  if (x.kind === Fault.Stack) {
    return k.bugCheck(
      0x7f,
      8,
      x.frame,
      0,
      0,
      'kernel stack overflow: recursion too deep or locals too large for the 24 KB stack (double fault)',
    );
  }
  if (x.kind === Fault.FastFail) {
    return k.bugCheck(
      0x139,
      x.address,
      0,
      x.record,
      0,
      x.address === 3 ? 'a LIST_ENTRY is corrupted (__fastfail 3)' : `__fastfail(${x.address})`,
    );
  }
  if (k.mem.registers.userMode && k.hooks.userException) return k.hooks.userException(k, x);
  if (isMemoryFault(x.kind)) k.hooks.verifier?.nullDereference(k, x.address, x.frame);
  const own = driverFrame(k, x.frame);
  const via = own === x.frame ? '' : `${k.machine.functionName(k.machine.headers.fn(x.frame))} called by `;
  const text = `unhandled ${describe(x)} in ${via}${k.where(own)}`;
  if (k.mem.u8(k.prcb() + KPRCB.DpcRoutineActive)) {
    return k.bugCheck(0x1e, x.code, x.ip, x.parameters[0] ?? 0, x.parameters[1] ?? 0, `${text}, in a DPC`);
  }
  if (inSystemCall(k, x.frame)) return k.bugCheck(0x3b, x.code, x.ip, x.context, 0, `${text}, in a system call of a user-mode thread`);
  return k.bugCheck(0x7e, x.code, x.ip, x.record, x.context, `${text}, in a system thread`);
}
