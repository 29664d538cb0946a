// Structured exceptions: search for a handler, unwinding. The protocol with compiled functions is in compile/seh.ts.
//
// The search is a routine like any other: a frame of `KiDispatchException` on top of the faulting frame holds the exception record and the place of
// the search, and pushes filter funclets on top of itself. So a filter may call, wait, fault or be checkpointed, and nested exceptions need no
// extra rule: the inner search simply walks through the outer dispatcher's frame (and asks the filter that faulted again: (U), as the x64 tables work).
// Unwinding needs no frame: when a `__finally` body runs, everything below its frame is dead and the unwind's target is kept in the region's area. A fault
// in the body starts a new search there; if its target lies further out, the old unwind is forgotten (collided unwind), else it goes on later.
import { Fault, FRAME, FrameFlag, Reason, ROUTINE_BASE, type Status } from './abi.js';
import { FinallyState, SEH_AREA } from './compile/seh.js';
import {
  bareException,
  EXCEPTION_SLOTS,
  type ExceptionDraft,
  faultParameters,
  faultStatus,
  readException,
  SLOT,
  Status32,
  writeException,
} from './exception-record.js';
import { plausibleFrame, StackFault } from './frames.js';
import type { SehRegion } from './image.js';
import type { Machine } from './machine.js';
import type { Frame } from './routine.js';

/** Machine-internal routines have ids the host never uses. */
export const INTERNAL_BASE = 0xff000;
export const EXCEPTION_ROUTINE = INTERNAL_BASE + 1;
export const TRAP_ROUTINE = INTERNAL_BASE + 2;

const NONCONTINUABLE = 1;
/** A chain longer than this is corrupted: the smallest frame is 64 bytes and stacks are far smaller than 4 MiB. */
const MAX_FRAMES = 65536;
const BOUNDARY = FrameFlag.SystemCall | FrameFlag.Interrupt;

enum Pc {
  /** ask the host whether this is an exception at all */
  Start = 0,
  /** first chance: the debugger may want to stop */
  FirstChance = 1,
  Search = 2,
  /** a filter has answered */
  Filtered = 3,
  /** a filter has answered EXCEPTION_CONTINUE_EXECUTION: the faulting step is tried again */
  Continue = 4,
}

export interface RaiseOptions {
  /** EXCEPTION_RECORD.ExceptionFlags; default EXCEPTION_NONCONTINUABLE. */
  readonly flags?: number;
  readonly parameters?: readonly (number | bigint)[];
}

/**
 * A routine of the machine itself. Costs no steps: exceptions take no virtual time, and a debugger stop in between changes nothing. The one exception is
 * going on where the fault was: it costs a step, or a filter that mends nothing would fault for ever in no time and no limit could end the run.
 */
export interface InternalRoutine {
  readonly name: string;
  readonly locals: number;
  readonly step: (m: Machine, f: Frame) => Status;
}

const INTERNAL: Readonly<Record<number, InternalRoutine>> = {
  [EXCEPTION_ROUTINE]: { name: 'KiDispatchException', locals: EXCEPTION_SLOTS, step: stepException },
  [TRAP_ROUTINE]: { name: 'KiInterruptDispatch', locals: 2, step: leaveTrap },
};

export const internalRoutine = (id: number): InternalRoutine | undefined => (id >= INTERNAL_BASE ? INTERNAL[id] : undefined);

// ---------------------------------------------------------------- how an exception begins
/** Reg.Fault* describes a fault at Top. Pushes the dispatcher's frame, or asks the host when there can be no search. `broken`: the frame itself is unreadable. */
export function beginFault(m: Machine, broken = false): Status {
  const r = m.registers;
  const kind: Fault = r.faultKind;
  const address = r.faultAddress;
  const accessed =
    kind === Fault.Read || kind === Fault.Write || kind === Fault.Execute || kind === Fault.Misaligned || kind === Fault.FastFail;
  return begin(
    m,
    {
      kind,
      code: faultStatus(kind),
      flags: kind === Fault.FastFail ? NONCONTINUABLE : 0,
      address: accessed ? address : 0,
      size: r.faultSize,
      parameters: kind === Fault.FastFail ? [BigInt(address)] : faultParameters(kind, address),
      frame: r.top,
    },
    broken || kind === Fault.Stack || kind === Fault.FastFail,
  );
}

