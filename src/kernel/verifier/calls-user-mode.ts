// calls-user-mode at run time: the callback asks a user-mode service and waits for its answer. Seen as a message to a filter port or an ALPC port, as
// the opening of a pipe or mailslot, as a request that is completed (the inverted call) and followed by a wait, and as a wait that a user-mode thread ends.
import { type Addr, isKernelAddress } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { ObjectType } from '../ke/constants.js';
import { objectType } from '../ke/dispatcher.js';
import type { Kernel } from '../kernel.js';
import { KTHREAD, OBJECT_ATTRIBUTES, UNICODE_STRING, VF_INVOCATION } from '../layouts.gen.js';
import type { EntryCheck } from './check.js';
import { callbackName, report } from './finding.js';
import { currentInvocation, invocationOf, kindWord } from './invocation.js';
import { FILE_ROUTINES, slowWork } from './slow-work.js';

const PORTS =
  'FltSendMessage ZwRequestWaitReplyPort NtRequestWaitReplyPort ZwConnectPort ZwAlpcConnectPort ZwAlpcSendWaitReceivePort NtAlpcSendWaitReceivePort KeUserModeCallback'.split(
    ' ',
  );
const PIPE = /\\(device\\)?(namedpipe|pipe|mailslot)(\\|$)/i;

function tell(k: Kernel, invocation: Addr, what: string, o: { frame?: number; site?: number; certain?: boolean }): void {
  report(k, {
    rule: 'calls-user-mode',
    severity: o.certain ? 'error' : 'warning',
    text: `${callbackName(k, invocation)} ${what} inside ${kindWord(k, invocation)} callback: the service may itself wait for what this thread holds up`,
    ...(o.frame === undefined ? {} : { frame: o.frame }),
    ...(o.site === undefined ? {} : { site: o.site }),
    invocation,
  });
}

/** Name that a file routine opens, '' when it has none or it cannot be read. The routines with a name have OBJECT_ATTRIBUTES as third argument. */
function openedName(k: Kernel, f: Frame, name: string): string {
  if (!/(Create|Open)File/.test(name)) return '';
  const attributes = f.ptr(2);
  const readable = (a: Addr, size: number): boolean => isKernelAddress(a) && k.mem.allowed(a, size, false);
  if (!readable(attributes, OBJECT_ATTRIBUTES.sizeof)) return '';
  const us = k.mem.ptr(attributes + OBJECT_ATTRIBUTES.ObjectName);
  if (!readable(us, UNICODE_STRING.sizeof)) return '';
  const length = k.mem.u16(us + UNICODE_STRING.Length);
  const buffer = k.mem.ptr(us + UNICODE_STRING.Buffer);
  return length > 0 && readable(buffer, length) ? k.mem.readUtf16(buffer, length) : '';
}

/** A wait with a request completed before in the same invocation: an inverted call. False: it is another kind of wait. */
export function waitAfterCompletion(k: Kernel, invocation: Addr, frame: number): boolean {
  if (k.mem.u32(invocation + VF_INVOCATION.CompletedIrps) === 0) return false;
  tell(k, invocation, 'completes a pended request and then waits for the answer', { frame });
  return true;
}

/** A wait of a callback ended because `by` signalled `object`: was that a user-mode thread that answers? */
export function signalledByUserMode(k: Kernel, invocation: Addr, object: Addr, by: Addr, site: number): void {
  if (by === 0 || object === 0 || k.mem.u8(by + KTHREAD.SystemThread) !== 0) return;
  if (by === k.mem.ptr(invocation + VF_INVOCATION.Thread) || invocationOf(k, by) !== 0) return;
  const type = objectType(k, object);
  if (type !== ObjectType.NotificationEvent && type !== ObjectType.SynchronizationEvent && type !== ObjectType.Semaphore) return;
  const who = k.hooks.describeThread?.(k, by) ?? 'a user-mode thread';
  tell(k, invocation, `waited for the user-mode thread ${who}`, { site, certain: true });
}

/** A routine that is not simulated ends the run; when it is one of these the reason why it should not be called is worth telling. */
export function unresolvedCall(k: Kernel, frame: number, name: string): void {
  const invocation = currentInvocation(k);
  if (invocation !== 0 && PORTS.includes(name)) tell(k, invocation, `calls ${name}`, { frame });
}

export const checks: EntryCheck[] = [
  { routines: PORTS, check: (k, f, invocation, name) => tell(k, invocation, `calls ${name}`, { frame: f.fp }) },
  {
    routines: FILE_ROUTINES,
    check(k, f, invocation, name) {
      const opened = openedName(k, f, name);
      if (PIPE.test(opened)) tell(k, invocation, `opens ${opened} with ${name}`, { frame: f.fp });
      else slowWork(k, f, invocation, name);
    },
  },
  {
    routines: ['ZwFsControlFile', 'NtFsControlFile'],
    check: (k, f, invocation, name) => tell(k, invocation, `calls ${name}`, { frame: f.fp }),
  },
  {
    routines: ['IofCompleteRequest', 'IoCompleteRequest'],
    check: (k, _f, invocation) =>
      k.mem.setU32(invocation + VF_INVOCATION.CompletedIrps, k.mem.u32(invocation + VF_INVOCATION.CompletedIrps) + 1),
  },
];
