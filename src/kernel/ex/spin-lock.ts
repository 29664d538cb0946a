// EX_SPIN_LOCK, the reader/writer spin lock (reference: scheduler.md §12): a LONG, bit 31 = a writer, low bits = number of readers.
// A writer sets its bit although readers are inside, and waits for them to leave; new readers wait for it. So a reader that acquires again while a writer waits
// waits for ever.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KIND_ID, WORD } from '../../trace/kinds.js';
import { hex } from '../ke/dispatcher.js';
import { noteRelease, spinOn } from '../ke/spin-wait.js';
import { checkReleaseIrql, countHeld, lowerAfterRelease, OLD_IRQL, raiseForLock, requireDispatch } from '../ke/spinlock.js';
import type { Kernel, KernelRoutine } from '../kernel.js';

const EXCLUSIVE = 0x80000000;
/** Place in the routine: the bit is this writer's, readers are still inside. */
const DRAINING = 2;

/** One try: undefined when the lock is held. The word that a CPU spins on is 8 bytes, so it looks at the aligned one around the lock. */
function acquire(k: Kernel, f: Frame, exclusive: boolean): Status | undefined {
  const m = k.mem.checked;
  const lock = f.ptr(0);
  const v = m.u32(lock);
  if (f.pc === DRAINING) {
    if (v !== EXCLUSIVE) return spinOn(k, f, lock - (lock & 7), lock);
  } else {
    if ((v & EXCLUSIVE) !== 0) return spinOn(k, f, lock - (lock & 7), lock);
    m.setU32(lock, exclusive ? (v | EXCLUSIVE) >>> 0 : v + 1);
    if (exclusive && v !== 0) {
      f.pc = DRAINING;
      return spinOn(k, f, lock - (lock & 7), lock);
    }
  }
  countHeld(k, 1);
  k.trace.note(KIND_ID['ke.spin.acquire'], lock, exclusive ? 1 : 0, WORD.rw);
  return undefined;
}

function release(k: Kernel, lock: Addr, exclusive: boolean): Status | undefined {
  const m = k.mem.checked;
  const v = m.u32(lock);
  if (exclusive ? v !== EXCLUSIVE : (v & ~EXCLUSIVE) === 0) {
    const how = exclusive ? 'exclusive' : 'shared';
    return k.bugCheck(0x10, 0, 0, 0, 0, `the EX_SPIN_LOCK at ${hex(lock)} is released ${how} but is not held that way`);
  }
  m.setU32(lock, exclusive ? 0 : v - 1);
  countHeld(k, -1);
  k.trace.note(KIND_ID['ke.spin.release'], lock);
  noteRelease(k);
  return undefined;
}

/** `refuses`: bits of the lock word that make a try fail. */
function family(word: string, exclusive: boolean, refuses: number): KernelRoutine[] {
  const [acquiring, releasing] = [`ExAcquireSpinLock${word}`, `ExReleaseSpinLock${word}`];
  return [
    { name: acquiring, locals: 1, step: (k, f) => raiseForLock(k, f, f.ptr(0)) ?? acquire(k, f, exclusive) ?? k.return(f.get(OLD_IRQL)) },
    {
      name: `${acquiring}AtDpcLevel`,
      step: (k, f) => requireDispatch(k, f.ptr(0), 0x40, `${acquiring}AtDpcLevel`) ?? acquire(k, f, exclusive) ?? k.returnVoid(),
    },
    {
      name: `ExTryAcquireSpinLock${word}AtDpcLevel`,
      step(k, f) {
        const bad = requireDispatch(k, f.ptr(0), 0x40, `ExTryAcquireSpinLock${word}AtDpcLevel`);
        if (bad !== undefined) return bad;
        return k.mem.checked.u32(f.ptr(0)) & refuses ? k.return(0) : (acquire(k, f, exclusive) ?? k.return(1));
      },
    },
    {
      name: releasing,
      step: (k, f) =>
        checkReleaseIrql(k, f.ptr(0), releasing) ?? release(k, f.ptr(0), exclusive) ?? lowerAfterRelease(k, f.u8(1), f.ptr(0)),
    },
    {
      name: `${releasing}FromDpcLevel`,
      step: (k, f) => requireDispatch(k, f.ptr(0), 0x41, `${releasing}FromDpcLevel`) ?? release(k, f.ptr(0), exclusive) ?? k.returnVoid(),
    },
  ];
}

export const routines: KernelRoutine[] = [
  ...family('Exclusive', true, 0xffffffff),
  ...family('Shared', false, EXCLUSIVE),
  {
    name: 'ExTryConvertSharedSpinLockExclusive',
    step(k, f) {
      if (k.mem.checked.u32(f.ptr(0)) !== 1) return k.return(0);
      k.mem.checked.setU32(f.ptr(0), EXCLUSIVE);
      return k.return(1);
    },
  },
];
