// Which events of the kernel order threads, as edges between strands. Read from the trace's stream of events (every lock, queue and start is recorded
// there anyway), so that the kernel's files need not know the detector. What has no event, the satisfied wait and the signal, comes through RaceHooks.
import { KIND_ID, KINDS, type KindName } from '../../../trace/kinds.js';
import type { Clocks } from './clocks.js';

/** A number for an address and a purpose: addresses are integers. */
const about = (address: number, part: number): number => address + part / 16;
const REGISTERED = 1;
const LEFT = 2;
/** Keys that are no address. */
const ANY_CALLBACK = 0x1000;
export const DPC_DONE = 0x1001;
export const IPI = 0x1002;

export interface OrderContext {
  readonly clocks: Clocks;
  /** A timer that has just expired: the DPC that is queued next is what its setter ordered. */
  expired: number;
  /** Strand that runs now, 0 = nobody. */
  current(): number;
  /** Strand of a thread by its address. */
  threadStrand(thread: number): number;
  processOf(thread: number): number;
  /** DPC object of a timer. */
  dpcOf(timer: number): number;
  switched(cpu: number, thread: number): void;
  fork(thread: number): void;
  forget(address: number, bytes: number): void;
  irql(from: number, to: number): void;
}

type Handler = (c: OrderContext, v: ArrayLike<number>) => void;

const release =
  (part = 0): Handler =>
  (c, v) =>
    c.clocks.release(c.current(), about(v[0], part));
const acquire =
  (part = 0): Handler =>
  (c, v) =>
    c.clocks.acquire(c.current(), about(v[0], part));
const atomic: Handler = (c, v) => c.clocks.atomic(c.current(), v[0]);

const HANDLERS: Partial<Record<KindName, Handler>> = {
  'ke.switch': (c, v) => c.switched(v[0], v[2]),
  'ke.irql': (c, v) => c.irql(v[0], v[1]),
  'ke.thread.start': (c, v) => c.fork(v[0]),
  'ke.thread.exit': (c, v) => {
    const strand = c.threadStrand(v[0]);
    c.clocks.atomic(strand, c.processOf(v[0]));
    c.clocks.release(strand, v[0]);
  },
  'ke.event.set': release(),
  'ke.timer.set': release(),
  'ke.timer.expire': (c, v) => {
    c.expired = v[0];
  },
  'ke.dpc.queue': (c, v) => {
    if (c.expired !== 0 && c.dpcOf(c.expired) === v[0]) c.clocks.forward(c.expired, v[0]);
    else c.clocks.release(c.current(), v[0]);
    c.expired = 0;
  },
  'ke.dpc.start': acquire(),
  'ke.dpc.end': (c) => c.clocks.release(c.current(), DPC_DONE),
  'ke.ipi': (c) => c.clocks.release(c.current(), IPI),
  'ke.apc.queue': release(),
  'ke.apc.deliver': (c, v) => c.clocks.acquire(c.threadStrand(v[1]), v[0]),
  'ke.mutex.acquire': (c, v) => c.clocks.lock(c.threadStrand(v[1]), v[0], true),
  'ke.mutex.abandoned': (c, v) => c.clocks.unlock(c.threadStrand(v[1]), v[0]),
  'ke.mutex.release': (c, v) => c.clocks.unlock(c.threadStrand(v[1]), v[0]),
  // counts of users: each change is an interlocked operation on the reference
  'ex.rundown.acquire': atomic,
  'ex.rundown.release': atomic,
  'ex.rundown.complete': atomic,
  'ex.work.queue': release(),
  'ex.work.start': acquire(),
  'io.work-item.queue': release(),
  'io.work-item': acquire(),
  'io.dispatch': acquire(),
  'io.complete': atomic,
  'io.cancel': acquire(),
  'ps.callback-register': (c, v) => c.clocks.release(c.current(), about(v[1], REGISTERED)),
  'ps.callback-enter': (c, v) => {
    c.clocks.acquire(c.current(), about(v[1], REGISTERED));
    c.clocks.acquire(c.current(), about(ANY_CALLBACK, REGISTERED));
  },
  'ps.callback-leave': (c, v) => {
    c.clocks.release(c.current(), about(v[1], LEFT));
    c.clocks.release(c.current(), about(ANY_CALLBACK, LEFT));
  },
  'ps.callback-remove': (c, v) => c.clocks.acquire(c.current(), about(v[1], LEFT)),
  'mm.pool.allocate': (c, v) => c.forget(v[0], v[1]),
  'io.load-driver': (c, v) => c.forget(v[1], v[2]),
  'mm.pool.free': (c, v) => c.forget(v[0], v[1]),
};
for (const kind of ['ob.register-callbacks', 'cm.register-callback', 'flt.register'] as const)
  HANDLERS[kind] = (c) => c.clocks.release(c.current(), about(ANY_CALLBACK, REGISTERED));
