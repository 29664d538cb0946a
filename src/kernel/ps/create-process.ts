// Creating a user process, in the order of reference/callbacks.md 6: process object and suspended first thread; the creator's process handle (object
// callbacks); process-create callbacks in the creator's context and their veto; thread-create callbacks; thread handle; resume. What happens in the new
// thread itself is in startup.ts.
import { type Addr, type Status, USER_BASE } from '../../machine/abi.js';
import { createImageFile } from '../io/file.js';
import { suspendThread } from '../ke/apc.js';
import { signalObject } from '../ke/dispatcher.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  EPROCESS,
  KPROCESS,
  PS_CREATE_NOTIFY_INFO,
  PSP_CREATE,
  PSP_PROGRAM,
  PSP_PROGRAM_THREAD,
  RTL_USER_PROCESS_PARAMETERS,
  UNICODE_STRING,
} from '../layouts.gen.js';
import { dropTask, newTask } from '../lx/task.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { inheritHandles, OBJ_KERNEL_HANDLE } from '../ob/handles.js';
import { pidOf, tidOf } from '../ob/note.js';
import { dropReference, referenceObject } from '../ob/object.js';
import { referenceByHandle } from '../ob/reference.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateCounted, captureUnicode, freeUnicode, readUnicode } from '../ob/strings.js';
import { ObType, typeOf } from '../ob/types.js';
import { tokenForProcess } from '../se/token.js';
import { beginNotifyInfo, discardVetoed, refuse, refuses } from './creation-report.js';
import { isFull, joinJob } from './job.js';
import { registered } from './notify.js';
import { callProcessNotify, callThreadNotify, ThreadNotify } from './notify-call.js';
import { hasProvider } from './pico.js';
import { endThreadless } from './pico-control.js';
import { createElfFile, createPicoProcess } from './pico-create.js';
import { startProgram } from './pico-program.js';
import { createProcess } from './process.js';
import { findProgram, threadRecord, threadsOf, toDevicePath } from './program.js';
import {
  countLiveProcess,
  hasProcessFlag,
  hasThreadFlag,
  isSubsystemProcess,
  ProcessFlag,
  setProcessFlag,
  setThreadFlag,
  ThreadFlag,
} from './state.js';
import { createThread } from './thread.js';
import { allocateWindow, buildProcessEnvironment, freeWindow, WINDOW } from './window.js';

const PROCESS_ALL_ACCESS = 0x1fffff;
const THREAD_ALL_ACCESS = 0x1fffff;

export interface CreateRequest {
  readonly parent: Addr;
  readonly imagePath: string;
  readonly commandLine: string;
  readonly suspended: boolean;
  readonly inheritHandles?: boolean;
  /** Started by the scenario itself, which waits for its end: number among those of its block. */
  readonly scenarioNumber?: number;
}

/** Block of parameters for PspCreateUserProcess; 0: out of memory. The routine frees it. */
export function newCreateBlock(k: Kernel, r: CreateRequest): Addr {
  const block = k.pool.allocate('nonpaged', PSP_CREATE.sizeof, 'PsCr');
  if (block === 0) return 0;
  k.mem.fill(block, PSP_CREATE.sizeof);
  referenceObject(k, r.parent);
  k.mem.setPtr(block + PSP_CREATE.Parent, r.parent);
  k.mem.setU32(block + PSP_CREATE.Suspended, r.suspended ? 1 : 0);
  k.mem.setU32(block + PSP_CREATE.Scenario, r.scenarioNumber === undefined ? 0 : r.scenarioNumber + 1);
  k.mem.setU32(block + PSP_CREATE.InheritHandles, r.inheritHandles ? 1 : 0);
  allocateCounted(k, block + PSP_CREATE.ImagePath, r.imagePath, 'PsCr');
  allocateCounted(k, block + PSP_CREATE.CommandLine, r.commandLine, 'PsCr');
  return block;
}

