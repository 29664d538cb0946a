// NtOpenProcess and NtOpenThread: from IDs to handles, through the object callbacks (reference: ps-routines.md 7).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { CLIENT_ID, ETHREAD, OBJECT_ATTRIBUTES } from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { referenceObject } from '../ob/object.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType, type ObTypeIndex, typeOf } from '../ob/types.js';
import { processById, threadById } from './cid.js';
import { picoAccess } from './pico.js';

interface OpenInput {
  readonly status: number;
  readonly process: number;
  readonly thread: number;
  readonly attributes: number;
  /** An object name was given and no ID (threads only). */
  readonly named?: boolean;
}

/** Generic rights, MAXIMUM_ALLOWED, ACCESS_SYSTEM_SECURITY and all that a process or thread can grant. */
const POSSIBLE_ACCESS = 0xf31fffff;

function capture(k: Kernel, f: Frame, mayBeNamed: boolean): OpenInput {
  const bad = (status: number): OpenInput => ({ status, process: 0, thread: 0, attributes: 0 });
  const c = k.mem.checked;
  probeUser(k, f.ptr(0), 8, true);
  const attributes = f.ptr(2);
  probeUser(k, attributes, OBJECT_ATTRIBUTES.sizeof, false, 4);
  const named = c.ptr(attributes + OBJECT_ATTRIBUTES.ObjectName) !== 0;
  const flags = c.u32(attributes + OBJECT_ATTRIBUTES.Attributes);
  if (f.ptr(3) === 0 && named && mayBeNamed) return { status: NT.SUCCESS, process: 0, thread: 0, attributes: flags, named };
  if (named || f.ptr(3) === 0) return bad(NT.INVALID_PARAMETER_MIX);
  probeUser(k, f.ptr(3), CLIENT_ID.sizeof, false, 4);
  const process = c.ptr(f.ptr(3) + CLIENT_ID.UniqueProcess);
  const thread = c.ptr(f.ptr(3) + CLIENT_ID.UniqueThread);
  if ((f.u32(1) & ~POSSIBLE_ACCESS) !== 0) return bad(NT.INVALID_PARAMETER);
  return { status: NT.SUCCESS, process, thread, attributes: flags };
}

/** Locals: 0 object, 1 handle, 2 status. */
function openBody(k: Kernel, f: Frame, type: ObTypeIndex, find: (input: OpenInput) => Addr): Status {
  switch (f.pc) {
    case 0: {
      const input = capture(k, f, type === ObType.Thread);
      if (!ntSuccess(input.status)) return k.return(input.status);
      if (input.named)
        return k.call(f, 3, 'ObOpenObjectByName', [f.ptr(2), typeOf(k, type), previousMode(k), 0, f.u32(1), 0, f.localAddress(1)]);
      const body = find(input);
      if (body === 0) return k.return(NT.INVALID_CID);
      const access = picoAccess(k, body, f.u32(1));
      if (access === undefined) return k.return(NT.ACCESS_DENIED);
      referenceObject(k, body);
      f.set(0, body);
      return k.call(f, 1, 'ObpCreateHandle', [
        body,
        access,
        input.attributes,
        previousMode(k),
        0,
        f.localAddress(1),
        OB_OPERATION_HANDLE_CREATE,
        0,
      ]);
    }
    case 1:
      f.set(2, f.result32 | 0);
      if (ntSuccess(f.get(2))) k.mem.checked.setPtr(f.ptr(0), f.get(1));
      return k.call(f, 2, 'ObfDereferenceObject', [f.get(0)]);
    case 3:
      if (ntSuccess(f.result32)) k.mem.checked.setPtr(f.ptr(0), f.get(1));
      return k.return(f.result32 | 0);
    default:
      return k.return(f.get(2));
  }
}

const services: ServiceDefinition[] = [
  {
    // (*ProcessHandle, Access, ObjectAttributes, PCLIENT_ID)
    name: 'OpenProcess',
    args: 4,
    locals: 3,
    cost: 30,
    step: (k, f) =>
      openBody(k, f, ObType.Process, (i) => {
        if (i.thread === 0) return processById(k, i.process);
        // with a thread both must fit
        const thread = threadById(k, i.thread);
        return thread !== 0 && k.mem.ptr(thread + ETHREAD.Cid + CLIENT_ID.UniqueProcess) === i.process ? processById(k, i.process) : 0;
      }),
  },
  {
    // (*ThreadHandle, Access, ObjectAttributes, PCLIENT_ID | NULL): UniqueProcess 0 leaves the process open
    name: 'OpenThread',
    args: 4,
    locals: 3,
    cost: 30,
    step: (k, f) =>
      openBody(k, f, ObType.Thread, (i) => {
        const body = threadById(k, i.thread);
        const wrong = i.process !== 0 && body !== 0 && k.mem.ptr(body + ETHREAD.Cid + CLIENT_ID.UniqueProcess) !== i.process;
        return wrong ? 0 : body;
      }),
  },
];

export const routines: KernelRoutine[] = makeServices(services);
