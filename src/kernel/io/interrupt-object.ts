// Interrupt objects as far as drivers use them without a device: connecting, and the spin lock that keeps other code from running beside the service routine
// (reference: scheduler.md §12). There are no devices here, so the service routine is never called; what else happens at DIRQL is as on Windows.
import type { Addr, Status } from '../../machine/abi.js';
import { HIGH_LEVEL } from '../ke/constants.js';
import { hex } from '../ke/dispatcher.js';
import { cpuCount } from '../ke/ready.js';
import { acquireRaisedTo, OLD_IRQL, releaseTo } from '../ke/spinlock.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { KINTERRUPT as I } from '../layouts.gen.js';
import { NT } from '../ob/status.js';

export const INTERRUPT_TAG = 'Intr';
const TYPE = 22;

/** (InterruptObject*, ServiceRoutine, Context, SpinLock, Vector, Irql, SynchronizeIrql, Mode, ShareVector, ProcessorEnableMask, FloatingSave) */
function connect(k: Kernel, f: Frame): Status {
  const irql = f.u8(5);
  const synchronize = f.u8(6);
  const processors = (1n << BigInt(cpuCount(k))) - 1n;
  if (f.ptr(1) === 0 || synchronize < irql || synchronize > HIGH_LEVEL || (f.u64(9) & processors) === 0n)
    return k.return(NT.INVALID_PARAMETER);
  k.mem.checked.setPtr(f.ptr(0), 0);
  const object = k.pool.allocate('nonpaged', I.sizeof, INTERRUPT_TAG);
  if (object === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
  const m = k.mem;
  m.fill(object, I.sizeof);
  m.setU16(object + I.Type, TYPE);
  m.setU16(object + I.Size, I.sizeof);
  m.setPtr(object + I.ServiceRoutine, f.ptr(1));
  m.setPtr(object + I.ServiceContext, f.ptr(2));
  m.setPtr(object + I.ActualLock, f.ptr(3) || object + I.SpinLock);
  m.setU32(object + I.Vector, f.u32(4));
  m.setU8(object + I.Irql, irql);
  m.setU8(object + I.SynchronizeIrql, synchronize);
  m.setU8(object + I.ShareVector, f.u8(8));
  m.setU8(object + I.Connected, 1);
  m.checked.setPtr(f.ptr(0), object);
  return k.return(NT.SUCCESS);
}

/** The lock of a connected interrupt; what is none, or one whose service routine runs at PASSIVE_LEVEL, is a bug check. */
function lockOf(k: Kernel, interrupt: Addr, name: string): Addr {
  if (k.mem.checked.u16(interrupt + I.Type) !== TYPE)
    k.throwBugCheck(0xa, [interrupt, k.irql, 0, 0], `${name}: the address ${hex(interrupt)} is no interrupt object`);
  if (k.mem.u8(interrupt + I.Irql) === 0)
    k.throwBugCheck(0x13b, [1, interrupt, 0, 0], `${name}: a passive-level interrupt has no interrupt spin lock`);
  return k.mem.ptr(interrupt + I.ActualLock);
}

const level = (k: Kernel, interrupt: Addr): number => k.mem.u8(interrupt + I.SynchronizeIrql);

/** (Interrupt, SynchronizeRoutine, Context): local 0 the old IRQL, 1 the answer. */
function synchronize(k: Kernel, f: Frame): Status {
  const interrupt = f.ptr(0);
  const lock = lockOf(k, interrupt, 'KeSynchronizeExecution');
  if (f.pc < 2) return acquireRaisedTo(k, f, lock, level(k, interrupt)) ?? k.call(f, 2, f.ptr(1), [f.ptr(2)]);
  f.set(1, f.result32 & 0xff);
  return releaseTo(k, lock, f.get(OLD_IRQL), f.get(1) ? 1 : 0);
}

export const routines: KernelRoutine[] = [
  { name: 'IoConnectInterrupt', cost: 60, step: connect },
  {
    name: 'IoDisconnectInterrupt',
    cost: 40,
    step(k, f) {
      if (k.mem.checked.u16(f.ptr(0) + I.Type) !== TYPE)
        return k.bugCheck(0xa, f.ptr(0), k.irql, 0, 0, `IoDisconnectInterrupt: the address ${hex(f.ptr(0))} is no interrupt object`);
      k.pool.free(f.ptr(0));
      return k.returnVoid();
    },
  },
  {
    name: 'KeAcquireInterruptSpinLock',
    locals: 1,
    step(k, f) {
      const lock = lockOf(k, f.ptr(0), 'KeAcquireInterruptSpinLock');
      return acquireRaisedTo(k, f, lock, level(k, f.ptr(0))) ?? k.return(f.get(OLD_IRQL));
    },
  },
  {
    name: 'KeReleaseInterruptSpinLock',
    step: (k, f) => releaseTo(k, lockOf(k, f.ptr(0), 'KeReleaseInterruptSpinLock'), f.u8(1), 0),
  },
  { name: 'KeSynchronizeExecution', locals: 2, step: synchronize },
];
