// Routines of the core alone (ke, ex, pool), for tests that do without the other rooms.
import type { KernelRoutine } from '../../src/kernel/kernel.js';
import { routines as exFastMutex } from '../../src/kernel/ex/fast-mutex.js';
import { routines as exPushLock } from '../../src/kernel/ex/push-lock.js';
import { routines as exRaise } from '../../src/kernel/ex/raise.js';
import { routines as exResource } from '../../src/kernel/ex/resource.js';
import { routines as exRundown } from '../../src/kernel/ex/rundown.js';
import { routines as exWorkQueue } from '../../src/kernel/ex/work-queue.js';
import { routines as keApc } from '../../src/kernel/ke/apc.js';
import { routines as keBugcheck } from '../../src/kernel/ke/bugcheck.js';
import { routines as keDpc } from '../../src/kernel/ke/dpc.js';
import { routines as keEvent } from '../../src/kernel/ke/event.js';
import { routines as keIrql } from '../../src/kernel/ke/irql.js';
import { routines as keMutex } from '../../src/kernel/ke/mutex.js';
import { routines as keRegion } from '../../src/kernel/ke/region.js';
import { routines as keSemaphore } from '../../src/kernel/ke/semaphore.js';
import { routines as keSpinlock } from '../../src/kernel/ke/spinlock.js';
import { routines as keSyscall } from '../../src/kernel/ke/syscall.js';
import { routines as keThreadControl } from '../../src/kernel/ke/thread-control.js';
import { routines as keThread } from '../../src/kernel/ke/thread.js';
import { routines as keTime } from '../../src/kernel/ke/time.js';
import { routines as keTimer } from '../../src/kernel/ke/timer.js';
import { routines as keWait } from '../../src/kernel/ke/wait.js';
import { routines as mmPoolRoutines } from '../../src/kernel/mm/pool-routines.js';

export const coreLists: readonly (readonly KernelRoutine[])[] = [
  exFastMutex,
  exPushLock,
  exRaise,
  exResource,
  exRundown,
  exWorkQueue,
  keApc,
  keBugcheck,
  keDpc,
  keEvent,
  keIrql,
  keMutex,
  keRegion,
  keSemaphore,
  keSpinlock,
  keSyscall,
  keThreadControl,
  keThread,
  keTime,
  keTimer,
  keWait,
  mmPoolRoutines,
];
