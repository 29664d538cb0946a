// What the bug checks that this kernel raises mean, and their four arguments, in our own words. Codes whose first argument is a type have a line for each type.

export interface BugCheckMeaning {
  readonly text: string;
  readonly arguments: readonly [string, string, string, string];
}

const NONE = 'reserved';
const all = (text: string, ...args: readonly string[]): BugCheckMeaning => ({
  text,
  arguments: [args[0] ?? NONE, args[1] ?? NONE, args[2] ?? NONE, args[3] ?? NONE],
});

const ACCESS = 'kind of access: 0 read, 1 write, 8 execute';
const IP = 'address of the code that did it';
const EXCEPTION = 'code of the exception that nobody handled';

const MEANINGS: Readonly<Record<number, BugCheckMeaning>> = {
  1: all(
    'A thread came back from a system service or work routine with kernel APCs still disabled, or attached to another process: enter and leave of a critical or guarded region do not match.',
    'address of the system service or work routine',
    'ApcStateIndex of the thread',
    'CombinedApcDisable: SpecialApcDisable in the high half, KernelApcDisable in the low one; negative: a leave is missing',
    '0: system service, 1: work routine',
  ),
  5: all(
    'KeAttachProcess while attached already, in a DPC, or a thread that ended while attached.',
    'target process',
    'process to which the thread is attached',
    'ApcStateIndex',
    'not zero: in a DPC',
  ),
  6: all('KeDetachProcess without an attach, or with APCs still under way.'),
  10: all(
    'Kernel code touched memory that is invalid or pageable at DISPATCH_LEVEL or above; usually the driver passed a bad pointer to a kernel routine.',
    'memory that was touched',
    'IRQL',
    ACCESS,
    IP,
  ),
  12: all('A thread tried to wait for more objects than are allowed: 3 without an array of wait blocks, 64 with one.'),
  15: all('A spin lock was acquired by somebody who holds it already: the CPU would spin for ever.', 'spin lock'),
  16: all('A spin lock was released that is not held, or is held by somebody else.', 'spin lock'),
  24: all('An object was dereferenced more often than referenced.', 'object type', 'object'),
  26: all('The memory manager was called in a way that damages its structures.', 'subtype', 'address', NONE, NONE),
  30: all(
    'An exception in kernel mode that nobody handled, outside of a system service and a system thread (a DPC, for example).',
    EXCEPTION,
    IP,
    'first parameter of the exception (access violation: 0 read, 1 write, 8 execute)',
    'second parameter of the exception (access violation: the address)',
  ),
  31: all('ExConvertExclusiveToSharedLite for a resource that the thread does not own exclusively.', 'resource'),
  32: all(
    'A thread ended with kernel APCs disabled: it left out a KeLeaveCriticalRegion, KeLeaveGuardedRegion or the release of a lock that disables them.',
    'APC that was pending, 0 if the count is the problem',
    'APC disable count: negative, a leave is missing; positive, there was one too many',
    'IRQL',
  ),
  53: all('An IRP was passed on although no stack location is left for the next driver.', 'IRP'),
  57: all('A work routine returned while it owned a mutex.', 'work routine', 'its parameter', 'work item'),
  59: all(
    'An exception that nobody handled in kernel code that a system service runs: callbacks and dispatch routines in the context of a user thread among them.',
    EXCEPTION,
    IP,
    'context record',
  ),
  68: all('An IRP was completed a second time.', 'IRP'),
  72: all('An IRP was completed while its cancel routine was still set.', 'IRP'),
  74: all(
    'A thread went back to user mode above PASSIVE_LEVEL: a raised IRQL was not lowered, or a lock that raises it not released.',
    'system service',
    'IRQL',
  ),
  80: all(
    'An invalid kernel address was used below DISPATCH_LEVEL. __try/__except does not catch this.',
    'memory that was touched',
    'kind of access: 0 read, 2 write, 0x10 execute',
    IP,
    '2: no memory is mapped there',
  ),
  118: all(
    'Pages locked with MmProbeAndLockPages were not unlocked, or unlocked without being locked.',
    '0: a process ended with locked pages, 1: unlock of pages that are not locked',
    'process or MDL',
    'number of pages',
  ),
  126: all(
    'An exception in a system thread that nobody handled (DriverEntry, DriverUnload, work routines, threads of PsCreateSystemThread).',
    EXCEPTION,
    IP,
    'exception record',
    'context record',
  ),
  127: all(
    'A trap that the kernel does not handle.',
    'number of the trap; 8: double fault, usually the kernel stack is used up',
    'for 8: where the stack ended',
  ),
  147: all('A handle was closed or used that is not open.', 'handle', '0: protected against closing, 1: not a valid handle'),
  148: all('A thread ended while KeSetKernelStackSwapEnable(FALSE) was in force.'),
  184: all('A DPC routine tried to wait, attach or give up the CPU.', 'thread that ran', 'thread that should run'),
  190: all('Read-only memory was written: code, or constant data.', 'memory that was written'),
  191: all('A fast or guarded mutex was acquired by the thread that owns it already.', 'mutex', 'thread'),
  193: all(
    'Memory around a pool block was overwritten; found when the block was freed.',
    'block',
    'first changed byte',
    'size of the block',
    '0x23: in front of the block, 0x24: behind its end',
  ),
  199: all(
    'A timer or DPC object is not usable, or a DPC routine left something behind.',
    '0: timer in freed memory, 1: DPC object, 2: DPC routine, 3: CPU number, 4 and 5: APC disable count changed',
    'object or routine',
    'start of the memory, or count before',
    'end of the memory, or count after',
  ),
  200: all(
    'A routine came back at another IRQL than it was called at.',
    '(present IRQL << 16) | (expected IRQL << 8) | who',
    'APC or DPC',
    NONE,
    'APC routine',
  ),
  201: all('An IRP was used wrongly.', 'kind of violation', NONE, 'IRP', NONE),
  204: all('Kernel code used pool memory that was freed.', 'memory that was touched', ACCESS, IP),
  205: all('Kernel code went beyond the end of a pool block.', 'memory that was touched', ACCESS, IP),
  206: all(
    'Code or data of a driver was used after the driver was unloaded: a callback, timer, DPC, work item or thread of it was still alive.',
    'memory that was touched',
    ACCESS,
    IP,
  ),
  209: all(
    'The driver touched memory that is invalid or pageable at DISPATCH_LEVEL or above.',
    'memory that was touched',
    'IRQL',
    ACCESS,
    IP,
  ),
  213: all('The driver used pool memory after it was freed.', 'memory that was touched', ACCESS, IP),
  214: all('The driver went beyond the end of a pool block.', 'memory that was touched', ACCESS, IP),
  218: all('Mapped pages were unmapped wrongly.', 'kind', 'MDL', 'address'),
  225: all(
    'A work routine returned at a raised IRQL: a spin lock or fast mutex is not released.',
    'work routine',
    'IRQL',
    'its parameter',
    'work item',
  ),
  227: all('A resource was released by a thread that does not own it.', 'resource', 'thread', 'owner table'),
  228: all(
    'A work item was misused.',
    '0: freed while active, 1: queued while it is queued, 2: I/O item freed while queued, 3: invalid object, 6: invalid queue type, 7: invalid routine',
    'work item',
    'queue type',
  ),
  233: all('A work routine ended the worker thread with PsTerminateSystemThread.', 'thread'),
  239: all('A process or thread without which the system cannot live has ended.', 'process or thread', '0: process, 1: thread'),
  252: all('A call went to memory that is data and not code.', 'address'),
  307: all(
    'A CPU stayed too long at DISPATCH_LEVEL or above.',
    '0: one DPC took too long, 1: the CPU as a whole',
    'ticks it took, or the period',
    'ticks that are allowed',
  ),
  313: all(
    'The kernel found a structure damaged.',
    '3: the links of a LIST_ENTRY (removed twice, freed or overwritten while on a list); others: argument of __fastfail',
    'trap frame',
    'exception record',
    'where the damage was found',
  ),
  339: all('A thread ended while it holds a lock.', 'thread', 'lock or number of locks'),
  354: all('A lock was released that the thread does not hold, or not in this way.', 'thread', 'lock'),
  1073741962: all('A thread ended while it owned a mutex.', 'thread', 'mutex'),
};

