// PsCreateSystemThread and relatives, the thread services of user mode, and how the core's own worker threads get their ETHREAD.
import type { Addr, Status } from '../../machine/abi.js';
import { suspendThread } from '../ke/apc.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { CLIENT_ID, EPROCESS, ETHREAD, KTHREAD, OBJECT_ATTRIBUTES } from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { pidOf, tidOf } from '../ob/note.js';
import { allocateObject, dropReference, referenceObject } from '../ob/object.js';
import { borrowFor, referenceByHandle } from '../ob/reference.js';
import { KERNEL_MODE, makeServices, previousMode, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateUnicode, readUnicode } from '../ob/strings.js';
import { ObType, typeOf } from '../ob/types.js';
import { initListHead } from '../rtl/list.js';
import { allocateId } from './cid.js';
import { callThreadNotify, ThreadNotify } from './notify-call.js';
import { IO_PRIORITY_NORMAL, PAGE_PRIORITY_NORMAL } from './process.js';
import { isSystemThread, processOf, STATUS_STILL_ACTIVE, setThreadFlag, systemProcess, ThreadFlag } from './state.js';
import { createThread, linkThread } from './thread.js';

const THREAD_ALL_ACCESS = 0x1fffff;
const PROCESS_CREATE_THREAD = 2;

/** A system thread of ours, from boot or a routine (no callbacks at boot: nobody is registered). It runs when the dispatcher gets to it. */
export function startSystemThread(k: Kernel, name: string, routine: string, context = 0, priority = 8): Addr {
  const made = createThread(k, {
    process: systemProcess(k),
    startup: 'PspSystemThreadStartup',
    startRoutine: k.addressOf(routine),
    startContext: context,
    user: false,
    priority,
    name,
  });
  if (made.thread !== 0) k.startThread(made.thread);
  return made.thread;
}

/** Hook: ETHREAD for a thread of the core (workers, balance set manager). */
export function allocateCoreThread(k: Kernel, _process: Addr, name: string): Addr {
  const thread = allocateObject(k, ObType.Thread, ETHREAD.sizeof, 'Thre');
  if (thread !== 0) allocateUnicode(k, thread + ETHREAD.ThreadName, name, 'ThNm');
  return thread;
}

/** Hook: the core has initialised the KTHREAD in an ETHREAD of allocateCoreThread. */
export function coreThreadCreated(k: Kernel, thread: Addr): void {
  const m = k.mem;
  const process = m.ptr(thread + KTHREAD.Process);
  m.setPtr(thread + ETHREAD.Cid + CLIENT_ID.UniqueProcess, pidOf(k, process));
  m.setPtr(thread + ETHREAD.Cid + CLIENT_ID.UniqueThread, allocateId(k, thread));
  m.setI64(thread + ETHREAD.CreateTime, k.systemTime());
  m.setU32(thread + ETHREAD.ExitStatus, STATUS_STILL_ACTIVE);
  m.setU8(thread + ETHREAD.IoPriority, IO_PRIORITY_NORMAL);
  m.setU8(thread + ETHREAD.PagePriority, PAGE_PRIORITY_NORMAL);
  m.setU32(thread + ETHREAD.CrossThreadFlags, ThreadFlag.System);
  m.setPtr(thread + ETHREAD.StartAddress, m.ptr(thread + KTHREAD.StartRoutine));
  initListHead(m, thread + ETHREAD.IrpList);
  linkThread(k, thread, process);
}

/** Argument numbers of the two creation routines. */
interface CreateArgs {
  readonly object: number | undefined;
  readonly first: number;
}

