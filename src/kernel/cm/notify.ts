// NtNotifyChangeKey: who waits for a change of a key or of the tree below it. hive.ts reports every change here; a call is completed with
// STATUS_NOTIFY_ENUM_DIR by a change that it asked for, with STATUS_NOTIFY_CLEANUP when its handle is closed or its key deleted.
import { type Addr, isKernelAddress, type Status } from '../../machine/abi.js';
import { SimulatedFault } from '../../machine/routine.js';
import { queueWorkItem } from '../ex/work-queue.js';
import { initializeApc, insertQueueApc } from '../ke/apc.js';
import { UserMode, WaitReason } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { CM_GLOBALS, CM_KEY_BODY, CMP_NODE, CMP_NOTIFY, CMP_POST, IO_STATUS_BLOCK, WORK_QUEUE_ITEM } from '../layouts.gen.js';
import { clearEvent, initEvent, NotificationEvent } from '../ob/event-object.js';
import { dropReferenceDeferred } from '../ob/object.js';
import { referenceFor } from '../ob/reference.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition, USER_MODE } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { entries, initListHead, insertTail, isEmpty, remove } from '../rtl/list.js';

export const Change = { Name: 1, Attributes: 2, LastSet: 4, Security: 8 } as const;
const LEGAL_FILTER = 0xf;
/** REG_NOTIFY_THREAD_AGNOSTIC */
const THREAD_AGNOSTIC = 0x10000000;
const KEY_NOTIFY = 0x10;
const EVENT_MODIFY_STATE = 2;
const DELAYED_WORK_QUEUE = 1;
const WORK_QUEUE_TYPES = 7;
/** CMP_POST.Kind */
const Kind = { Waits: 0, Direct: 1, Apc: 2 } as const;

const head = (k: Kernel): Addr => k.globals.CM + CM_GLOBALS.Notifies;
const notifies = (k: Kernel): Addr[] => entries(k.mem, head(k)).map((e) => e - CMP_NOTIFY.Link);
const posts = (k: Kernel, notify: Addr): Addr[] => entries(k.mem, notify + CMP_NOTIFY.Posts).map((e) => e - CMP_POST.Link);
const notifyOf = (k: Kernel, body: Addr): Addr => notifies(k).find((n) => k.mem.ptr(n + CMP_NOTIFY.KeyBody) === body) ?? 0;
const nodeOf = (k: Kernel, notify: Addr): Addr => k.mem.ptr(k.mem.ptr(notify + CMP_NOTIFY.KeyBody) + CM_KEY_BODY.KeyControlBlock);

/** Does a watch on `watched` see what happens at `node`? */
function sees(k: Kernel, notify: Addr, node: Addr): boolean {
  const watched = nodeOf(k, notify);
  if (watched === node) return true;
  if (k.mem.u32(notify + CMP_NOTIFY.WatchTree) === 0) return false;
  for (let at = node; at !== 0; at = k.mem.ptr(at + CMP_NODE.Parent)) if (at === watched) return true;
  return false;
}

/** Something of the kind `change` (Change) has happened to a key. */
export function reportChange(k: Kernel, node: Addr, change: number): void {
  if (k.mem.ptr(head(k)) === head(k)) return;
  for (const notify of notifies(k)) {
    if ((k.mem.u32(notify + CMP_NOTIFY.Filter) & change) === 0 || !sees(k, notify, node)) continue;
    // A change between two calls is not lost (U).
    if (isEmpty(k.mem, notify + CMP_NOTIFY.Posts)) k.mem.setU32(notify + CMP_NOTIFY.Changed, 1);
    else completeAll(k, notify, NT.NOTIFY_ENUM_DIR);
  }
}

/** The key itself is deleted: nothing can happen to it any more. */
export function keyDeleted(k: Kernel, node: Addr): void {
  for (const notify of notifies(k)) if (nodeOf(k, notify) === node) completeAll(k, notify, NT.NOTIFY_CLEANUP);
}

/** The last handle of a key object is closed. */
export function keyClosed(k: Kernel, body: Addr): void {
  const notify = notifyOf(k, body);
  if (notify === 0) return;
  completeAll(k, notify, NT.NOTIFY_CLEANUP);
  remove(k.mem, notify + CMP_NOTIFY.Link);
  k.pool.free(notify);
}

