// A kernel of a few routines for tests of single routines: no threads, no scheduler; each call runs one frame on a bare stack until it returns or fails.
import assert from 'node:assert/strict';
import type { KernelConfig } from '../../../src/kernel/config.js';
import { createCore } from '../../../src/kernel/core-boot.js';
import { initTimerQueue } from '../../../src/kernel/ke/timer-queue.js';
import type { Frame, Kernel, KernelRoutine } from '../../../src/kernel/kernel.js';
import { KPRCB, KTHREAD } from '../../../src/kernel/layouts.gen.js';
import { initializeMm } from '../../../src/kernel/mm/mm-misc.js';
import { NT_LAYOUT } from '../../../src/kernel/nt-layout.js';
import { buildRoutineTable } from '../../../src/kernel/routine-table.js';
import { type Addr, MAP, PAGE_SIZE, Reason, Reg, ROUTINE_BASE, type Status, toAddress } from '../../../src/machine/abi.js';
import type { UnhandledException } from '../../../src/machine/machine.js';

const STACK = MAP.stacks.start;
const STACK_SIZE = 6 * PAGE_SIZE;
const CALLBACKS = 6;

/** What a call came to when it did not return. */
export interface Failure {
  readonly exception?: UnhandledException;
  readonly bugCheck?: number;
  readonly parameters?: readonly bigint[];
  readonly explanation?: string;
  readonly reason: Reason;
}

export class Rig {
  readonly k: Kernel;
  private readonly functions: ((f: Frame) => number)[] = [];
  private exception: UnhandledException | undefined;
  private free: Addr;

  constructor(lists: readonly (readonly KernelRoutine[])[], config: Partial<KernelConfig> = {}) {
    const callbacks = Array.from(
      { length: CALLBACKS },
      (_, i): KernelRoutine => ({
        name: `TestCallback${i}`,
        step: (k, f) => k.return(this.functions[i](f)),
      }),
    );
    const table = buildRoutineTable([...lists, callbacks]);
    this.k = createCore(config, table);
    const { k } = this;
    const pages = k.mem.pages;
    pages.map(NT_LAYOUT.routineCode, Math.ceil((16 * table.list.length) / PAGE_SIZE) * PAGE_SIZE, { executable: true });
    table.list.forEach((_, id) => k.machine.writeCodeEntry(NT_LAYOUT.routineCode + 16 * id, ROUTINE_BASE + id));
    pages.map(NT_LAYOUT.KE, NT_LAYOUT.poolRecords - NT_LAYOUT.KE, { writable: true });
    pages.map(STACK, STACK_SIZE, { writable: true });
    pages.map(MAP.drivers.start, 64 * PAGE_SIZE, { writable: true });
    this.free = toAddress(MAP.drivers.start);
    k.machine.registers.stackLimit = STACK + 512;
    initializeMm(k);
    initTimerQueue(k); // freeing pool looks for timers in it
    k.mem.setPtr(k.prcb() + KPRCB.CurrentThread, this.alloc(KTHREAD.sizeof)); // routines ask who they are
    Object.assign(k, {
      onFault: undefined,
      onUnhandled: (x: UnhandledException): Status => {
        this.exception = x;
        return k.machine.stop(Reason.BugCheck);
      },
    });
  }

