// Who a thread acts for: the impersonation token in its ETHREAD and the routines that put it there (reference: ps-routines.md 4). A server that lacks
// SeImpersonatePrivilege and is not the client's account gets a copy at identification level instead of what it asked for, without being told.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EJOB, EPROCESS, ETHREAD, KTHREAD, SE_IMPERSONATION_STATE } from '../layouts.gen.js';
import { dropReference, dropReferenceDeferred, referenceObject } from '../ob/object.js';
import { referenceByHandle } from '../ob/reference.js';
import { KERNEL_MODE } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType, typeOf } from '../ob/types.js';
import { duplicateToken, hasPrivilege, isPrimaryToken, Level, TokenType, tokenLevel } from './token.js';
import { userOf } from './token-information.js';

export const TOKEN_IMPERSONATE = 4;
const SE_IMPERSONATE_PRIVILEGE = 29;
const JOB_OBJECT_SECURITY_NO_ADMIN = 1;

export interface Impersonation {
  /** 0: the thread acts for its process. */
  readonly token: Addr;
  readonly copyOnOpen: number;
  readonly effectiveOnly: number;
  readonly level: number;
}

export function impersonationOf(k: Kernel, thread: Addr): Impersonation {
  const m = k.mem;
  return {
    token: m.checked.ptr(thread + ETHREAD.ImpersonationToken),
    copyOnOpen: m.u8(thread + ETHREAD.CopyOnOpen),
    effectiveOnly: m.u8(thread + ETHREAD.EffectiveOnly),
    level: m.u32(thread + ETHREAD.ImpersonationLevel),
  };
}

/** Takes over one reference of the token; the old token loses its. */
function setImpersonation(k: Kernel, thread: Addr, i: Impersonation): void {
  const m = k.mem;
  const old = m.ptr(thread + ETHREAD.ImpersonationToken);
  m.setPtr(thread + ETHREAD.ImpersonationToken, i.token);
  m.setU8(thread + ETHREAD.CopyOnOpen, i.copyOnOpen);
  m.setU8(thread + ETHREAD.EffectiveOnly, i.effectiveOnly);
  m.setU32(thread + ETHREAD.ImpersonationLevel, i.level);
  if (old !== 0) dropReferenceDeferred(k, old);
}

const NOBODY: Impersonation = { token: 0, copyOnOpen: 0, effectiveOnly: 0, level: Level.Anonymous };
export const endImpersonation = (k: Kernel, thread: Addr): void => setImpersonation(k, thread, NOBODY);

/** May the process act for the token's account at impersonation level? */
function canImpersonate(k: Kernel, process: Addr, token: Addr, level: number): boolean {
  if (level < Level.Impersonation) return true;
  const own = k.mem.ptr(process + EPROCESS.Token);
  return own === 0 || hasPrivilege(k, own, SE_IMPERSONATE_PRIVILEGE) || String(userOf(k, own)) === String(userOf(k, token));
}

/** PsImpersonateClient as a function. */
export function impersonate(k: Kernel, thread: Addr, want: Impersonation): number {
  if (want.token === 0) {
    endImpersonation(k, thread);
    return NT.SUCCESS;
  }
  const process = k.mem.checked.ptr(thread + KTHREAD.Process);
  const job = k.mem.ptr(process + EPROCESS.Job);
  if (job !== 0 && k.mem.u32(job + EJOB.SecurityLimitFlags) & JOB_OBJECT_SECURITY_NO_ADMIN) return NT.ACCESS_DENIED; // every token is an administrator's
  if (canImpersonate(k, process, want.token, want.level)) {
    referenceObject(k, want.token);
    setImpersonation(k, thread, want);
    return NT.SUCCESS;
  }
  const copy = duplicateToken(k, want.token, TokenType.Impersonation, Level.Identification, want.effectiveOnly !== 0);
  if (copy === 0) return NT.NO_MEMORY;
  setImpersonation(k, thread, { ...want, token: copy, level: Level.Identification });
  return NT.SUCCESS;
}

/** A token by handle: it must be an impersonation token. 0 ends impersonation. */
export function assignImpersonationToken(k: Kernel, thread: Addr, token: Addr): number {
  if (token !== 0 && isPrimaryToken(k, token)) return NT.BAD_TOKEN_TYPE;
  return impersonate(k, thread, { token, copyOnOpen: 0, effectiveOnly: 0, level: token === 0 ? 0 : tokenLevel(k, token) });
}