const POOL: Readonly<Record<number, BugCheckMeaning>> = {
  0: all('Pool of zero bytes was requested.', 'type 0', NONE, 'pool type', 'tag'),
  7: all('A pool block was freed that is free already.', 'type 7', NONE, 'tag of the block', 'block'),
  8: all('Pool was allocated at too high an IRQL.', 'type 8', 'IRQL', 'pool type', 'size'),
  9: all('Pool was freed at too high an IRQL.', 'type 9', 'IRQL', 'pool type', 'block'),
  10: all(
    'A pool block was freed with another tag than it was allocated with.',
    'type 0xA',
    'block',
    'tag of the block',
    'tag of the free',
  ),
  64: all('A user-mode address was freed as pool.', 'type 0x40', 'address'),
  70: all('An address was freed that is not the start of a pool block.', 'type 0x46', 'address'),
};

const VERIFIER: Readonly<Record<number, BugCheckMeaning>> = {
  48: all('KeRaiseIrql with an IRQL below the present one.', 'rule 0x30', 'present IRQL', 'requested IRQL'),
  49: all(
    'KeLowerIrql with an IRQL above the present one, or below DISPATCH_LEVEL in a DPC.',
    'rule 0x31',
    'present IRQL',
    'requested IRQL',
  ),
  50: all('KeReleaseSpinLock at another IRQL than DISPATCH_LEVEL.', 'rule 0x32', 'IRQL', 'spin lock'),
  51: all('A fast mutex was acquired above APC_LEVEL.', 'rule 0x33', 'IRQL', 'fast mutex'),
  52: all('A fast mutex was released at another IRQL than APC_LEVEL.', 'rule 0x34', 'IRQL', 'APC disable count', 'fast mutex'),
  53: all('A spin lock was released with an old IRQL that cannot be right.', 'rule 0x35', 'IRQL', 'spin lock', 'old IRQL'),
  54: all('A queued spin lock was released below DISPATCH_LEVEL.', 'rule 0x36', 'IRQL', 'queue handle'),
  55: all('A resource was acquired above APC_LEVEL.', 'rule 0x37', 'IRQL', 'APC disable count', 'resource'),
  59: all('A wait that may block at DISPATCH_LEVEL or above.', 'rule 0x3B', 'IRQL', 'object', 'address of the timeout'),
  62: all('KeLeaveCriticalRegion without being in a critical region.', 'rule 0x3E'),
  63: all('A reference count went below zero, or an object without references was referenced.', 'rule 0x3F', 'object', 'new count'),
  64: all('KeAcquireSpinLockAtDpcLevel below DISPATCH_LEVEL.', 'rule 0x40', 'IRQL', 'spin lock'),
  65: all('KeReleaseSpinLockFromDpcLevel below DISPATCH_LEVEL.', 'rule 0x41', 'IRQL', 'spin lock'),
  66: all('KeAcquireSpinLock above DISPATCH_LEVEL.', 'rule 0x42', 'IRQL', 'spin lock'),
  209: all('ExDeleteResourceLite for a resource that is not initialised.', 'rule 0xD1', 'resource'),
  234: all('A push lock was acquired at a wrong IRQL or with APCs enabled.', 'rule 0xEA', 'IRQL', 'APC disable count', 'push lock'),
  235: all('A push lock was released at a wrong IRQL or with APCs enabled.', 'rule 0xEB', 'IRQL', 'APC disable count', 'push lock'),
  229: all('A kernel routine was called at an IRQL at which it must not be.', 'rule 0xE5', 'IRQL'),
  4096: all('Self-deadlock: the thread waits for a lock that it holds already.', 'rule 0x1000', 'lock', 'thread'),
  4098: all('A lock was used that was never initialised.', 'rule 0x1002', 'lock'),
  4100: all('A lock was released by another thread than the one that holds it.', 'rule 0x1004', 'lock', 'owner', 'present thread'),
  4107: all('A lock was deleted while somebody owns it.', 'rule 0x100B', 'lock', 'owner'),
};

/** undefined for codes that only a driver raises itself. */
export function bugCheckMeaning(code: number, first: bigint): BugCheckMeaning | undefined {
  const base = code & 0x10000000 ? code & ~0x10000000 : code;
  const type = Number(first & 0xffffffffn);
  if (base === 0xc2) return POOL[type] ?? all('A pool routine was called wrongly.', 'type of the violation');
  if (base === 0xc4)
    return (
      VERIFIER[type] ??
      all('A kernel routine was called against its rules.', 'rule', 'depends on the rule', 'depends on the rule', 'depends on the rule')
    );
  return MEANINGS[base >>> 0];
}

export const describedBugChecks = (): number[] => [...Object.keys(MEANINGS).map(Number), 0xc2, 0xc4];