/** (ThreadHandle, DesiredAccess, ObjectAttributes, ProcessHandle, ClientId, StartRoutine, StartContext). Locals: 0 thread, 1 handle, 2 status. */
function createSystemThread(a: CreateArgs): KernelRoutine['step'] {
  return (k, f) => {
    const at = (i: number): number => a.first + i;
    switch (f.pc) {
      case 0: {
        let process = systemProcess(k);
        if (f.ptr(at(3)) !== 0) {
          const r = referenceByHandle(k, f.ptr(at(3)), PROCESS_CREATE_THREAD, typeOf(k, ObType.Process), KERNEL_MODE);
          if (!ntSuccess(r.status)) return k.return(r.status);
          process = r.body;
          dropReference(k, process); // its handle keeps it
        }
        const made = createThread(k, {
          process,
          startup: 'PspSystemThreadStartup',
          startRoutine: f.ptr(at(5)),
          startContext: f.ptr(at(6)),
          user: false,
          priority: 8,
        });
        if (made.thread === 0) return k.return(made.status);
        f.set(0, made.thread);
        referenceObject(k, made.thread);
        if (a.object !== undefined) {
          referenceObject(k, f.ptr(a.object));
          k.mem.setPtr(made.thread + ETHREAD.HeldIoObject, f.ptr(a.object));
        }
        setThreadFlag(k, made.thread, ThreadFlag.CreateReported);
        return callThreadNotify(k, f, 1, made.thread, ThreadNotify.Creator, process);
      }
      case 1: {
        if (f.ptr(at(4)) !== 0) k.mem.checked.setBytes(f.ptr(at(4)), k.mem.bytes(f.get(0) + ETHREAD.Cid, CLIENT_ID.sizeof));
        if (f.ptr(at(0)) === 0) {
          k.startThread(f.get(0));
          return k.call(f, 3, 'ObfDereferenceObject', [f.get(0)]);
        }
        const attributes = f.ptr(at(2)) === 0 ? 0 : k.mem.checked.u32(f.ptr(at(2)) + OBJECT_ATTRIBUTES.Attributes);
        return k.call(f, 2, 'ObpCreateHandle', [
          f.get(0),
          f.u32(at(1)) === 0 ? THREAD_ALL_ACCESS : f.u32(at(1)),
          attributes,
          KERNEL_MODE,
          0,
          f.localAddress(1),
          OB_OPERATION_HANDLE_CREATE,
          0,
        ]);
      }
      case 2: {
        if (ntSuccess(f.result32)) k.mem.checked.setPtr(f.ptr(at(0)), f.get(1));
        k.startThread(f.get(0));
        return k.call(f, 3, 'ObfDereferenceObject', [f.get(0)]);
      }
      default:
        return k.return(NT.SUCCESS);
    }
  };
}

const THREAD_CREATE_FLAGS_CREATE_SUSPENDED = 1;

function createUserThread(k: Kernel, f: Frame): Status {
  // (*ThreadHandle, Access, Attributes, ProcessHandle, StartRoutine, Argument, CreateFlags, ZeroBits, StackSize, MaximumStackSize, AttributeList)
  switch (f.pc) {
    case 0: {
      probeUser(k, f.ptr(0), 8, true);
      const r = borrowFor(k, f.ptr(3), PROCESS_CREATE_THREAD, ObType.Process);
      if (!ntSuccess(r.status)) return k.return(r.status);
      const made = createThread(k, {
        process: r.body,
        startup: 'PspUserThreadStartup',
        startRoutine: f.ptr(4),
        startContext: f.ptr(5),
        user: true,
      });
      if (made.thread === 0) return k.return(made.status);
      f.set(0, made.thread);
      referenceObject(k, made.thread);
      setThreadFlag(k, made.thread, ThreadFlag.CreateReported);
      return callThreadNotify(k, f, 1, made.thread, ThreadNotify.Creator, r.body);
    }
    case 1:
      return k.call(f, 2, 'ObpCreateHandle', [f.get(0), f.u32(1), 0, previousMode(k), 0, f.localAddress(1), OB_OPERATION_HANDLE_CREATE, 0]);
    case 2:
      f.set(2, f.result32 | 0);
      if (ntSuccess(f.get(2))) k.mem.checked.setPtr(f.ptr(0), f.get(1));
      if (f.u32(6) & THREAD_CREATE_FLAGS_CREATE_SUSPENDED) suspendThread(k, f.get(0));
      k.startThread(f.get(0));
      return k.call(f, 3, 'ObfDereferenceObject', [f.get(0)]);
    default:
      return k.return(f.get(2));
  }
}

const services: ServiceDefinition[] = [{ name: 'CreateThreadEx', args: 11, locals: 3, cost: 100, step: createUserThread }];

export const routines: KernelRoutine[] = [
  ...makeServices(services),
  { name: 'PsCreateSystemThread', locals: 3, cost: 100, step: createSystemThread({ object: undefined, first: 0 }) },
  { name: 'IoCreateSystemThread', locals: 3, cost: 100, step: createSystemThread({ object: 0, first: 1 }) },
];

/** `4.128 System!worker`: how threads are named for people. */
export function describeThread(k: Kernel, thread: Addr): string {
  const process = processOf(k, thread);
  const name = readUnicode(k, thread + ETHREAD.ThreadName);
  const image = process === 0 ? '' : k.mem.readAnsiz(process + EPROCESS.ImageFileName, 15);
  return `${pidOf(k, process)}.${tidOf(k, thread)} ${image}!${name === '' ? (isSystemThread(k, thread) ? 'system' : 'thread') : name}`;
}
