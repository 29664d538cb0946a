// The loop that runs the innermost frame, and the two functions compiled code calls. It never recurses: a routine or fault pushes a frame and the loop
// goes on with it, so the host stack is empty whenever the machine stops.
import { BREAK_TABLE, CODE_MAGIC, Deny, Fault, FRAME, PAGE_SHIFT, Reason, Reg, ROUTINE_BASE, Status, toAddress } from './abi.js';
import { CALL_WINDOW, SlowKind, unpackSlow } from './compile/imports.js';
import { plausibleFrame, RoutineFrame, StackFault } from './frames.js';
import type { Machine } from './machine.js';
import { SimulatedFault } from './routine.js';
import { beginFault, finishFinally, internalRoutine } from './seh.js';

/** V8 replaces wasm code by optimised code only when a function is entered: leave and re-enter after so many steps. */
const CHUNK = 2_000_000;
const DEFAULT_COST = 10;
/** Steps a routine costs when it goes on after a call or wait. */
const RESUME_COST = 1;
const CANONICAL = 2 ** 47;

export class Dispatcher {
  /** Steps of the slice that are not in Reg.Fuel yet. */
  private rest = 0;
  private given = 0;
  /** Steps charged beyond the fuel that was left. */
  private overrun = 0;
  private running = false;
  executed = 0;
  /** A slice ends exactly after its steps, also between a call and the first step of the routine that is called. */
  exact = false;
  /** The observer wants to stop before the access that the slow path was asked about. */
  private stopBefore = false;
  private readonly frames: RoutineFrame[] = [];
  private depth = 0;

  constructor(private readonly m: Machine) {}

  /** Steps used in the slice that is running now; 0 outside. */
  get used(): number {
    return this.running ? this.given - this.left : 0;
  }
  private get left(): number {
    return this.m.registers.fuel + this.rest - this.overrun;
  }

  run(steps: number, skipBreak: boolean): Reason {
    const r = this.m.registers;
    if (this.running) throw new Error('machine.run inside a step');
    const cpu = this.m.cpu;
    this.given = steps;
    this.rest = steps;
    this.overrun = 0;
    r.fuel = 0;
    this.running = true;
    try {
      const reason = this.loop(skipBreak);
      r.reason = reason;
      return reason;
    } finally {
      this.executed = this.given - this.left;
      this.running = false;
      this.depth = 0;
      cpu.time += this.executed;
      this.m.totalSteps += this.executed;
      r.fuel = 0;
    }
  }

  requestStop(): void {
    if (!this.running) return;
    this.given -= this.m.registers.fuel + this.rest;
    this.rest = 0;
    this.m.registers.fuel = 0;
  }

  charge(steps: number): void {
    const r = this.m.registers;
    if (!this.running) return;
    if (r.fuel >= steps) {
      r.fuel -= steps;
      return;
    }
    const missing = steps - r.fuel;
    r.fuel = 0;
    const fromRest = Math.min(missing, this.rest);
    this.rest -= fromRest;
    this.overrun += missing - fromRest;
  }

  takeStep(): boolean {
    if (!this.refill()) return false;
    this.m.registers.fuel--;
    return true;
  }

  private refill(): boolean {
    const r = this.m.registers;
    if (r.fuel > 0) return true;
    if (this.rest <= 0) return false;
    r.fuel = Math.min(this.rest, CHUNK);
    this.rest -= r.fuel;
    return true;
  }

  private loop(skipBreak: boolean): Reason {
    const m = this.m;
    const r = m.registers;
    for (;;) {
      const top = r.top;
      if (top === 0) return Reason.Done;
      if (!plausibleFrame(top)) return this.broken(top);
      const fn = m.headers.fn(top);
      let status: Status;
      if (fn >= ROUTINE_BASE) {
        if (!this.refill() && !internalRoutine(fn - ROUTINE_BASE)) return Reason.Fuel;
        status = this.stepRoutine(top, fn - ROUTINE_BASE);
      } else {
        const code = m.images.code(fn);
        if (!code) return this.broken(top);
        this.refill();
        r.words[Reg.CallLimit >> 2] = Math.max(r.stackLimit, top - CALL_WINDOW);
        if (m.images.isGone(fn)) status = m.fault(Fault.Execute, toAddress(m.function(fn)!.codeOffset), 16);
        else status = skipBreak ? this.skipBreak(top, fn, code) : code(top, m.headers.pc(top));
        skipBreak = false;
      }
      if (status === Status.Returned) {
        this.pop(top);
        continue;
      }
      if (this.stopBefore) {
        this.stopBefore = false;
        r.reason = Reason.Visible;
        r.fuel++; // the step was not executed
      } else if (r.reason === Reason.Fault) beginFault(m);
      else if (r.reason === Reason.Unwind) finishFinally(m);
      const reason: Reason = m.registers.reason;
      if (reason === Reason.Break && m.onBreak && !m.onBreak(m.reg(Reg.StopStep), r.top)) {
        skipBreak = true;
        continue;
      }
      if (reason === Reason.Fuel ? !this.refill() : reason !== Reason.Call) return reason;
    }
  }

  /** One step with the break byte of the frame's step cleared: how to go on from a breakpoint. */
  private skipBreak(top: number, fn: number, code: (fp: number, pc: number) => number): Status {
    const pc = this.m.headers.pc(top);
    const at = BREAK_TABLE + this.m.function(fn)!.stepBase + pc;
    const bytes = this.m.mem.buffer;
    const old = bytes[at];
    const r = this.m.registers;
    if (!old || r.fuel <= 0) return code(top, pc);
    bytes[at] = 0;
    this.rest += r.fuel - 1;
    r.fuel = 1;
    const status = code(top, pc);
    bytes[at] = old;
    return status;
  }

