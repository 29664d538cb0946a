// NtOpenProcess and NtOpenThread: from IDs to handles, through the object callbacks (reference: ps-routines.md 7).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { CLIENT_ID, ETHREAD, OBJECT_ATTRIBUTES } from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { referenceObject } from '../ob/object.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { processById, threadById } from './cid.js';
import { picoAccess } from './pico.js';

interface OpenInput {
  readonly status: number;
  readonly process: number;
  readonly thread: number;
  readonly attributes: number;
}

function capture(k: Kernel, f: Frame): OpenInput {
  const bad = (status: number): OpenInput => ({ status, process: 0, thread: 0, attributes: 0 });
  const c = k.mem.checked;
  probeUser(k, f.ptr(0), 8, true);
  const attributes = f.ptr(2);
  probeUser(k, attributes, OBJECT_ATTRIBUTES.sizeof);
  if (c.ptr(attributes + OBJECT_ATTRIBUTES.ObjectName) !== 0 || f.ptr(3) === 0) return bad(NT.INVALID_PARAMETER_MIX);
  probeUser(k, f.ptr(3), CLIENT_ID.sizeof);
  return {
    status: NT.SUCCESS,
    process: c.ptr(f.ptr(3) + CLIENT_ID.UniqueProcess),
    thread: c.ptr(f.ptr(3) + CLIENT_ID.UniqueThread),
    attributes: c.u32(attributes + OBJECT_ATTRIBUTES.Attributes),
  };
}

function openBody(k: Kernel, f: Frame, find: (input: OpenInput) => { readonly body: Addr; readonly status: number }): Status {
  switch (f.pc) {
    case 0: {
      const input = capture(k, f);
      if (!ntSuccess(input.status)) return k.return(input.status);
      const found = find(input);
      if (found.body === 0) return k.return(found.status);
      const access = picoAccess(k, found.body, f.u32(1));
      if (access === undefined) return k.return(NT.ACCESS_DENIED);
      referenceObject(k, found.body);
      f.set(0, found.body);
      return k.call(f, 1, 'ObpCreateHandle', [
        found.body,
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
      openBody(k, f, (i) => {
        if (i.thread !== 0) {
          const thread = threadById(k, i.thread);
          if (thread === 0 || k.mem.ptr(thread + ETHREAD.Cid + CLIENT_ID.UniqueProcess) !== i.process)
            return { body: 0, status: NT.INVALID_CID };
        }
        const body = processById(k, i.process);
        return { body, status: i.process === 0 ? NT.INVALID_PARAMETER : NT.INVALID_CID };
      }),
  },
  {
    name: 'OpenThread',
    args: 4,
    locals: 3,
    cost: 30,
    step: (k, f) =>
      openBody(k, f, (i) => {
        const body = threadById(k, i.thread);
        const wrong = i.process !== 0 && body !== 0 && k.mem.ptr(body + ETHREAD.Cid + CLIENT_ID.UniqueProcess) !== i.process;
        return { body: wrong ? 0 : body, status: NT.INVALID_CID };
      }),
  },
];

export const routines: KernelRoutine[] = makeServices(services);