/** Raises a software exception at Top. */
export function beginRaise(m: Machine, code: number, options: RaiseOptions): Status {
  return begin(
    m,
    {
      kind: Fault.Raise,
      code: code >>> 0,
      flags: options.flags ?? NONCONTINUABLE,
      address: 0,
      size: 0,
      parameters: (options.parameters ?? []).map((p) => BigInt.asUintN(64, BigInt(p))),
      frame: m.registers.top,
    },
    false,
  );
}

function begin(m: Machine, x: ExceptionDraft, hopeless: boolean): Status {
  if (hopeless) return m.host.onUnhandled(plausibleFrame(x.frame) ? bareException(m, x) : { ...bare(x), ip: 0 });
  try {
    const fp = m.pushFrame(ROUTINE_BASE + EXCEPTION_ROUTINE, [], { prev: x.frame });
    writeException(m, fp, x);
  } catch (e) {
    if (!(e instanceof StackFault)) throw e;
    // the exception itself does not fit on the stack any more: a double fault
    m.registers.top = x.frame;
    return m.host.onUnhandled(bareException(m, { ...x, kind: Fault.Stack, code: Status32.stackOverflow, parameters: [] }));
  }
  return m.stop(Reason.Call);
}

const bare = (x: ExceptionDraft) => ({ ...x, record: 0, context: 0, pointers: 0 });

// ---------------------------------------------------------------- search
function stepException(m: Machine, f: Frame): Status {
  const fp = f.fp;
  if (f.pc === Pc.Start) {
    f.pc = Pc.FirstChance;
    const decided = m.host.onFault?.(readException(m, fp));
    if (decided !== undefined) {
      if (m.registers.reason === Reason.Call && m.registers.top === fp) m.registers.top = m.headers.prev(fp);
      return decided;
    }
  }
  if (f.pc === Pc.FirstChance) {
    f.pc = Pc.Search;
    if (m.stopOnException?.(readException(m, fp))) return m.stop(Reason.DebugBreak);
  }
  if (f.pc === Pc.Filtered) {
    f.pc = Pc.Search;
    const cursor = f.get(SLOT.cursor);
    const region = f.get(SLOT.region);
    const answer = filterAnswer(m, f, cursor, region, f.result32 | 0);
    if (answer !== undefined) return answer;
    f.set(SLOT.region, region + 1);
  }
  return f.pc === Pc.Continue ? goOn(m, f) : search(m, f);
}

function search(m: Machine, f: Frame): Status {
  let cursor = f.get(SLOT.cursor);
  let first = f.get(SLOT.region);
  for (let n = 0; n < MAX_FRAMES && plausibleFrame(cursor); n++) {
    const regions = regionsOf(m, cursor);
    const pc = m.headers.pc(cursor);
    for (let i = first; i < regions.length; i++) {
      const s = regions[i];
      if (s.kind !== 'except' || pc < s.start || pc >= s.end) continue;
      if (s.filter === undefined) {
        const answer = filterAnswer(m, f, cursor, i, s.constantFilter ?? 0);
        if (answer !== undefined) return answer;
        continue;
      }
      f.set(SLOT.cursor, cursor);
      f.set(SLOT.region, i);
      f.pc = Pc.Filtered;
      const x = readException(m, f.fp);
      m.pushFrame(s.filter, [x.pointers, x.code], { prev: f.fp, flags: FrameFlag.Funclet, seh: cursor });
      return m.stop(Reason.Call);
    }
    if (m.headers.flags(cursor) & BOUNDARY) break;
    cursor = m.headers.prev(cursor);
    first = 0;
  }
  return m.host.onUnhandled(readException(m, f.fp));
}

/** What a filter value means; undefined: go on searching. */
function filterAnswer(m: Machine, f: Frame, frame: number, region: number, value: number): Status | undefined {
  if (value === 0) return undefined;
  const x = readException(m, f.fp);
  if (value > 0) return unwind(m, x.frame, frame, region, x.code);
  if (x.flags & NONCONTINUABLE) return beginRaise(m, Status32.noncontinuable, {});
  f.pc = Pc.Continue;
  return goOn(m, f);
}