/** Everything that happens before the first callback. */
function prepare(k: Kernel, create: Addr): number {
  const m = k.mem;
  const imagePath = readUnicode(k, create + PSP_CREATE.ImagePath);
  const commandLine = readUnicode(k, create + PSP_CREATE.CommandLine);
  const program = findProgram(k, imagePath);
  if (imagePath.startsWith('/')) return prepareSubsystem(k, create, program);
  const imageIndex = program === 0 ? -1 : m.i32(program + PSP_PROGRAM.ImageIndex);
  const image = imageIndex < 0 ? undefined : k.machine.images.images[imageIndex];
  const job = m.ptr(m.ptr(create + PSP_CREATE.Parent) + EPROCESS.Job);
  if (job !== 0 && isFull(k, job)) return NT.QUOTA_EXCEEDED;
  const window = allocateWindow(k, program === 0 ? 1 : threadsOf(k, program), image?.end);
  if (!window) return NT.NO_MEMORY;
  const process = createProcess(k, {
    imagePath: toDevicePath(imagePath),
    commandLine,
    parent: m.ptr(create + PSP_CREATE.Parent),
    basePriority: program === 0 ? 8 : m.u8(program + PSP_PROGRAM.BasePriority),
  });
  if (process === 0) {
    freeWindow(k, window);
    return NT.INSUFFICIENT_RESOURCES;
  }
  m.setU32(process + KPROCESS.UserOffset, window.offset);
  m.setU32(process + KPROCESS.UserSize, window.size);
  m.setPtr(process + EPROCESS.Program, program);
  m.setU32(process + EPROCESS.ScenarioProcess, m.u32(create + PSP_CREATE.Scenario));
  m.setPtr(create + PSP_CREATE.Process, process);
  m.setPtr(create + PSP_CREATE.Program, program);
  if (m.u32(create + PSP_CREATE.InheritHandles) !== 0) {
    setProcessFlag(k, process, ProcessFlag.InheritsHandles);
    inheritHandles(k, m.ptr(create + PSP_CREATE.Parent), process);
  }
  m.setPtr(process + EPROCESS.Token, tokenForProcess(k, m.ptr(create + PSP_CREATE.Parent)));
  const file = createImageFile(k, toDevicePath(imagePath));
  if (job !== 0) joinJob(k, job, process);
  m.setPtr(process + EPROCESS.ImageFilePointer, file);
  m.setPtr(create + PSP_CREATE.File, file);
  if (image) k.machine.mapImage(image, window.offset);
  buildProcessEnvironment(k, process, imagePath, commandLine, image !== undefined);
  const first = program !== 0 && m.u32(program + PSP_PROGRAM.ThreadCount) > 0 ? threadRecord(program, 0) : 0;
  const affinity = first === 0 ? 0n : m.i64(first + PSP_PROGRAM_THREAD.Affinity);
  const made = createThread(k, {
    process,
    startup: 'PspUserThreadStartup',
    startRoutine: first === 0 ? USER_BASE + WINDOW.image + 0x1000 : m.ptr(first + PSP_PROGRAM_THREAD.Entry),
    startContext: first === 0 ? 0 : m.ptr(first + PSP_PROGRAM_THREAD.Parameter),
    user: true,
    priority: first === 0 ? 0 : m.i32(first + PSP_PROGRAM_THREAD.Priority),
    affinity: affinity === 0n ? undefined : affinity,
    name: first === 0 ? 'main' : readUnicode(k, first + PSP_PROGRAM_THREAD.Name),
    first: true,
    body: first !== 0,
    delay: first === 0 ? undefined : m.i64(first + PSP_PROGRAM_THREAD.Delay),
  });
  if (made.thread === 0) {
    m.setI32(process + EPROCESS.ExitStatus, made.status);
    setProcessFlag(k, process, ProcessFlag.Deleting | ProcessFlag.ExitReported);
    signalObject(k, process);
    return made.status;
  }
  m.setPtr(create + PSP_CREATE.Thread, made.thread);
  // The creator needs both objects until it is done; their life references may go earlier (a fast process).
  referenceObject(k, process);
  referenceObject(k, made.thread);
  countLiveProcess(k, 1);
  k.event('ps.process-create', {
    process: pidOf(k, process),
    parent: pidOf(k, m.ptr(create + PSP_CREATE.Parent)),
    image: imagePath,
    commandLine,
    creator: tidOf(k, k.currentThread()),
  });
  return NT.SUCCESS;
}