/** A thread ends: calls of its own that are to be completed in its context are forgotten. */
export function threadEnds(k: Kernel, thread: Addr): void {
  for (const notify of notifies(k)) {
    for (const post of posts(k, notify)) {
      if (k.mem.u32(post + CMP_POST.Kind) !== Kind.Apc || k.mem.ptr(post + CMP_POST.Thread) !== thread) continue;
      if (k.mem.u32(post + CMP_POST.Agnostic) !== 0) {
        k.mem.setU32(post + CMP_POST.Kind, Kind.Direct);
        k.mem.setPtr(post + CMP_POST.IoStatusBlock, 0);
        k.mem.setPtr(post + CMP_POST.ApcRoutine, 0);
        continue;
      }
      remove(k.mem, post + CMP_POST.Link);
      freePost(k, post);
    }
  }
}

function completeAll(k: Kernel, notify: Addr, status: number): void {
  for (const post of posts(k, notify)) {
    remove(k.mem, post + CMP_POST.Link);
    initListHead(k.mem, post + CMP_POST.Link);
    const key = readUnicode(k, nodeOf(k, notify) + CMP_NODE.FullName);
    k.event('cm.operation', { service: 'NotifyChangeKey', key, status: status >>> 0 });
    complete(k, post, status);
  }
}

/** The status block is written where it is mapped: kernel memory at once, user memory in the thread that asked. */
function complete(k: Kernel, post: Addr, status: number): void {
  const m = k.mem;
  m.setI32(post + CMP_POST.Status, status);
  const kind = m.u32(post + CMP_POST.Kind);
  if (kind === Kind.Waits) {
    k.signalEvent(post + CMP_POST.Done, 0);
  } else if (kind === Kind.Direct) {
    writeStatus(k, post);
    finish(k, post);
  } else {
    const apc = post + CMP_POST.Apc;
    initializeApc(k, apc, m.ptr(post + CMP_POST.Thread), { kernelRoutine: k.addressOf('CmpNotifyApc') });
    if (!insertQueueApc(k, apc, 0, 0, 0)) finish(k, post);
  }
}

function writeStatus(k: Kernel, post: Addr): void {
  const block = k.mem.ptr(post + CMP_POST.IoStatusBlock);
  if (block === 0) return;
  k.mem.checked.setU32(block + IO_STATUS_BLOCK.Status, k.mem.u32(post + CMP_POST.Status));
  k.mem.checked.setPtr(block + IO_STATUS_BLOCK.Information, 0);
}

/** The status is written: event, then APC or work item; the record goes. */
function finish(k: Kernel, post: Addr): void {
  const m = k.mem;
  const event = m.ptr(post + CMP_POST.Event);
  if (event !== 0) k.signalEvent(event, 0);
  if (m.ptr(post + CMP_POST.WorkItem) !== 0) {
    const hop = post + CMP_POST.Hop;
    m.fill(hop, WORK_QUEUE_ITEM.sizeof);
    m.setPtr(hop + WORK_QUEUE_ITEM.WorkerRoutine, k.addressOf('CmpQueueNotifyItem'));
    m.setPtr(hop + WORK_QUEUE_ITEM.Parameter, post);
    queueWorkItem(k, hop, DELAYED_WORK_QUEUE);
    return;
  }
  if (m.ptr(post + CMP_POST.ApcRoutine) !== 0) {
    const free = k.addressOf('CmpNotifyUserApc');
    initializeApc(k, post + CMP_POST.Apc, m.ptr(post + CMP_POST.Thread), {
      kernelRoutine: free,
      rundownRoutine: free,
      normalRoutine: m.ptr(post + CMP_POST.ApcRoutine),
      mode: UserMode,
      context: m.ptr(post + CMP_POST.ApcContext),
    });
    if (insertQueueApc(k, post + CMP_POST.Apc, m.ptr(post + CMP_POST.IoStatusBlock), 0, 0)) return;
  }
  freePost(k, post);
}

function freePost(k: Kernel, post: Addr): void {
  const event = k.mem.ptr(post + CMP_POST.Event);
  if (event !== 0) dropReferenceDeferred(k, event);
  k.pool.free(post);
}