/** EXCEPTION_CONTINUE_EXECUTION: a step of its own, so that the slice may end before it as before any other. */
function goOn(m: Machine, f: Frame): Status {
  if (!m.takeStep()) return m.stop(Reason.Fuel);
  m.registers.top = readException(m, f.fp).frame;
  return m.stop(Reason.Call);
}

function regionsOf(m: Machine, fp: number): readonly SehRegion[] {
  return m.function(m.headers.fn(fp))?.seh ?? [];
}

// ---------------------------------------------------------------- unwind
/** Words of a finally area that hold the unwind it interrupts. */
const AREA = { target: SEH_AREA.machine, region: SEH_AREA.machine + 4, code: SEH_AREA.machine + 8 } as const;

/** Unwinds from `frame` (inclusive) to the handler of `region` in `target`; leaves with Reason.Call at the next code to run. */
function unwind(m: Machine, frame: number, target: number, region: number, code: number): Status {
  const raw = m.mem.raw;
  for (let n = 0; n < MAX_FRAMES && plausibleFrame(frame); n++) {
    m.registers.top = frame;
    const fn = m.headers.fn(frame);
    if (fn >= ROUTINE_BASE) m.unwindRoutine(frame);
    const pc = m.headers.pc(frame);
    const regions = regionsOf(m, frame);
    const limit = frame === target ? region : regions.length;
    for (let i = 0; i < limit; i++) {
      const s = regions[i];
      if (s.kind !== 'finally' || pc < s.start || pc >= s.end) continue;
      const area = frame + s.area;
      raw.setI32(area + SEH_AREA.state, FinallyState.Unwinding);
      raw.setI32(area + AREA.target, target);
      raw.setI32(area + AREA.region, region);
      raw.setU32(area + AREA.code, code);
      m.headers.set(frame, 'pc', s.handler);
      return m.stop(Reason.Call);
    }
    if (frame === target) {
      const s = regions[region];
      if (!s) break;
      raw.setU32(frame + s.area + SEH_AREA.code, code);
      m.registers.exceptionCode = code;
      m.headers.set(frame, 'pc', s.handler);
      return m.stop(Reason.Call);
    }
    frame = m.headers.prev(frame);
  }
  return brokenChain(m);
}

/** Reason.Unwind: the finally body of Top that `unwind` entered has ended; the unwind goes on. */
export function finishFinally(m: Machine): Status {
  const raw = m.mem.raw;
  const frame = m.registers.top;
  const pc = m.headers.pc(frame);
  const s = regionsOf(m, frame).find((r) => r.finallyEnd === pc);
  if (!s) return brokenChain(m);
  const area = frame + s.area;
  raw.setI32(area + SEH_AREA.state, FinallyState.Normal);
  return unwind(m, frame, raw.i32(area + AREA.target), raw.i32(area + AREA.region), raw.u32(area + AREA.code));
}

/** The chain of frames was overwritten while it was being unwound. */
function brokenChain(m: Machine): Status {
  m.registers.setFault(Fault.Illegal, m.registers.top, 0);
  return beginFault(m, true);
}

// ---------------------------------------------------------------- traps
/**
 * Saves what an interrupted frame may have in registers (return value, exception code) in a frame of its own, which restores them when everything
 * above it has returned. Pushed before a DPC, interrupt or APC on top of a thread that stopped between two steps. Needs no host.
 */
export function pushTrap(m: Machine, flags: number): number {
  const value = m.registers.returnValue64;
  const code = m.registers.exceptionCode;
  const fp = m.pushFrame(ROUTINE_BASE + TRAP_ROUTINE, [], { flags });
  m.mem.raw.setI64(fp + FRAME.header, value);
  m.mem.raw.setU32(fp + FRAME.header + 8, code);
  return fp;
}

function leaveTrap(m: Machine, f: Frame): Status {
  m.registers.returnValue64 = m.mem.raw.i64(f.fp + FRAME.header);
  m.registers.exceptionCode = m.mem.raw.u32(f.fp + FRAME.header + 8);
  m.registers.top = m.headers.prev(f.fp);
  return m.stop(Reason.Call);
}

/** The exception whose dispatcher frame is `fp`, or undefined when it is another frame. */
export function exceptionAt(m: Machine, fp: number) {
  return plausibleFrame(fp) && m.headers.fn(fp) === ROUTINE_BASE + EXCEPTION_ROUTINE ? readException(m, fp) : undefined;
}