/** The same for a Linux path: the first process of a session, which the service of the subsystem starts. What a provider's CreateProcess does later is in pico-create.ts. */
function prepareSubsystem(k: Kernel, create: Addr, program: Addr): number {
  const m = k.mem;
  const path = readUnicode(k, create + PSP_CREATE.ImagePath);
  const process = createPicoProcess(k, {
    parent: m.ptr(create + PSP_CREATE.Parent),
    path,
    commandLine: readUnicode(k, create + PSP_CREATE.CommandLine),
    token: 0,
    context: 0,
    ...(program === 0 ? {} : { basePriority: m.u8(program + PSP_PROGRAM.BasePriority) }),
  });
  if (process === 0) return NT.INSUFFICIENT_RESOURCES;
  m.setU32(process + EPROCESS.ScenarioProcess, m.u32(create + PSP_CREATE.Scenario));
  m.setPtr(create + PSP_CREATE.Process, process);
  m.setPtr(create + PSP_CREATE.Program, program);
  const file = createElfFile(k, path);
  m.setPtr(process + EPROCESS.ImageFilePointer, file);
  m.setPtr(create + PSP_CREATE.File, file);
  if (!hasProvider(k)) newTask(k, process, 0);
  const made = startProgram(k, process, program);
  if (made.thread === 0) {
    if (!hasProvider(k)) dropTask(k, process);
    endThreadless(k, process, made.status);
    m.setPtr(create + PSP_CREATE.Process, 0);
    return made.status;
  }
  m.setPtr(create + PSP_CREATE.Thread, made.thread);
  referenceObject(k, process);
  referenceObject(k, made.thread);
  return NT.SUCCESS;
}

function fillNotifyInfo(k: Kernel, create: Addr): Addr {
  const m = k.mem;
  const process = m.ptr(create + PSP_CREATE.Process);
  const info = create + PSP_CREATE.NotifyInfo;
  if (!beginNotifyInfo(k, info, process)) return info;
  m.setPtr(info + PS_CREATE_NOTIFY_INFO.FileObject, m.ptr(create + PSP_CREATE.File));
  m.setPtr(info + PS_CREATE_NOTIFY_INFO.ImageFileName, create + PSP_CREATE.ImagePath);
  m.setPtr(
    info + PS_CREATE_NOTIFY_INFO.CommandLine,
    m.u16(create + PSP_CREATE.CommandLine + UNICODE_STRING.Length) === 0 ? 0 : create + PSP_CREATE.CommandLine,
  );
  return info;
}

function releaseBlock(k: Kernel, create: Addr): void {
  freeUnicode(k, create + PSP_CREATE.ImagePath);
  freeUnicode(k, create + PSP_CREATE.CommandLine);
  dropReference(k, k.mem.ptr(create + PSP_CREATE.Parent)); // a creator or its handle keeps the parent
  k.pool.free(create);
}

const threadFirst = (k: Kernel): boolean =>
  registered(k, 'process') > 0 && registered(k, 'thread') > 0 && k.choice('creation-order') === 'thread-first';

/** Slots of PspCreateUserProcess. */
const PROCESS = 1;
const THREAD = 2;

function tellProcess(k: Kernel, f: Frame, create: Addr): Status {
  setProcessFlag(k, f.get(PROCESS), ProcessFlag.CreateReported);
  return callProcessNotify(k, f, 2, f.get(PROCESS), fillNotifyInfo(k, create));
}

function tellThread(k: Kernel, f: Frame, nextPc: number): Status {
  setThreadFlag(k, f.get(THREAD), ThreadFlag.CreateReported);
  return callThreadNotify(k, f, nextPc, f.get(THREAD), ThreadNotify.Creator, f.get(PROCESS));
}

