// Driver Verifier's checks of the objects that a driver initialises, sets, waits for, queues and deletes: where they lie and whether they are what they are
// said to be (reference: bugchecks 8; verification-rules 1.1 miscellaneous checks).
import type { Addr, Status } from '../../machine/abi.js';
import { lookasideListsIn } from '../ex/lookaside.js';
import { resourceIn } from '../ex/resource.js';
import { DISPATCH_LEVEL } from '../ke/constants.js';
import { hex } from '../ke/dispatcher.js';
import type { Kernel } from '../kernel.js';
import { ERESOURCE, FAST_MUTEX, KEVENT, KMUTANT, KSEMAPHORE, KTIMER } from '../layouts.gen.js';
import { type CallCheck, type CallChecks, isPageable } from './call-check.js';

const setsEvent: CallCheck = (k, f, name) =>
  k.violation(0x80, k.irql, f.ptr(0), 0, `${name} at IRQL ${k.irql}: only at DISPATCH_LEVEL or below`);

/** Bytes of the objects that these routines initialise. */
const OBJECT_BYTES: Readonly<Record<string, number>> = {
  KeInitializeEvent: KEVENT.sizeof,
  KeInitializeMutex: KMUTANT.sizeof,
  KeInitializeSemaphore: KSEMAPHORE.sizeof,
  KeInitializeTimer: KTIMER.sizeof,
  KeInitializeTimerEx: KTIMER.sizeof,
  KeInitializeSpinLock: 8,
  KeInitializeGuardedMutex: FAST_MUTEX.sizeof,
  ExInitializeFastMutex: FAST_MUTEX.sizeof,
  ExInitializeResourceLite: ERESOURCE.sizeof,
};

/** The dispatcher touches these at DISPATCH_LEVEL, in any process. */
const inPageable: CallCheck = (k, f, name) => {
  const object = f.ptr(0);
  if (object > 0) {
    const text = `${name}: the object at ${hex(object)} lies in user memory, which is another's in another process`;
    return k.violation(0xe0, object, OBJECT_BYTES[name], 0, text);
  }
  if (!isPageable(k, object)) return undefined;
  return k.violation(0xe1, object, 0, 0, `${name}: the object at ${hex(object)} lies in pageable memory`);
};

const workItem: CallCheck = (k, f, name) => {
  const item = f.ptr(0);
  if (!isPageable(k, item)) return undefined;
  return k.violation(0x131, item, 0, 0, `${name}: the work item at ${hex(item)} lies in pageable memory`);
};

const isResource = (k: Kernel, r: Addr): boolean => resourceIn(k, r, 1) !== 0;
const isList = (k: Kernel, list: Addr): boolean => lookasideListsIn(k, list, list + 1).length > 0;

const aligned: CallCheck = (k, f, name) => {
  const r = f.ptr(0);
  return r % 8 === 0 ? undefined : k.violation(0x3d, 0, 0, r, `${name}: the resource at ${hex(r)} is not aligned to 8 bytes`);
};

const deletesResource: CallCheck = (k, f, name) => {
  const r = f.ptr(0);
  if (isResource(k, r)) return undefined;
  return k.violation(0xd1, r, 0, 0, `${name}: the resource at ${hex(r)} is not initialised (deleted twice?)`);
};

/** Smallest block that an entry of the list fits into. */
const MINIMUM_BLOCK = 8;

/** `size`: number of the argument with the size of a block. */
const initialisesList =
  (size: number): CallCheck =>
  (k, f, name) => {
    const list = f.ptr(0);
    if (isList(k, list)) return k.violation(0xca, list, 0, 0, `${name}: the lookaside list at ${hex(list)} is initialised already`);
    const bytes = f.ptr(size);
    if (bytes >= MINIMUM_BLOCK || bytes < 0) return undefined;
    const text = `${name}: blocks of ${bytes} bytes are too small for a lookaside list, at least ${MINIMUM_BLOCK}`;
    return k.violation(0xcd, list, bytes, MINIMUM_BLOCK, text);
  };

const deletesList: CallCheck = (k, f, name) => {
  const list = f.ptr(0);
  if (isList(k, list)) return undefined;
  return k.violation(0xcb, list, 0, 0, `${name}: the lookaside list at ${hex(list)} is not initialised (deleted twice?)`);
};

/** Something in a block of pool that is about to be freed would be used later: the stop. */
export function objectsInFreedPool(k: Kernel, block: Addr, size: number): Status | undefined {
  const list = k.asked('miscellaneous') ? lookasideListsIn(k, block, block + size)[0] : undefined;
  if (list !== undefined)
    return k.violation(0xcc, list, block, size, `pool is freed that contains the lookaside list at ${hex(list)}: delete it first`);
  const resource = resourceIn(k, block, size);
  if (resource === 0) return undefined;
  return k.violation(
    0xd2,
    resource,
    block,
    size,
    `pool is freed that contains the resource at ${hex(resource)}: ExDeleteResourceLite first`,
  );
}

export const objectChecks: readonly CallChecks[] = [
  { option: undefined, routines: 'KeSetEvent', only: (k) => k.irql > DISPATCH_LEVEL, check: setsEvent },
  {
    option: 'miscellaneous',
    routines: Object.keys(OBJECT_BYTES).join(' '),
    check: inPageable,
  },
  { option: 'miscellaneous', routines: 'ExQueueWorkItem', check: workItem },
  {
    option: undefined,
    routines: 'ExDeleteResourceLite ExAcquireResourceExclusiveLite ExAcquireResourceSharedLite ExReleaseResourceLite',
    check: aligned,
  },
  { option: 'miscellaneous', routines: 'ExDeleteResourceLite', check: deletesResource },
  {
    option: 'miscellaneous',
    routines: 'ExInitializeNPagedLookasideList ExInitializePagedLookasideList',
    check: initialisesList(4),
  },
  { option: 'miscellaneous', routines: 'ExInitializeLookasideListEx', check: initialisesList(5) },
  {
    option: 'miscellaneous',
    routines: 'ExDeleteNPagedLookasideList ExDeletePagedLookasideList ExDeleteLookasideListEx',
    check: deletesList,
  },
];
