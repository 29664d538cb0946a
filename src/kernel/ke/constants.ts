// Numbers of the scheduler that are not in the headers (reference: scheduler.md §2, §3, §9, §10, §16).

/** 15.625 ms in nanoseconds: the clock interval, and in 100 ns units KeQueryTimeIncrement. */
export const CLOCK_INTERVAL_NS = 15_625_000;
export const TIME_INCREMENT = 156_250;
/** A clock interval costs three quantum units. */
export const QUANTUM_UNITS_PER_TICK = 3;
export const MAXIMUM_DPC_QUEUE_DEPTH = 4;
export const MINIMUM_DPC_RATE = 3;
export const IDEAL_DPC_RATE = 20;
/** Watchdog limits in ticks: one DPC routine, the CPU at DISPATCH_LEVEL or above (reference: bugchecks.md 0x133). */
export const DPC_LIMIT_TICKS = 1280;
export const DISPATCH_LIMIT_TICKS = 7680;

/** 1 to 15 are dynamic, 16 to 31 real-time. */
export const LOW_REALTIME_PRIORITY = 16;
export const MAXIMUM_DYNAMIC_PRIORITY = 15;
export const HIGH_PRIORITY = 31;

export const KERNEL_STACK_SIZE = 0x6000;
export const KERNEL_LARGE_STACK_SIZE = 0x12000;
export const DPC_STACK_SIZE = 0x6000;

export const PASSIVE_LEVEL = 0;
export const APC_LEVEL = 1;
export const DISPATCH_LEVEL = 2;
export const SYNCH_LEVEL = 12;
export const CLOCK_LEVEL = 13;
export const IPI_LEVEL = 14;
export const HIGH_LEVEL = 15;

export const KernelMode = 0;
export const UserMode = 1;

/** KTHREAD_STATE */
export const ThreadState = {
  Initialized: 0,
  Ready: 1,
  Running: 2,
  Standby: 3,
  Terminated: 4,
  Waiting: 5,
  Transition: 6,
  DeferredReady: 7,
} as const;
export const THREAD_STATE_NAMES = [
  'Initialized',
  'Ready',
  'Running',
  'Standby',
  'Terminated',
  'Waiting',
  'Transition',
  'DeferredReady',
  'GateWait',
  'WaitingForProcessInSwap',
];

/** KOBJECTS */
export const ObjectType = {
  NotificationEvent: 0,
  SynchronizationEvent: 1,
  Mutant: 2,
  Process: 3,
  Queue: 4,
  Semaphore: 5,
  Thread: 6,
  Gate: 7,
  NotificationTimer: 8,
  SynchronizationTimer: 9,
  Apc: 18,
  Dpc: 19,
  ThreadedDpc: 26,
} as const;

export const WaitAll = 0;
export const WaitAny = 1;

/** KWAIT_REASON (reference: scheduler.md §3) */
export const WaitReason = {
  Executive: 0,
  FreePage: 1,
  PageIn: 2,
  PoolAllocation: 3,
  DelayExecution: 4,
  Suspended: 5,
  UserRequest: 6,
  WrExecutive: 7,
  WrQueue: 15,
  WrTerminated: 22,
  WrResource: 27,
  WrPushLock: 28,
  WrMutex: 29,
  WrQuantumEnd: 30,
  WrDispatchInt: 31,
  WrPreempted: 32,
  WrYieldExecution: 33,
  WrFastMutex: 34,
  WrGuardedMutex: 35,
  WrRundown: 36,
} as const;
export { WAIT_REASON_NAMES } from '../../base/wait-reasons.js';
export { STATUS } from '../status.gen.js';