const handleMode = (k: Kernel, f: Frame): number => (f.u32(1) !== 0 ? 0 : previousMode(k));

const closeProcessHandle = (k: Kernel, f: Frame, create: Addr): Status =>
  k.call(f, 7, 'ObCloseHandle', [k.mem.ptr(create + PSP_CREATE.ProcessHandle), handleMode(k, f)]);

const createThreadHandle = (k: Kernel, f: Frame, create: Addr): Status =>
  k.call(f, 4, 'ObpCreateHandle', [
    f.get(THREAD),
    THREAD_ALL_ACCESS,
    f.u32(1) !== 0 ? OBJ_KERNEL_HANDLE : 0,
    handleMode(k, f),
    0,
    create + PSP_CREATE.ThreadHandle,
    OB_OPERATION_HANDLE_CREATE,
    0,
  ]);

/** Steps of PspCreateUserProcess. Locals: 0 status, 1 process, 2 thread, 3 handle places. */
function createSteps(k: Kernel, f: Frame): Status {
  const create = f.ptr(0);
  const m = k.mem;
  switch (f.pc) {
    case 0: {
      const status = prepare(k, create);
      if (!ntSuccess(status)) {
        const process = m.ptr(create + PSP_CREATE.Process);
        f.set(0, status);
        if (process !== 0) return k.call(f, 9, 'ObfDereferenceObject', [process]); // its life: it has no thread
        releaseBlock(k, create);
        return k.return(status);
      }
      f.set(1, m.ptr(create + PSP_CREATE.Process));
      f.set(2, m.ptr(create + PSP_CREATE.Thread));
      return k.call(f, 1, 'ObpCreateHandle', [
        f.get(1),
        PROCESS_ALL_ACCESS,
        f.u32(1) !== 0 ? OBJ_KERNEL_HANDLE : 0,
        handleMode(k, f),
        0,
        create + PSP_CREATE.ProcessHandle,
        OB_OPERATION_HANDLE_CREATE,
        0,
      ]);
    }
    case 1:
      return threadFirst(k) ? tellThread(k, f, 10) : tellProcess(k, f, create);
    case 10: // (the other order)
      return tellProcess(k, f, create);
    case 2: {
      const status = m.i32(create + PSP_CREATE.NotifyInfo + PS_CREATE_NOTIFY_INFO.CreationStatus);
      f.set(0, refuses(k, f.get(PROCESS), status) ? status : NT.SUCCESS);
      if (f.get(0) !== NT.SUCCESS) return refuse(k, f, 6, f.get(PROCESS), f.get(THREAD), status) ?? closeProcessHandle(k, f, create);
      return hasThreadFlag(k, f.get(2), ThreadFlag.CreateReported) ? createThreadHandle(k, f, create) : tellThread(k, f, 3);
    }
    case 3:
      return createThreadHandle(k, f, create);
    case 4:
      if (m.u32(create + PSP_CREATE.Suspended) !== 0) suspendThread(k, f.get(2));
      k.startThread(f.get(2));
      return k.call(f, 5, 'ObfDereferenceObject', [f.get(2)]);
    case 5:
      return k.call(f, 9, 'ObfDereferenceObject', [f.get(1)]);
    case 6: // refused: the process never ran
      discardVetoed(k, f.get(PROCESS), f.get(THREAD), f.get(0));
      return closeProcessHandle(k, f, create);
    case 7: {
      // one that ends in its own thread still has its task then
      const process = f.get(PROCESS);
      if (isSubsystemProcess(k, process) && !hasProvider(k) && hasProcessFlag(k, process, ProcessFlag.ExitReported)) dropTask(k, process);
      return k.call(f, 8, 'ObfDereferenceObject', [f.get(THREAD)]);
    }
    case 8:
      return k.call(f, 9, 'ObfDereferenceObject', [f.get(1)]);
    default: {
      if (ntSuccess(f.get(0))) {
        // Results for the caller: (create, kernelHandles, *ProcessHandle, *ThreadHandle), kernel addresses.
        if (f.ptr(2) !== 0) m.setPtr(f.ptr(2), m.ptr(create + PSP_CREATE.ProcessHandle));
        if (f.ptr(3) !== 0) m.setPtr(f.ptr(3), m.ptr(create + PSP_CREATE.ThreadHandle));
      }
      releaseBlock(k, create);
      return k.return(f.get(0));
    }
  }
}

