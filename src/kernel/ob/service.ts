// System services. One definition gives four routines: `NtX` (the service), `ZwX` (the kernel's stub: previous mode becomes KernelMode around NtX), and
// `ntdll!NtX`/`ntdll!ZwX`, the user-mode stubs that enter the kernel. Services decide by KTHREAD.PreviousMode whether pointers are probed and which
// handles count (reference: ps-routines.md 7).
import { type Addr, isKernelAddress, type Status } from '../../machine/abi.js';
import { type Frame, SimulatedFault } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KTHREAD } from '../layouts.gen.js';
import { NT } from './status.js';

export interface ServiceDefinition {
  /** Name without prefix: `Close` gives NtClose and ZwClose. */
  readonly name: string;
  /** Number of arguments. */
  readonly args: number;
  readonly locals?: number;
  readonly cost?: number;
  readonly step: (k: Kernel, f: Frame) => Status;
  readonly unwind?: (k: Kernel, f: Frame) => void;
}

export const KERNEL_MODE = 0;
export const USER_MODE = 1;

/** KTHREAD.PreviousMode of the current thread. */
export const previousMode = (k: Kernel): number => k.mem.u8(k.currentThread() + KTHREAD.PreviousMode);

/** Ends a service with a status from deep inside its step; only `probeUser` throws it. */
class ServiceStatus extends Error {
  constructor(readonly status: number) {
    super('service status');
  }
}

/**
 * ProbeForRead/Write of what user mode gave: a misaligned address ends the service in STATUS_DATATYPE_MISALIGNMENT, a kernel address in
 * STATUS_ACCESS_VIOLATION. Nothing is probed for kernel mode, and no bytes are never wrong.
 */
export function probeUser(k: Kernel, address: Addr, size: number, write = false, alignment = 1): void {
  if (size <= 0 || previousMode(k) !== USER_MODE) return;
  if (alignment > 1 && (address & (alignment - 1)) !== 0) throw new ServiceStatus(NT.DATATYPE_MISALIGNMENT);
  if (address < 0 || isKernelAddress(address)) throw new SimulatedFault(address, write, size);
}

/**
 * Runs one service step; bad user pointers become its return value, bad kernel pointers an exception at its caller. Local slots begin as zeros: a driver may
 * call the Nt form itself, and compiled code leaves in them what lay on the stack.
 */
function guarded(step: (k: Kernel, f: Frame) => Status, locals: number): (k: Kernel, f: Frame) => Status {
  return (k, f) => {
    if (f.pc === 0) for (let i = 0; i < locals; i++) f.set(i, 0);
    try {
      return step(k, f);
    } catch (e) {
      if (e instanceof ServiceStatus) return k.return(e.status);
      if (e instanceof SimulatedFault && previousMode(k) === USER_MODE) return k.return(NT.ACCESS_VIOLATION);
      throw e;
    }
  };
}

/** The first arguments of a routine, for another one. */
export function forwarded(f: Frame, count: number): bigint[] {
  const args: bigint[] = [];
  for (let i = 0; i < count; i++) args.push(f.u64(i));
  return args;
}

/** All routines of a list of services. */
export function makeServices(list: readonly ServiceDefinition[]): KernelRoutine[] {
  const all: KernelRoutine[] = [];
  for (const s of list) {
    const nt = `Nt${s.name}`;
    all.push({ name: nt, locals: s.locals, cost: s.cost ?? 20, step: guarded(s.step, s.locals ?? 0), unwind: s.unwind });
    all.push({
      name: `Zw${s.name}`,
      locals: 1,
      step(k, f) {
        const mode = k.currentThread() + KTHREAD.PreviousMode;
        if (f.pc === 0) {
          f.set(0, k.mem.u8(mode));
          k.mem.setU8(mode, KERNEL_MODE);
          return k.call(f, 1, nt, forwarded(f, s.args));
        }
        k.mem.setU8(mode, f.get(0));
        return k.returnBig(f.result64);
      },
      unwind(k, f) {
        if (f.pc !== 0) k.mem.setU8(k.currentThread() + KTHREAD.PreviousMode, f.get(0));
      },
    });
    for (const stub of [`ntdll!Nt${s.name}`, `ntdll!Zw${s.name}`]) {
      all.push({
        name: stub,
        step: (k, f) => (f.pc === 0 ? k.systemCall(f, 1, nt, forwarded(f, s.args)) : k.returnBig(f.result64)),
      });
    }
  }
  return all;
}