  /** Memory of a driver: 16-aligned, zero. */
  alloc(bytes: number): Addr {
    const at = this.free;
    this.free += (bytes + 31) & ~15;
    return at;
  }
  ansi(text: string): Addr {
    const at = this.alloc(text.length + 1);
    this.k.mem.writeAnsi(at, text, true);
    return at;
  }
  wide(text: string): Addr {
    const at = this.alloc(2 * text.length + 2);
    this.k.mem.writeUtf16(at, text, true);
    return at;
  }
  /** UNICODE_STRING with exactly `maximum` bytes of buffer (default: the text's). */
  unicode(text: string, maximum = 2 * text.length): Addr {
    const at = this.alloc(16);
    const buffer = this.alloc(maximum);
    this.k.mem.writeUtf16(buffer, text);
    this.setCounted(at, 2 * text.length, maximum, buffer);
    return at;
  }
  /** ANSI_STRING. */
  counted(text: string, maximum = text.length): Addr {
    const at = this.alloc(16);
    const buffer = this.alloc(maximum);
    this.k.mem.writeAnsi(buffer, text);
    this.setCounted(at, text.length, maximum, buffer);
    return at;
  }
  setCounted(at: Addr, length: number, maximum: number, buffer: Addr): void {
    this.k.mem.setU16(at, length);
    this.k.mem.setU16(at + 2, maximum);
    this.k.mem.setPtr(at + 8, buffer);
  }
  text(at: Addr): string {
    return this.k.mem.readUtf16(this.k.mem.ptr(at + 8), this.k.mem.u16(at));
  }
  ansiText(at: Addr): string {
    return this.k.mem.readAnsi(this.k.mem.ptr(at + 8), this.k.mem.u16(at));
  }
  /** Code address of a function written in the test; the driver's callbacks. */
  callback(body: (f: Frame) => number): Addr {
    assert.ok(this.functions.length < CALLBACKS, 'no callback left');
    this.functions.push(body);
    return this.k.addressOf(`TestCallback${this.functions.length - 1}`);
  }

  private start(name: string, args: readonly (number | bigint)[]): Reason {
    const id = this.k.routineIndex.get(name);
    assert.ok(id !== undefined, `no routine ${name}`);
    this.exception = undefined;
    this.k.machine.pushFrame(ROUTINE_BASE + id, args, { prev: 0, base: STACK + STACK_SIZE });
    return this.k.machine.run(1e7);
  }
  /** Runs the routine to its end; its result as signed 64-bit number. */
  call(name: string, ...args: (number | bigint)[]): number {
    const reason = this.start(name, args);
    assert.equal(
      reason,
      Reason.Done,
      `${name} did not return: ${this.exception?.code.toString(16) ?? this.k.bugCheckInfo()?.explanation ?? Reason[reason]}`,
    );
    return this.k.machine.registers.returnValue;
  }
  /** The same with an exact 64-bit result. */
  callBig(name: string, ...args: (number | bigint)[]): bigint {
    this.call(name, ...args);
    return this.k.machine.registers.returnValue64;
  }
  /** NTSTATUS, unsigned. */
  status(name: string, ...args: (number | bigint)[]): number {
    return this.call(name, ...args) >>> 0;
  }
  /** Runs a routine that must not return. */
  fails(name: string, ...args: (number | bigint)[]): Failure {
    const reason = this.start(name, args);
    assert.notEqual(reason, Reason.Done, `${name} returned`);
    const b = this.k.bugCheckInfo();
    return { exception: this.exception, bugCheck: b?.code, parameters: b?.parameters, explanation: b?.explanation, reason };
  }
  /** A page that can be written with an unmapped one behind it; returns its first byte. */
  guardedPage(options: { readonly writable?: boolean; readonly pageable?: boolean; readonly user?: boolean } = {}): Addr {
    const o = this.k.mem.pages.allocate(MAP.drivers, 1, { writable: true, ...options }, { after: 1 });
    this.k.mem.raw.fill(o, PAGE_SIZE);
    return toAddress(o);
  }
  /** Gives the machine a user window of `pages` pages at USER_BASE. */
  userWindow(
    pages: number,
    protection: { readonly writable?: boolean; readonly pageable?: boolean } = { writable: true, pageable: true },
  ): number {
    const offset = MAP.user.start;
    this.k.mem.pages.map(offset, pages * PAGE_SIZE, { ...protection, user: true });
    this.k.machine.setReg(Reg.UserOffset, offset);
    this.k.machine.setReg(Reg.UserSize, pages * PAGE_SIZE);
    return offset;
  }
}