const PS_ATTRIBUTE_PARENT_PROCESS = 0x60000;
const ATTRIBUTE_SIZE = 0x20;
const THREAD_CREATE_FLAGS_CREATE_SUSPENDED = 1;
const PROCESS_CREATE_FLAGS_INHERIT_HANDLES = 4;

/** Parent given in a PS_ATTRIBUTE_LIST (`parent spoofing`), referenced, else the current process, referenced. */
function parentFrom(k: Kernel, list: Addr): { status: number; body: Addr } {
  if (list !== 0) {
    const c = k.mem.checked;
    probeUser(k, list, 8);
    const count = Math.min(32, Math.floor((c.ptr(list) - 8) / ATTRIBUTE_SIZE));
    for (let i = 0; i < count; i++) {
      const at = list + 8 + i * ATTRIBUTE_SIZE;
      if (c.ptr(at) !== PS_ATTRIBUTE_PARENT_PROCESS) continue;
      const r = referenceByHandle(k, c.ptr(at + 0x10), 0x80, typeOf(k, ObType.Process), previousMode(k));
      return { status: r.status, body: r.body };
    }
  }
  referenceObject(k, k.currentProcess());
  return { status: NT.SUCCESS, body: k.currentProcess() };
}

const services: ServiceDefinition[] = [
  {
    // (*ProcessHandle, *ThreadHandle, ProcessAccess, ThreadAccess, ProcessAttributes, ThreadAttributes, ProcessFlags, ThreadFlags, ProcessParameters, CreateInfo, AttributeList)
    name: 'CreateUserProcess',
    args: 11,
    locals: 3,
    cost: 200,
    step(k, f) {
      if (f.pc === 0) {
        probeUser(k, f.ptr(0), 8, true);
        probeUser(k, f.ptr(1), 8, true);
        const parameters = f.ptr(8);
        probeUser(k, parameters, RTL_USER_PROCESS_PARAMETERS.sizeof);
        const image = captureUnicode(k, parameters + RTL_USER_PROCESS_PARAMETERS.ImagePathName);
        const command = captureUnicode(k, parameters + RTL_USER_PROCESS_PARAMETERS.CommandLine);
        if (image === '') return k.return(NT.OBJECT_PATH_SYNTAX_BAD);
        const parent = parentFrom(k, f.ptr(10));
        if (!ntSuccess(parent.status)) return k.return(parent.status);
        const suspended = (f.u32(7) & THREAD_CREATE_FLAGS_CREATE_SUSPENDED) !== 0;
        const inheritHandles = (f.u32(6) & PROCESS_CREATE_FLAGS_INHERIT_HANDLES) !== 0;
        const block = newCreateBlock(k, { parent: parent.body, imagePath: image, commandLine: command, suspended, inheritHandles });
        dropReference(k, parent.body);
        if (block === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
        return k.call(f, 1, 'PspCreateUserProcess', [block, 0, f.localAddress(0), f.localAddress(1)]);
      }
      const status = f.result32 | 0;
      if (ntSuccess(status)) {
        k.mem.checked.setPtr(f.ptr(0), f.get(0));
        k.mem.checked.setPtr(f.ptr(1), f.get(1));
      }
      return k.return(status);
    },
  },
];

export const routines: KernelRoutine[] = [
  ...makeServices(services),
  // (PSP_CREATE *, KernelHandles, *ProcessHandle | 0, *ThreadHandle | 0)
  { name: 'PspCreateUserProcess', locals: 3, cost: 500, step: createSteps },
];
