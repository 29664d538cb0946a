// What the core of the kernel asks of ps, um and io, which are built on it: they fill these in when they are initialised. Without them the
// core runs by itself (its tests do so).
import type { Addr, Status } from '../machine/abi.js';
import type { ExceptionInfo } from '../machine/machine.js';
import type { Kernel } from './kernel.js';

/** What the best-practice checks (verifier/) want to know; absent when they are off. */
export interface VerifierHooks {
  callbackBegins(k: Kernel, start: { kind: number; routine: Addr; depth: number; info?: Addr }): void;
  callbackEnds(k: Kernel, routine: Addr, unwound: boolean): void;
  /** The thread begins to wait at this routine frame. */
  waitBegins(k: Kernel, thread: Addr, frame: number, objects: readonly Addr[], reason: number): void;
  waitEnds(k: Kernel, thread: Addr, object: Addr, by: Addr): void;
  workItemDone(k: Kernel, item: Addr): void;
  /** An object in use was never initialised: the bug check follows. */
  uninitialised(k: Kernel, what: string): void;
  /** A fault near address 0 that becomes a bug check. */
  nullDereference(k: Kernel, address: Addr, frame: number): void;
  /** A violation that is reported instead of stopping the machine. */
  violation(k: Kernel, code: number, text: string): void;
  bugCheckRaised(k: Kernel, code: number, parameter1: number | bigint, explanation: string): void;
  leftRegistered(k: Kernel, routine: Addr, driver: string, text: string, entryFailed: boolean): void;
  unresolvedCall(k: Kernel, frame: number, name: string): void;
  /** A check of the kernel's own. */
  finding(k: Kernel, id: string, text: string): void;
}

/** What the race detector (verifier/race) must be told beside the events of the trace; absent when races are not searched. */
export interface RaceHooks {
  /** An object becomes signalled by who runs now. */
  signalled(object: Addr): void;
  /** A wait of the thread on the object is satisfied. */
  satisfied(object: Addr, thread: Addr): void;
  /** An interrupt (DPC, IPI) begins or ends on this CPU. */
  interrupt(begins: boolean, ipi: boolean): void;
  /** A routine did one atomic operation on the object. */
  atomic(object: Addr): void;
  dpcsFlushed(): void;
  /** The routine frame whose accesses to a driver's memory count as its caller's; 0 = none. */
  inRoutine(frame: number): void;
  /** Memory begins a new life. */
  forget(address: Addr, bytes: number): void;
  save(): unknown;
  restore(state: unknown): void;
  /** The same for exploration, which goes to and fro all the time. */
  mark(): unknown;
  back(mark: unknown): void;
}

/** A work routine that has returned, and its name for messages. */
export interface ReturnedWork {
  readonly thread: Addr;
  readonly routine: Addr;
  readonly parameter: Addr;
  readonly item: Addr;
  readonly name: string;
}

/** What ps, um and io give the core when they are there. Names are routines; they are called as frames. */
export interface KernelHooks {
  races?: RaceHooks;
  verifier?: VerifierHooks;
  /** Routine that ends the current thread when its start routine returns: (exit status). Default KiExitThread. */
  exitThread: string;
  /** Allocates the thread object (ETHREAD) of a system thread made by the core (workers): returns its address, or 0. */
  allocateThread?: (k: Kernel, process: Addr, name: string) => Addr;
  /** Called when a thread object of the core has been initialised (ids, lists), before it starts. */
  threadCreated?: (k: Kernel, thread: Addr) => void;
  /** Text such as `4.128 System!worker` for messages. */
  describeThread?: (k: Kernel, thread: Addr) => string;
  /** Routine called before a thread goes back to user mode while KTHREAD.ApcState.UserApcPending is set (user APCs, termination): no arguments. */
  userModeExit?: string;
  /** An interrupt is about to return to user mode while KTHREAD.ApcState.UserApcPending is set. True: it entered the kernel instead. */
  userModeInterrupt?: (k: Kernel) => boolean;
  /** Blocks of ExAllocatePoolWithQuota: charged to the current process (false: over quota), given back when they are freed. */
  quota?: {
    readonly allocated: (k: Kernel, block: Addr, bytes: number, paged: boolean) => boolean;
    readonly freed: (k: Kernel, block: Addr) => void;
  };
  /** Unhandled exception in user mode: ends the process. Returns like a routine step (Stopped with a reason). */
  userException?: (k: Kernel, x: ExceptionInfo) => Status;
  /** Does the handle lead to an object, asked by kernel mode in the current process? */
  handleIsValid?: (k: Kernel, handle: Addr) => boolean;
  /** Once a second of virtual time, from the clock interrupt of CPU 0. */
  balance?: (k: Kernel) => void;
  /** Is `balance` to be called although nothing can run and no timer is set? */
  balanceDue?: (k: Kernel) => boolean;
  /** A work routine has returned: what ps asks of the worker thread. Undefined: nothing to object to. */
  workerReturned?: (k: Kernel, work: ReturnedWork) => Status | undefined;
  /** Silo that the thread is attached to (PsAttachSiloToCurrentThread), 0: none. */
  attachedSilo?: (k: Kernel, thread: Addr) => Addr;
  /** Image (driver) that a code or data address belongs or belonged to: for 0xCE and owner of pool. */
  imageAt?: (k: Kernel, address: Addr) => { name: string; unloaded: boolean } | undefined;
}
