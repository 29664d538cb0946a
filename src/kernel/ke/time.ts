// Virtual time: counted in steps by the machine, one clock per CPU; here it becomes interrupt time, system time and ticks.
// One step is config.stepNs nanoseconds; Windows counts in 100 ns.
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KE_GLOBALS } from '../layouts.gen.js';
import { CLOCK_INTERVAL_NS, TIME_INCREMENT } from './constants.js';
import { rearmEarly } from './timer.js';

/** Steps since boot on the current CPU, exact inside a routine. */
export const interruptTime = (k: Kernel): number => k.machine.now;

export const stepsTo100ns = (k: Kernel, steps: number): number => Math.floor((steps * k.config.stepNs) / 100);
/** Rounds up: a time is never reached early. */
export const stepsFrom100ns = (k: Kernel, t: number): number => Math.ceil((t * 100) / k.config.stepNs);
export const tickSteps = (k: Kernel): number => Math.max(1, Math.round(CLOCK_INTERVAL_NS / k.config.stepNs));

/** 100 ns since boot. */
export const interruptTime100 = (k: Kernel): number => stepsTo100ns(k, interruptTime(k));

/** System time (100 ns since 1601) at interrupt time 0. */
export const systemTimeOffset = (k: Kernel): bigint =>
  k.mem.i64(k.globals.KE + KE_GLOBALS.BootTime) + k.mem.i64(k.globals.KE + KE_GLOBALS.SystemTimeOffset);

/** Precise system time. */
export const systemTime = (k: Kernel): bigint => systemTimeOffset(k) + BigInt(interruptTime100(k));

export const tickCount = (k: Kernel): number => Math.floor(interruptTime(k) / tickSteps(k));
/** Times that Windows advances at the clock interrupt only. */
const coarse100 = (k: Kernel): number => tickCount(k) * TIME_INCREMENT;

/** The finest clock interval (100 ns) that the hardware gives. */
const MINIMUM_TIME = 5000;
const timerResolution = (k: Kernel): number => k.mem.u32(k.globals.KE + KE_GLOBALS.TimerResolution) || TIME_INCREMENT;

function store(k: Kernel, address: number, value: bigint) {
  k.mem.checked.setI64(address, value);
  return k.returnVoid();
}

export const routines: KernelRoutine[] = [
  { name: 'KeQuerySystemTime', cost: 3, step: (k, f) => store(k, f.ptr(0), systemTimeOffset(k) + BigInt(coarse100(k))) },
  { name: 'KeQuerySystemTimePrecise', cost: 5, step: (k, f) => store(k, f.ptr(0), systemTime(k)) },
  {
    name: 'KeQueryTickCount',
    cost: 3,
    step: (k, f) => store(k, f.ptr(0), BigInt(tickCount(k))),
  },
  { name: 'KeQueryTimeIncrement', cost: 2, step: (k) => k.return(TIME_INCREMENT) },
  { name: 'KeQueryInterruptTime', cost: 3, step: (k) => k.return(coarse100(k)) },
  { name: 'KeQueryUnbiasedInterruptTime', cost: 3, step: (k) => k.return(coarse100(k)) },
  {
    name: 'KeQueryInterruptTimePrecise',
    cost: 5,
    step(k, f) {
      if (f.ptr(0) !== 0) k.mem.checked.setI64(f.ptr(0), BigInt(interruptTime100(k)));
      return k.return(interruptTime100(k));
    },
  },
  {
    name: 'KeQueryPerformanceCounter',
    cost: 5,
    step(k, f) {
      if (f.ptr(0) !== 0) k.mem.checked.setI64(f.ptr(0), 10_000_000n);
      return k.return(interruptTime100(k));
    },
  },
  {
    name: 'KeStallExecutionProcessor',
    cost: 3,
    step(k, f) {
      k.machine.charge(Math.ceil((f.u32(0) * 1000) / k.config.stepNs));
      return k.returnVoid();
    },
  },
  {
    // (PULONG MaximumTime, PULONG MinimumTime, PULONG CurrentTime), 100 ns
    name: 'ExQueryTimerResolution',
    cost: 3,
    step: (k, f) => {
      k.mem.checked.setU32(f.ptr(0), TIME_INCREMENT);
      k.mem.checked.setU32(f.ptr(1), MINIMUM_TIME);
      k.mem.checked.setU32(f.ptr(2), timerResolution(k));
      return k.returnVoid();
    },
  },
  {
    // (DesiredTime, SetResolution): the resolution from now on. The finest that anybody asked for holds until all have released it.
    name: 'ExSetTimerResolution',
    cost: 5,
    step(k, f) {
      const m = k.mem;
      const at = k.globals.KE + KE_GLOBALS.TimerResolution;
      const count = k.globals.KE + KE_GLOBALS.TimerResolutionCount;
      if (f.bool(1)) {
        const wanted = Math.max(MINIMUM_TIME, f.u32(0));
        if (wanted < timerResolution(k)) m.setU32(at, wanted);
        m.setU32(count, m.u32(count) + 1);
        rearmEarly(k);
      } else if (m.u32(count) > 0) {
        m.setU32(count, m.u32(count) - 1);
        if (m.u32(count) === 0) m.setU32(at, 0);
      }
      return k.return(timerResolution(k));
    },
  },
];
