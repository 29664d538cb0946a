// Subject contexts (who asks: client and process token) and client security contexts (a client remembered, to be impersonated later).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, KTHREAD, SECURITY_CLIENT_CONTEXT, SECURITY_QUALITY_OF_SERVICE, SECURITY_SUBJECT_CONTEXT } from '../layouts.gen.js';
import { referenceObject } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { impersonate, impersonationOf } from './impersonation.js';
import { duplicateToken, Level, TokenType } from './token.js';

const SUBJECT = SECURITY_SUBJECT_CONTEXT;
const CLIENT = SECURITY_CLIENT_CONTEXT;
const QOS = SECURITY_QUALITY_OF_SERVICE;

/** Fills a subject context; both tokens are referenced. */
function capture(k: Kernel, thread: Addr, process: Addr, at: Addr): Status {
  const c = k.mem.checked;
  const client = thread === 0 ? undefined : impersonationOf(k, thread);
  const primary = c.ptr(process + EPROCESS.Token);
  c.fill(at, SUBJECT.sizeof);
  if (client && client.token !== 0) {
    referenceObject(k, client.token);
    c.setPtr(at + SUBJECT.ClientToken, client.token);
    c.setU32(at + SUBJECT.ImpersonationLevel, client.level);
  }
  referenceObject(k, primary);
  c.setPtr(at + SUBJECT.PrimaryToken, primary);
  c.setPtr(at + SUBJECT.ProcessAuditId, c.ptr(process + EPROCESS.UniqueProcessId));
  return k.returnVoid();
}

interface Client {
  readonly token: Addr;
  readonly impersonating: boolean;
  readonly level: number;
  readonly effectiveOnly: number;
}

/** Client context of a token by a quality of service: the token itself (dynamic tracking) or a copy (static). */
function createClient(k: Kernel, who: Client, qos: Addr, remote: boolean, at: Addr): Status {
  const c = k.mem.checked;
  const wanted = c.u32(qos + QOS.ImpersonationLevel);
  const effective = c.u8(qos + QOS.EffectiveOnly) || who.effectiveOnly ? 1 : 0;
  if (who.impersonating) {
    if (wanted > who.level) return k.return(NT.BAD_IMPERSONATION_LEVEL);
    if (who.level < Level.Impersonation || (remote && who.level < Level.Delegation)) return k.return(NT.BAD_IMPERSONATION_LEVEL);
  }
  const direct = c.u8(qos + QOS.ContextTrackingMode) !== 0;
  let token = who.token;
  if (direct) referenceObject(k, token);
  else {
    token = duplicateToken(k, who.token, TokenType.Impersonation, wanted, effective !== 0);
    if (token === 0) return k.return(NT.NO_MEMORY);
  }
  c.fill(at, CLIENT.sizeof);
  c.setBytes(at + CLIENT.SecurityQos, c.bytes(qos, QOS.sizeof));
  c.setPtr(at + CLIENT.ClientToken, token);
  c.setU8(at + CLIENT.DirectlyAccessClientToken, direct ? 1 : 0);
  c.setU8(at + CLIENT.DirectAccessEffectiveOnly, effective);
  c.setU8(at + CLIENT.ServerIsRemote, remote ? 1 : 0);
  return k.return(NT.SUCCESS);
}

/** (ClientThread, Qos, RemoteSession, *ClientContext) */
function fromThread(k: Kernel, f: Frame): Status {
  const now = impersonationOf(k, f.ptr(0));
  const process = k.mem.checked.ptr(f.ptr(0) + KTHREAD.Process);
  const who: Client =
    now.token !== 0
      ? { token: now.token, impersonating: true, level: now.level, effectiveOnly: now.effectiveOnly }
      : { token: k.mem.ptr(process + EPROCESS.Token), impersonating: false, level: 0, effectiveOnly: 0 };
  return createClient(k, who, f.ptr(1), f.bool(2), f.ptr(3));
}

/** (SubjectContext, Qos, ServerIsRemote, *ClientContext) */
function fromSubject(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  const client = c.ptr(f.ptr(0) + SUBJECT.ClientToken);
  const token = client !== 0 ? client : c.ptr(f.ptr(0) + SUBJECT.PrimaryToken);
  const level = c.u32(f.ptr(0) + SUBJECT.ImpersonationLevel);
  return createClient(k, { token, impersonating: client !== 0, level, effectiveOnly: 0 }, f.ptr(1), f.bool(2), f.ptr(3));
}

/** (ClientContext, ServerThread | NULL) */
function impersonateClient(k: Kernel, f: Frame): number {
  const c = k.mem.checked;
  const context = f.ptr(0);
  const direct = c.u8(context + CLIENT.DirectlyAccessClientToken) !== 0;
  return impersonate(k, f.ptr(1) === 0 ? k.currentThread() : f.ptr(1), {
    token: c.ptr(context + CLIENT.ClientToken),
    copyOnOpen: 1,
    effectiveOnly: direct ? c.u8(context + CLIENT.DirectAccessEffectiveOnly) : c.u8(context + CLIENT.SecurityQos + QOS.EffectiveOnly),
    level: c.u32(context + CLIENT.SecurityQos + QOS.ImpersonationLevel),
  });
}

const nothing = (name: string): KernelRoutine => ({ name, cost: 5, step: (k) => k.returnVoid() });

export const routines: KernelRoutine[] = [
  { name: 'SeCaptureSubjectContext', cost: 8, step: (k, f) => capture(k, k.currentThread(), k.currentProcess(), f.ptr(0)) },
  // (Thread | NULL, Process, SubjectContext)
  { name: 'SeCaptureSubjectContextEx', cost: 8, step: (k, f) => capture(k, f.ptr(0), f.ptr(1), f.ptr(2)) },
  {
    name: 'SeReleaseSubjectContext',
    cost: 5,
    step(k, f) {
      const c = k.mem.checked;
      if (f.pc === 2) return k.returnVoid();
      const client = f.pc === 0 ? c.ptr(f.ptr(0) + SUBJECT.ClientToken) : 0;
      if (client !== 0) {
        c.setPtr(f.ptr(0) + SUBJECT.ClientToken, 0);
        return k.call(f, 1, 'ObfDereferenceObject', [client]);
      }
      const primary = c.ptr(f.ptr(0) + SUBJECT.PrimaryToken);
      c.setPtr(f.ptr(0) + SUBJECT.PrimaryToken, 0);
      return primary === 0 ? k.returnVoid() : k.call(f, 2, 'ObfDereferenceObject', [primary]);
    },
  },
  // tokens change in one step here: there is nothing to lock out
  nothing('SeLockSubjectContext'),
  nothing('SeUnlockSubjectContext'),
  { name: 'SeCreateClientSecurity', cost: 20, step: fromThread },
  { name: 'SeCreateClientSecurityFromSubjectContext', cost: 20, step: fromSubject },
  {
    name: 'SeImpersonateClient',
    cost: 20,
    step(k, f) {
      impersonateClient(k, f);
      return k.returnVoid();
    },
  },
  { name: 'SeImpersonateClientEx', cost: 20, step: (k, f) => k.return(impersonateClient(k, f)) },
  {
    name: 'SeDeleteClientSecurity',
    cost: 5,
    step: (k, f) =>
      f.pc === 0 ? k.call(f, 1, 'ObfDereferenceObject', [k.mem.checked.ptr(f.ptr(0) + CLIENT.ClientToken)]) : k.returnVoid(),
  },
];