for (const kind of ['ob.unregister-callbacks', 'cm.unregister-callback', 'flt.unregister'] as const)
  HANDLERS[kind] = (c) => c.clocks.acquire(c.current(), about(ANY_CALLBACK, LEFT));

/** By number of the kind. */
const table: (Handler | undefined)[] = [];
for (const [name, info] of Object.entries(KINDS) as [KindName, (typeof KINDS)[KindName] & { lock?: string }][]) {
  const lock = 'lock' in info ? info.lock : undefined;
  let handler = HANDLERS[name];
  if (!handler && lock === 'acquire') {
    const exclusive = Object.keys(info.values).indexOf('exclusive');
    handler = (c, v) => c.clocks.lock(c.current(), v[0], exclusive < 0 || v[exclusive] !== 0);
  } else if (!handler && lock === 'release') handler = (c, v) => c.clocks.unlock(c.current(), v[0]);
  table[KIND_ID[name]] = handler;
}

export const orderHandler = (kind: number): Handler | undefined => table[kind];
/** Numbers of the kinds that have one. */
export const ORDER_KINDS: readonly number[] = [...table.keys()].filter((kind) => table[kind] !== undefined);

/** Routines whose work on the object of an argument is one atomic operation (interlocked lists, device queues), by name. */
export const ATOMIC_ARGUMENT: Readonly<Record<string, number>> = {
  ExInterlockedInsertHeadList: 2,
  ExInterlockedInsertTailList: 2,
  ExInterlockedRemoveHeadList: 1,
  ExInterlockedPushEntryList: 2,
  ExInterlockedPopEntryList: 1,
  ExInterlockedAddLargeInteger: 2,
  ExInterlockedAddUlong: 2,
  ExpInterlockedPushEntrySList: 0,
  ExInterlockedPushEntrySList: 0,
  ExpInterlockedPopEntrySList: 0,
  ExInterlockedPopEntrySList: 0,
  ExpInterlockedFlushSList: 0,
  ExInterlockedFlushSList: 0,
  ExAllocateFromNPagedLookasideList: 0,
  ExFreeToNPagedLookasideList: 0,
  ExAllocateFromPagedLookasideList: 0,
  ExFreeToPagedLookasideList: 0,
  ExAllocateFromLookasideListEx: 0,
  ExFreeToLookasideListEx: 0,
  KeInsertDeviceQueue: 0,
  KeInsertByKeyDeviceQueue: 0,
  KeRemoveDeviceQueue: 0,
  KeRemoveByKeyDeviceQueue: 0,
  KeRemoveByKeyDeviceQueueIfBusy: 0,
  KeRemoveEntryDeviceQueue: 0,
  IoStartPacket: 0,
  IoStartNextPacket: 0,
  KeReadStateEvent: 0,
  KeReadStateMutex: 0,
  KeReadStateSemaphore: 0,
  KeReadStateTimer: 0,
};
