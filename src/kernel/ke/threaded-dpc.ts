// Threaded DPCs (reference: scheduler.md §10): their routines run in a thread of each CPU, at PASSIVE_LEVEL and priority 31, so that DPCs and interrupts of
// others come first. Where they are switched off (ThreadDpcEnable = 0, choice `threaded-dpc`) they are ordinary DPCs, and a routine must be right in both cases.
// The thread of a CPU is made when the first threaded DPC is queued to it: few drivers have one, and a machine has up to 64 CPUs.
import type { Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KDPC, KDPC_DATA, KPRCB } from '../layouts.gen.js';
import { PASSIVE_LEVEL, WaitReason } from './constants.js';
import { createCoreThread } from './core-thread.js';
import { checkDisableCount, dpcArguments, dpcDone, signalDrained, takeDpc } from './dpc.js';
import { prcbOf } from './prcb.js';

const PRIORITY = 31;

/** Something is in the CPU's queue of threaded DPCs. Any IRQL: the thread runs when that of its CPU allows it. */
export function wakeDpcThread(k: Kernel, cpu: number): void {
  const m = k.mem;
  const prcb = prcbOf(k, cpu);
  if (m.ptr(prcb + KPRCB.DpcThread) === 0) {
    m.setU32(prcb + KPRCB.DpcThreadActive, 1);
    const thread = createCoreThread(k, { start: 'KiExecuteDpc', context: prcb, priority: PRIORITY, cpu });
    if (thread === 0) k.throwBugCheck(0x4d, [], 'no kernel stack is left for the thread of threaded DPCs');
    m.setPtr(prcb + KPRCB.DpcThread, thread);
  } else if (!m.u32(prcb + KPRCB.DpcThreadActive)) {
    m.setU32(prcb + KPRCB.DpcThreadActive, 1);
    k.signalEvent(prcb + KPRCB.DpcThreadEvent);
  }
}

const DPC = 0;
const ROUTINE = 1;

/** (Prcb) */
function execute(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const prcb = f.ptr(0);
  const queue = prcb + KPRCB.DpcData + KDPC_DATA.sizeof;
  if (f.pc === 2) {
    k.event('ke.dpc.end', { dpc: f.get(DPC), routine: f.get(ROUTINE), cpu: k.cpuNumber });
    dpcDone(k, queue);
    if (k.irql !== PASSIVE_LEVEL) {
      return k.bugCheck(
        0xc8,
        (k.irql << 16) | (PASSIVE_LEVEL << 8) | 2,
        f.get(DPC),
        0,
        0,
        `the threaded DPC routine ${k.functionAtText(f.get(ROUTINE))} returned at IRQL ${k.irql} instead of PASSIVE_LEVEL`,
      );
    }
    const bad = checkDisableCount(k, f.get(ROUTINE), false, 0);
    if (bad !== undefined) return bad;
  }
  const dpc = takeDpc(k, queue);
  if (dpc === 0) {
    m.setU32(prcb + KPRCB.DpcThreadActive, 0);
    signalDrained(k);
    return k.wait(f, 1, { object: prcb + KPRCB.DpcThreadEvent, reason: WaitReason.WrQueue });
  }
  f.set(DPC, dpc);
  f.set(ROUTINE, m.ptr(dpc + KDPC.DeferredRoutine));
  k.event('ke.dpc.start', { dpc, routine: f.get(ROUTINE), cpu: k.cpuNumber });
  return k.call(f, 2, f.get(ROUTINE), dpcArguments(k, dpc));
}

export const routines: KernelRoutine[] = [{ name: 'KiExecuteDpc', locals: 2, cost: 10, step: execute }];
