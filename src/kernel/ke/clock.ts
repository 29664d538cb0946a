// The clock interrupt of each CPU, every 15.625 ms: CPU 0 expires timers and runs the balance set manager's scan; each CPU looks at the quantum of its
// thread, at DPCs left in its queue and at its watchdogs (reference: scheduler.md §2, §4, §9; bugchecks.md 0x133).
import { Reg } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS, KPRCB, KTHREAD } from '../layouts.gen.js';
import { CLOCK_LEVEL, DISPATCH_LEVEL, DISPATCH_LIMIT_TICKS, DPC_LIMIT_TICKS, ThreadState } from './constants.js';
import { dpcTick } from './dpc.js';
import { prcbOf } from './prcb.js';
import { quantumUsedUp } from './quantum.js';
import { cpuCount } from './ready.js';
import { chargeTick } from './runtime.js';
import { relieveStarvation } from './starvation.js';
import { stepsFrom100ns, tickSteps } from './time.js';
import { expireEarly, expireTimers, rearmEarly } from './timer.js';
import { dueTime, firstTimer, hasEarlyInterrupts } from './timer-queue.js';

/** A CPU that has taken no clock interrupt for so long is hung (U). */
const CLOCK_LIMIT_TICKS = 16;

/** The interrupt is the kernel's whatever it interrupted: user mode's view of memory must not decide what it may touch. */
export function clockInterrupt(k: Kernel): void {
  const r = k.mem.registers;
  const user = r.userMode;
  r.userMode = false;
  try {
    tick(k, user);
  } finally {
    r.userMode = user;
  }
}

function tick(k: Kernel, user: boolean): void {
  const m = k.mem;
  const prcb = k.prcb();
  const now = k.machine.cpu.time;
  const full = m.ptr(k.globals.KE + KE_GLOBALS.FullTick);
  if (k.cpuNumber === 0 && full !== 0) {
    m.setPtr(k.globals.KE + KE_GLOBALS.FullTick, 0);
    m.setPtr(prcb + KPRCB.NextTick, full);
    if (now < full) return expireEarly(k);
  }
  m.setPtr(prcb + KPRCB.NextTick, m.ptr(prcb + KPRCB.NextTick) + tickSteps(k));
  m.setU32(prcb + KPRCB.InterruptCount, m.u32(prcb + KPRCB.InterruptCount) + 1);
  if (k.cpuNumber === 0) {
    m.setPtr(k.globals.KE + KE_GLOBALS.TickCount, Math.floor(now / tickSteps(k)));
    expireTimers(k);
    rearmEarly(k);
    balance(k, now);
  }
  dpcTick(k, now);
  const thread = m.ptr(prcb + KPRCB.CurrentThread);
  if (thread !== m.ptr(prcb + KPRCB.IdleThread)) chargeTick(k, thread, user);
  if (thread !== m.ptr(prcb + KPRCB.IdleThread) && m.u32(thread + KTHREAD.State) === ThreadState.Running && quantumUsedUp(k, thread)) {
    m.setU8(prcb + KPRCB.QuantumEnd, 1);
  }
  watchdog(k, now);
}

function watchdog(k: Kernel, now: number): void {
  const prcb = k.prcb();
  for (let cpu = 0; cpu < cpuCount(k); cpu++) {
    const missed = now - k.mem.ptr(prcbOf(k, cpu) + KPRCB.NextTick);
    if (missed <= CLOCK_LIMIT_TICKS * tickSteps(k) || k.machine.wordsOf(cpu)[Reg.Irql >> 2] < CLOCK_LEVEL) continue;
    k.bugCheck(
      0x101,
      CLOCK_LIMIT_TICKS,
      0,
      prcbOf(k, cpu),
      cpu,
      `CPU ${cpu} has taken no clock interrupt for ${CLOCK_LIMIT_TICKS} ticks: it is at CLOCK_LEVEL or above`,
    );
    return;
  }
  const since = k.mem.ptr(prcb + KPRCB.DpcSince);
  const tick = tickSteps(k);
  if (k.mem.u8(prcb + KPRCB.DpcRoutineActive) && since !== 0 && now - since > DPC_LIMIT_TICKS * tick) {
    k.bugCheck(0x133, 0, Math.floor((now - since) / tick), DPC_LIMIT_TICKS, 0, 'one DPC routine has run for more than 20 seconds');
  } else if (k.irql >= DISPATCH_LEVEL && !k.mem.u8(prcb + KPRCB.DpcRoutineActive)) {
    const at = k.mem.ptr(prcb + KPRCB.DispatchSince);
    if (now - at > DISPATCH_LIMIT_TICKS * tick)
      k.bugCheck(0x133, 1, DISPATCH_LIMIT_TICKS, 0, 0, 'the CPU has been at DISPATCH_LEVEL or above for more than 120 seconds');
  }
}

/** The balance set manager, once a second: worker threads, threads that were ready too long. */
function balance(k: Kernel, now: number): void {
  const at = k.globals.KE + KE_GLOBALS.NextBalanceTime;
  if (now < k.mem.ptr(at)) return;
  k.mem.setPtr(at, now + 64 * tickSteps(k));
  k.hooks.balance?.(k);
  relieveStarvation(k, now);
}

/** All CPUs are idle: jumps to the clock interrupt of CPU 0 at which the next timer is due. Undefined: that is past `maxTime`. */
export function skipToTick(k: Kernel, maxTime: number): number | undefined {
  const m = k.mem;
  k.machine.switchCpu(0);
  const prcb = prcbOf(k, 0);
  const timer = firstTimer(k);
  const balance = k.hooks.balanceDue?.(k) ? m.ptr(k.globals.KE + KE_GLOBALS.NextBalanceTime) : Number.MAX_SAFE_INTEGER;
  const due = Math.min(balance, timer === 0 ? Number.MAX_SAFE_INTEGER : stepsFrom100ns(k, dueTime(k, timer)));
  const next = m.ptr(prcb + KPRCB.NextTick);
  const tick = tickSteps(k);
  // Where timers may have early interrupts, the tick before the one at which it is due sets that up.
  const early = hasEarlyInterrupts(k);
  const ticks = (due - next) / tick;
  const at =
    m.ptr(k.globals.KE + KE_GLOBALS.FullTick) !== 0 || due <= next ? next : next + (early ? Math.floor(ticks) : Math.ceil(ticks)) * tick;
  if (at > maxTime) {
    k.machine.cpu.time = Math.max(k.machine.cpu.time, maxTime);
    return undefined;
  }
  k.machine.cpu.time = Math.max(at, k.machine.cpu.time);
  m.setPtr(prcb + KPRCB.NextTick, at);
  clockInterrupt(k);
  return at;
}

/** A CPU that was idle (or spun) is given something to do by another one: its clock is not behind the cause. Clock interrupts in between had no effect. */
export function catchUp(k: Kernel, cpu: number, time: number): void {
  const state = k.machine.cpus[cpu];
  if (state.time >= time) return;
  state.time = time;
  const prcb = prcbOf(k, cpu);
  const next = k.mem.ptr(prcb + KPRCB.NextTick);
  const tick = tickSteps(k);
  if (cpu !== 0 && next <= time) k.mem.setPtr(prcb + KPRCB.NextTick, next + Math.ceil((time - next + 1) / tick) * tick);
}