function writeState(k: Kernel, at: Addr, i: Impersonation): void {
  const c = k.mem.checked;
  c.setPtr(at + SE_IMPERSONATION_STATE.Token, i.token);
  c.setU8(at + SE_IMPERSONATION_STATE.CopyOnOpen, i.copyOnOpen);
  c.setU8(at + SE_IMPERSONATION_STATE.EffectiveOnly, i.effectiveOnly);
  c.setU32(at + SE_IMPERSONATION_STATE.Level, i.level);
}

const drop = (name: string): KernelRoutine => ({
  name,
  step: (k, f) => (f.pc === 0 && f.ptr(0) !== 0 ? k.call(f, 1, 'ObfDereferenceObject', [f.ptr(0)]) : k.returnVoid()),
});

/** (Thread, TokenHandle | NULL) */
function assign(k: Kernel, f: Frame): Status {
  if (f.ptr(1) === 0) return k.return(assignImpersonationToken(k, f.ptr(0), 0));
  const r = referenceByHandle(k, f.ptr(1), TOKEN_IMPERSONATE, typeOf(k, ObType.Token), KERNEL_MODE);
  if (!ntSuccess(r.status)) return k.return(r.status);
  const status = assignImpersonationToken(k, f.ptr(0), r.body);
  dropReference(k, r.body); // its handle keeps it
  return k.return(status);
}

export const routines: KernelRoutine[] = [
  { name: 'PsAssignImpersonationToken', cost: 20, step: assign },
  {
    // (Thread, Token, CopyOnOpen, EffectiveOnly, Level)
    name: 'PsImpersonateClient',
    cost: 20,
    step: (k, f) =>
      k.return(
        impersonate(k, f.ptr(0), { token: f.ptr(1), copyOnOpen: f.bool(2) ? 1 : 0, effectiveOnly: f.bool(3) ? 1 : 0, level: f.u32(4) }),
      ),
  },
  {
    name: 'PsRevertToSelf',
    cost: 10,
    step(k) {
      endImpersonation(k, k.currentThread());
      return k.returnVoid();
    },
  },
  {
    name: 'PsRevertThreadToSelf',
    cost: 10,
    step(k, f) {
      endImpersonation(k, f.ptr(0));
      return k.returnVoid();
    },
  },
  {
    // (Thread, PSE_IMPERSONATION_STATE): the state takes over the thread's reference until it is restored
    name: 'PsDisableImpersonation',
    cost: 10,
    step(k, f) {
      const now = impersonationOf(k, f.ptr(0));
      writeState(k, f.ptr(1), now.token === 0 ? NOBODY : now);
      if (now.token === 0) return k.return(0);
      referenceObject(k, now.token);
      endImpersonation(k, f.ptr(0));
      return k.return(1);
    },
  },
  {
    name: 'PsRestoreImpersonation',
    cost: 10,
    step(k, f) {
      const c = k.mem.checked;
      const token = c.ptr(f.ptr(1) + SE_IMPERSONATION_STATE.Token);
      if (token === 0) return k.returnVoid();
      impersonate(k, f.ptr(0), {
        token,
        copyOnOpen: c.u8(f.ptr(1) + SE_IMPERSONATION_STATE.CopyOnOpen),
        effectiveOnly: c.u8(f.ptr(1) + SE_IMPERSONATION_STATE.EffectiveOnly),
        level: c.u32(f.ptr(1) + SE_IMPERSONATION_STATE.Level),
      });
      dropReferenceDeferred(k, token);
      return k.returnVoid();
    },
  },
  {
    // (Process) -> referenced
    name: 'PsReferencePrimaryToken',
    cost: 5,
    step(k, f) {
      const token = k.mem.checked.ptr(f.ptr(0) + EPROCESS.Token);
      referenceObject(k, token);
      return k.return(token);
    },
  },
  {
    // (Thread, PBOOLEAN CopyOnOpen, PBOOLEAN EffectiveOnly, PSECURITY_IMPERSONATION_LEVEL): referenced, NULL when not impersonating
    name: 'PsReferenceImpersonationToken',
    cost: 5,
    step(k, f) {
      const now = impersonationOf(k, f.ptr(0));
      if (now.token === 0) return k.return(0);
      k.mem.checked.setU8(f.ptr(1), now.copyOnOpen);
      k.mem.checked.setU8(f.ptr(2), now.effectiveOnly);
      k.mem.checked.setU32(f.ptr(3), now.level);
      referenceObject(k, now.token);
      return k.return(now.token);
    },
  },
  drop('PsDereferencePrimaryToken'),
  drop('PsDereferenceImpersonationToken'),
];