  /** The frame at `fp` has returned; its caller goes on. */
  private pop(fp: number): void {
    const m = this.m;
    const prev = m.headers.prev(fp);
    m.registers.top = prev;
    if (plausibleFrame(prev) && m.headers.fn(prev) >= ROUTINE_BASE) m.mem.raw.setI64(prev + FRAME.result, m.registers.returnValue64);
  }

  /** A header that no code wrote: the stack was overwritten by the driver. */
  private broken(top: number): Reason {
    const m = this.m;
    m.fault(Fault.Illegal, top, 0);
    beginFault(m, true);
    return m.registers.reason;
  }

  /** The import of compiled code: a routine that it calls (the hottest way into TypeScript). */
  callRoutine(fp: number, id: number): Status {
    if (this.exact && !this.refill()) {
      this.m.registers.top = fp;
      return this.m.stop(Reason.Fuel);
    }
    return this.stepRoutine(fp, id);
  }

  /** Runs one step of a routine. A fault in it becomes a fault at its frame. */
  private stepRoutine(fp: number, id: number): Status {
    const m = this.m;
    m.registers.top = fp;
    const routine = m.host.routines[id];
    if (!routine) return this.stepInternal(fp, id);
    const observer = m.mem.observer;
    if (observer?.enterRoutine(id)) return m.stop(Reason.Visible);
    const frame = this.enter(fp, routine.locals ?? 0);
    this.charge(frame.pc === 0 ? (routine.cost ?? DEFAULT_COST) : RESUME_COST);
    try {
      return routine.step(m.host as never, frame);
    } catch (e) {
      return this.fault(e, fp);
    } finally {
      this.depth--;
      observer?.leaveRoutine();
    }
  }

  private stepInternal(fp: number, id: number): Status {
    const m = this.m;
    const internal = internalRoutine(id);
    if (!internal) return m.fault(Fault.Illegal, 0, 0);
    const frame = this.enter(fp, internal.locals);
    try {
      return internal.step(m, frame);
    } catch (e) {
      return this.fault(e, fp);
    } finally {
      this.depth--;
    }
  }

  /** The unwind action of a routine's frame. A fault in it is lost: the exception that is unwinding goes on. */
  unwindRoutine(fp: number, id: number): void {
    const routine = this.m.host.routines[id];
    if (!routine?.unwind) return;
    const frame = this.enter(fp, routine.locals ?? 0);
    try {
      routine.unwind(this.m.host as never, frame);
    } catch (e) {
      this.fault(e, fp);
    } finally {
      this.depth--;
    }
  }

  /** An accessor for the frame; one for each nesting level. Who calls it must lower `depth` again. */
  private enter(fp: number, locals: number): RoutineFrame {
    return (this.frames[this.depth++] ??= new RoutineFrame(this.m.mem)).attach(fp, locals);
  }

  /** What was thrown inside a routine step, as a fault at its frame; mistakes of ours are thrown on. */
  private fault(e: unknown, fp: number): Status {
    const m = this.m;
    if (e instanceof SimulatedFault) {
      m.registers.top = fp;
      return m.fault(e.write ? Fault.Write : Fault.Read, canonical(e.address), e.size);
    }
    if (e instanceof StackFault) {
      m.registers.top = fp;
      return m.fault(Fault.Stack, 0, 0);
    }
    throw e;
  }

  /** The import `e.slow`: see compile/imports.ts. */
  slow(address64: bigint, sizeAndKind: number): number {
    if (sizeAndKind >= 0) return this.slowAt(address64, sizeAndKind);
    const { plain, step } = unpackSlow(sizeAndKind);
    this.m.mem.watches.step = step;
    const o = this.slowAt(address64, plain);
    this.m.mem.watches.step = -1;
    return o;
  }

  private slowAt(address64: bigint, sizeAndKind: number): number {
    const m = this.m;
    const address = Number(address64);
    const size = sizeAndKind & SlowKind.SizeMask;
    if (sizeAndKind & SlowKind.Execute) return this.slowExecute(address);
    const write = (sizeAndKind & SlowKind.Write) !== 0;
    if (sizeAndKind & SlowKind.Interlocked && size > 1 && Number(address64 & BigInt(size - 1)) !== 0) {
      m.registers.setFault(Fault.Misaligned, canonical(address), size);
      return -1;
    }
    const { observer } = m.mem;
    if (observer) {
      const at = m.mem.offsetOf(address, size);
      if (at >= 0 && observer.access(at, size, write)) {
        this.stopBefore = true;
        return -1;
      }
    }
    const o = m.mem.translate(address, size, write);
    if (o < 0) {
      m.registers.setFault(write ? Fault.Write : Fault.Read, canonical(m.mem.firstRefused(address, size, write)), size);
      return -1;
    }
    if (write) m.mem.touch(o, size);
    return o;
  }

  private slowExecute(address: number): number {
    const m = this.m;
    const o = m.mem.offsetOf(address, 16);
    const bits = o < 0 ? Deny.Execute : m.mem.deny[o >>> PAGE_SHIFT];
    const refused = Deny.Execute | (m.registers.userMode ? Deny.Supervisor : 0) | (m.registers.irql >= 2 ? Deny.Pageable : 0);
    if (bits & refused || (address < 0 && m.registers.userMode)) {
      m.registers.setFault(Fault.Execute, canonical(address), 16);
      return -1;
    }
    if (o & 15 || m.mem.raw.u32(o) !== CODE_MAGIC) {
      m.registers.setFault(Fault.Illegal, canonical(address), 16);
      return -1;
    }
    return o;
  }
}

/** Windows reports a fault at a non-canonical address as address -1 (the CPU raises #GP without CR2). */
const canonical = (a: number): number => (a >= -CANONICAL && a < CANONICAL ? a : -1);