/** A work item that can be queued when the change comes? */
function isWorkItem(k: Kernel, item: Addr, type: number): boolean {
  if (type >= WORK_QUEUE_TYPES || !k.mem.allowed(item, WORK_QUEUE_ITEM.sizeof, true)) return false;
  return k.mem.ptr(item + WORK_QUEUE_ITEM.List) === 0 && isKernelAddress(k.mem.ptr(item + WORK_QUEUE_ITEM.WorkerRoutine));
}

// Arguments.
const A = { Key: 0, Event: 1, Routine: 2, Context: 3, Block: 4, Filter: 5, Tree: 6, Asynchronous: 9 } as const;
// Locals.
const BODY = 0;
const POST = 1;
const STATUS = 2;

/** Watch of a key object, made when there is none: its first call says what is watched (U: as RegNotifyChangeKeyValue documents it). */
function watch(k: Kernel, f: Frame, body: Addr): Addr {
  const known = notifyOf(k, body);
  if (known !== 0) return known;
  const notify = k.pool.allocate('nonpaged', CMP_NOTIFY.sizeof, 'CmNt');
  if (notify === 0) return 0;
  k.mem.fill(notify, CMP_NOTIFY.sizeof);
  k.mem.setPtr(notify + CMP_NOTIFY.KeyBody, body);
  k.mem.setU32(notify + CMP_NOTIFY.Filter, f.u32(A.Filter) & LEGAL_FILTER);
  k.mem.setU32(notify + CMP_NOTIFY.WatchTree, f.bool(A.Tree) ? 1 : 0);
  initListHead(k.mem, notify + CMP_NOTIFY.Posts);
  insertTail(k.mem, head(k), notify + CMP_NOTIFY.Link);
  return notify;
}

/** Record of this call; its event is referenced and cleared. A status when something is wrong. */
function newPost(k: Kernel, f: Frame): number {
  const m = k.mem;
  const user = previousMode(k) === USER_MODE;
  const [routine, context] = [f.ptr(A.Routine), f.ptr(A.Context)];
  // Kernel mode hands over a work item and the type of its queue; the documentation names only the type (U).
  if (!user && routine !== 0 && !isWorkItem(k, routine, f.u32(A.Context))) return NT.INVALID_PARAMETER;
  let event = 0;
  if (f.ptr(A.Event) !== 0) {
    const r = referenceFor(k, f.ptr(A.Event), EVENT_MODIFY_STATE, ObType.Event);
    if (!ntSuccess(r.status)) return r.status;
    event = r.body;
    clearEvent(k, event);
  }
  const post = k.pool.allocate('nonpaged', CMP_POST.sizeof, 'CmNt');
  if (post === 0) {
    if (event !== 0) dropReferenceDeferred(k, event);
    return NT.INSUFFICIENT_RESOURCES;
  }
  m.fill(post, CMP_POST.sizeof);
  initListHead(m, post + CMP_POST.Link);
  const inKernel = isKernelAddress(f.ptr(A.Block));
  m.setU32(post + CMP_POST.Kind, !f.bool(A.Asynchronous) ? Kind.Waits : inKernel ? Kind.Direct : Kind.Apc);
  m.setI32(post + CMP_POST.Status, NT.PENDING);
  m.setU32(post + CMP_POST.Agnostic, f.u32(A.Filter) & THREAD_AGNOSTIC);
  m.setPtr(post + CMP_POST.Thread, k.currentThread());
  m.setPtr(post + CMP_POST.Event, event);
  m.setPtr(post + CMP_POST.IoStatusBlock, f.ptr(A.Block));
  m.setPtr(post + CMP_POST.ApcContext, context);
  if (f.bool(A.Asynchronous)) m.setPtr(post + (user ? CMP_POST.ApcRoutine : CMP_POST.WorkItem), routine);
  initEvent(k, post + CMP_POST.Done, NotificationEvent, false);
  f.set(POST, post);
  return NT.SUCCESS;
}

function begin(k: Kernel, f: Frame): number {
  const m = k.mem;
  if (m.u32(m.ptr(f.get(BODY) + CM_KEY_BODY.KeyControlBlock) + CMP_NODE.Deleted) !== 0) return NT.KEY_DELETED;
  const status = newPost(k, f);
  if (!ntSuccess(status)) return status;
  const post = f.get(POST);
  const notify = watch(k, f, f.get(BODY));
  if (notify === 0) {
    freePost(k, post);
    return NT.INSUFFICIENT_RESOURCES;
  }
  if (m.u32(notify + CMP_NOTIFY.Changed) === 0) {
    insertTail(m, notify + CMP_NOTIFY.Posts, post + CMP_POST.Link);
    return NT.PENDING;
  }
  m.setU32(notify + CMP_NOTIFY.Changed, 0);
  complete(k, post, NT.NOTIFY_ENUM_DIR);
  return NT.NOTIFY_ENUM_DIR;
}

/** (KeyHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, CompletionFilter, WatchTree, Buffer, BufferSize, Asynchronous) */
function notifyChangeKey(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const leave = (status: number): Status => {
    f.set(STATUS, status);
    return k.call(f, 2, 'ObfDereferenceObject', [f.get(BODY)]);
  };
  switch (f.pc) {
    case 0: {
      probeUser(k, f.ptr(A.Block), IO_STATUS_BLOCK.sizeof, true);
      m.checked.bytes(f.ptr(A.Block), IO_STATUS_BLOCK.sizeof);
      const filter = (f.u32(A.Filter) & ~THREAD_AGNOSTIC) >>> 0;
      if (filter === 0 || filter > LEGAL_FILTER) return k.return(NT.INVALID_PARAMETER);
      const r = referenceFor(k, f.ptr(A.Key), KEY_NOTIFY, ObType.Key);
      if (!ntSuccess(r.status)) return k.return(r.status);
      f.set(BODY, r.body);
      const status = begin(k, f);
      if (f.bool(A.Asynchronous) || !ntSuccess(status)) return leave(status);
      return k.wait(f, 1, { object: f.get(POST) + CMP_POST.Done, reason: WaitReason.Executive, mode: previousMode(k) });
    }
    case 1: {
      const post = f.get(POST);
      const broken = f.result === NT.USER_APC || f.result === NT.ALERTED;
      if (broken && !isEmpty(m, post + CMP_POST.Link)) remove(m, post + CMP_POST.Link);
      const status = m.i32(post + CMP_POST.Status) === NT.PENDING ? f.result : m.i32(post + CMP_POST.Status);
      m.setI32(post + CMP_POST.Status, status);
      const event = m.ptr(post + CMP_POST.Event);
      if (event !== 0 && status !== f.result) k.signalEvent(event, 0);
      f.set(STATUS, status);
      freePost(k, post);
      m.checked.setU32(f.ptr(A.Block) + IO_STATUS_BLOCK.Status, status >>> 0);
      m.checked.setPtr(f.ptr(A.Block) + IO_STATUS_BLOCK.Information, 0);
      return leave(status);
    }
    default:
      return k.return(f.get(STATUS));
  }
}

const services: ServiceDefinition[] = [{ name: 'NotifyChangeKey', args: 10, locals: 3, cost: 60, step: notifyChangeKey }];

export const routines: KernelRoutine[] = [
  ...makeServices(services),
  {
    // Kernel routine, in the thread that asked: (Apc, ...)
    name: 'CmpNotifyApc',
    cost: 5,
    step(k, f) {
      const post = f.ptr(0) - CMP_POST.Apc;
      try {
        writeStatus(k, post);
      } catch (e) {
        // The caller's memory is gone: its event is signalled all the same.
        if (!(e instanceof SimulatedFault)) throw e;
      }
      finish(k, post);
      return k.returnVoid();
    },
  },
  {
    // Kernel routine and rundown routine of the user APC: (Apc, ...)
    name: 'CmpNotifyUserApc',
    cost: 5,
    step(k, f) {
      freePost(k, f.ptr(0) - CMP_POST.Apc);
      return k.returnVoid();
    },
  },
  {
    // Worker routine: (CMP_POST *)
    name: 'CmpQueueNotifyItem',
    locals: 2,
    cost: 5,
    step(k, f) {
      if (f.pc === 1) return k.returnVoid();
      const item = k.mem.ptr(f.ptr(0) + CMP_POST.WorkItem);
      const type = k.mem.u32(f.ptr(0) + CMP_POST.ApcContext);
      freePost(k, f.ptr(0));
      return k.call(f, 1, 'ExQueueWorkItem', [item, type]);
    },
  },
];
