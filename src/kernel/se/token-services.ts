// System services on tokens: opening those of processes and threads, duplicating, querying, privileges (reference: ps-routines.md 7).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, OBJECT_ATTRIBUTES, SECURITY_QUALITY_OF_SERVICE, SEP_TOKEN, TOKEN_PRIVILEGES } from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { OBJ_KERNEL_HANDLE } from '../ob/handles.js';
import { referenceObject } from '../ob/object.js';
import { borrowFor, type Referenced } from '../ob/reference.js';
import { KERNEL_MODE, makeServices, previousMode, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType } from '../ob/types.js';
import { impersonationOf } from './impersonation.js';
import { duplicateToken, FIRST_PRIVILEGE, isPrimaryToken, LAST_PRIVILEGE, Level, TokenType, tokenLevel } from './token.js';
import { tokenValue } from './token-information.js';

const THREAD_QUERY_INFORMATION = 0x40;
const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
const TOKEN_DUPLICATE = 2;
const TOKEN_QUERY = 8;
const TOKEN_QUERY_SOURCE = 0x10;
const TOKEN_ADJUST_PRIVILEGES = 0x20;
const SE_PRIVILEGE_ENABLED = 2;
const SE_PRIVILEGE_REMOVED = 4;
const CLASS_SOURCE = 7;

// Pseudo handles of user mode: process token, thread token, the one that counts.
const PROCESS_TOKEN = -4; // -5 is the thread's
const EFFECTIVE_TOKEN = -6;

/** Token of a handle or pseudo handle for one step: what it is of keeps it. */
function borrowToken(k: Kernel, handle: Addr, access: number): Referenced {
  if (handle > PROCESS_TOKEN || handle < EFFECTIVE_TOKEN) return borrowFor(k, handle, access, ObType.Token);
  const client = impersonationOf(k, k.currentThread()).token;
  const body = handle === PROCESS_TOKEN ? k.mem.ptr(k.currentProcess() + EPROCESS.Token) : client;
  const chosen = body === 0 && handle === EFFECTIVE_TOKEN ? k.mem.ptr(k.currentProcess() + EPROCESS.Token) : body;
  if (chosen === 0) return { status: NT.NO_TOKEN, body: 0, access: 0, attributes: 0 };
  return { status: NT.SUCCESS, body: chosen, access: TOKEN_QUERY | TOKEN_QUERY_SOURCE, attributes: 0 };
}

// Slots of the openers: 0 token, 1 handle, 2 status.
const OPEN_LOCALS = 3;

/** Handle of a referenced token into `*out`. */
function openToken(k: Kernel, f: Frame, token: Addr, access: number, attributes: number): Status {
  f.set(0, token);
  return k.call(f, 1, 'ObpCreateHandle', [token, access, attributes, previousMode(k), 0, f.localAddress(1), OB_OPERATION_HANDLE_CREATE, 0]);
}

function opened(k: Kernel, f: Frame, out: number): Status {
  if (f.pc > 1) return k.return(f.get(2));
  f.set(2, f.result32 | 0);
  if (ntSuccess(f.get(2))) k.mem.checked.setPtr(f.ptr(out), f.get(1));
  return k.call(f, 2, 'ObfDereferenceObject', [f.get(0)]);
}

/** A driver that forgets OBJ_KERNEL_HANDLE would leave a handle that user mode can close. */
const attributesRefused = (k: Kernel, attributes: number): boolean =>
  previousMode(k) === KERNEL_MODE && (attributes & OBJ_KERNEL_HANDLE) === 0 && k.choice('token-kernel-handle') === 'required';

/** (ProcessHandle, Access, [HandleAttributes,] *TokenHandle) */
function openProcessToken(name: string, extended: boolean): ServiceDefinition {
  const out = extended ? 3 : 2;
  return {
    name,
    args: out + 1,
    locals: OPEN_LOCALS,
    step(k, f) {
      if (f.pc !== 0) return opened(k, f, out);
      probeUser(k, f.ptr(out), 8, true);
      if (extended && attributesRefused(k, f.u32(2))) return k.return(NT.INVALID_PARAMETER);
      const r = borrowFor(k, f.ptr(0), PROCESS_QUERY_LIMITED_INFORMATION, ObType.Process);
      if (!ntSuccess(r.status)) return k.return(r.status);
      const token = k.mem.ptr(r.body + EPROCESS.Token);
      referenceObject(k, token);
      return openToken(k, f, token, f.u32(1), extended ? f.u32(2) : 0);
    },
  };
}

/** (ThreadHandle, Access, OpenAsSelf, [HandleAttributes,] *TokenHandle) */
function openThreadToken(name: string, extended: boolean): ServiceDefinition {
  const out = extended ? 4 : 3;
  return {
    name,
    args: out + 1,
    locals: OPEN_LOCALS,
    step(k, f) {
      if (f.pc !== 0) return opened(k, f, out);
      probeUser(k, f.ptr(out), 8, true);
      if (extended && attributesRefused(k, f.u32(3))) return k.return(NT.INVALID_PARAMETER);
      const r = borrowFor(k, f.ptr(0), THREAD_QUERY_INFORMATION, ObType.Thread);
      if (!ntSuccess(r.status)) return k.return(r.status);
      const now = impersonationOf(k, r.body);
      if (now.token === 0) return k.return(NT.NO_TOKEN);
      if (now.level === Level.Anonymous) return k.return(NT.CANT_OPEN_ANONYMOUS);
      let token = now.token;
      if (now.copyOnOpen !== 0 || now.effectiveOnly !== 0) {
        token = duplicateToken(k, now.token, TokenType.Impersonation, now.level, now.effectiveOnly !== 0);
        if (token === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
      } else referenceObject(k, token);
      return openToken(k, f, token, f.u32(1), extended ? f.u32(3) : 0);
    },
  };
}

/** (Token, Access, ObjectAttributes | NULL, EffectiveOnly, TokenType, *NewToken): the level is that of the attributes' quality of service, else anonymous */
function duplicate(k: Kernel, f: Frame): Status {
  if (f.pc !== 0) return opened(k, f, 5);
  const c = k.mem.checked;
  probeUser(k, f.ptr(5), 8, true);
  const oa = f.ptr(2);
  let level: number = Level.Anonymous;
  let attributes = 0;
  if (oa !== 0) {
    probeUser(k, oa, OBJECT_ATTRIBUTES.sizeof);
    attributes = c.u32(oa + OBJECT_ATTRIBUTES.Attributes);
    const qos = c.ptr(oa + OBJECT_ATTRIBUTES.SecurityQualityOfService);
    if (qos !== 0) {
      probeUser(k, qos, SECURITY_QUALITY_OF_SERVICE.sizeof);
      level = c.u32(qos + SECURITY_QUALITY_OF_SERVICE.ImpersonationLevel);
    }
  }
  const type = f.u32(4);
  if (type !== TokenType.Primary && type !== TokenType.Impersonation) return k.return(NT.INVALID_PARAMETER);
  if (level > Level.Delegation) return k.return(NT.BAD_IMPERSONATION_LEVEL);
  const r = borrowToken(k, f.ptr(0), TOKEN_DUPLICATE);
  if (!ntSuccess(r.status)) return k.return(r.status);
  if (!isPrimaryToken(k, r.body)) {
    const had = tokenLevel(k, r.body);
    const tooHigh = type === TokenType.Primary ? had < Level.Impersonation : level > had;
    if (tooHigh) return k.return(NT.BAD_IMPERSONATION_LEVEL);
  }
  const token = duplicateToken(k, r.body, type, level, f.bool(3));
  if (token === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
  return openToken(k, f, token, f.u32(1) === 0 ? r.access : f.u32(1), attributes);
}

/** (TokenHandle, Class, Buffer, Length, PULONG ReturnLength) */
function query(k: Kernel, f: Frame): Status {
  probeUser(k, f.ptr(2), f.u32(3), true, 4);
  probeUser(k, f.ptr(4), 4, true);
  const r = borrowToken(k, f.ptr(0), f.u32(1) === CLASS_SOURCE ? TOKEN_QUERY_SOURCE : TOKEN_QUERY);
  if (!ntSuccess(r.status)) return k.return(r.status);
  const bytes = tokenValue(k, r.body, f.u32(1), f.ptr(2));
  if (bytes === undefined) {
    k.event('se.not-simulated', { service: 'NtQueryInformationToken', class: f.u32(1) });
    return k.return(NT.INVALID_INFO_CLASS);
  }
  k.mem.checked.setU32(f.ptr(4), bytes.length);
  if (f.u32(3) < bytes.length) return k.return(NT.BUFFER_TOO_SMALL);
  k.mem.checked.setBytes(f.ptr(2), bytes);
  return k.return(NT.SUCCESS);
}

/** (Token, DisableAll, NewState | NULL, BufferLength, PreviousState | NULL, ReturnLength | NULL) */
function adjustPrivileges(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  const [all, state, previous] = [f.bool(1), f.ptr(2), f.ptr(4)];
  if (!all && state === 0) return k.return(NT.INVALID_PARAMETER);
  const count = all ? 0 : (probeUser(k, state, TOKEN_PRIVILEGES.sizeof), c.u32(state));
  if (count > LAST_PRIVILEGE) return k.return(NT.INVALID_PARAMETER);
  probeUser(k, state, 4 + 12 * count);
  if (previous !== 0) probeUser(k, previous, f.u32(3), true);
  const wanted = Array.from({ length: count }, (_, i) => [c.u32(state + 4 + 12 * i), c.u32(state + 12 + 12 * i)] as const);
  const r = borrowToken(k, f.ptr(0), TOKEN_ADJUST_PRIVILEGES | (previous === 0 ? 0 : TOKEN_QUERY));
  if (!ntSuccess(r.status)) return k.return(r.status);
  const present = k.mem.u64(r.body + SEP_TOKEN.PrivilegesPresent);
  const enabled = k.mem.u64(r.body + SEP_TOKEN.PrivilegesEnabled);
  let next = all ? 0n : enabled;
  let held = present;
  let assigned = 0;
  for (const [luid, attributes] of wanted) {
    if (luid < FIRST_PRIVILEGE || luid > LAST_PRIVILEGE) continue;
    const bit = 1n << BigInt(luid);
    if ((present & bit) === 0n) continue;
    assigned++;
    if (attributes & SE_PRIVILEGE_REMOVED) held &= ~bit;
    next = (attributes & SE_PRIVILEGE_ENABLED) !== 0 && (held & bit) !== 0n ? next | bit : next & ~bit;
  }
  const changed: number[] = [];
  for (let luid = FIRST_PRIVILEGE; luid <= LAST_PRIVILEGE; luid++) if (((enabled ^ next) >> BigInt(luid)) & 1n) changed.push(luid);
  const size = 4 + 12 * changed.length;
  if (previous !== 0) {
    if (f.ptr(5) !== 0) c.setU32(f.ptr(5), size);
    if (f.u32(3) < size) return k.return(NT.BUFFER_TOO_SMALL);
    c.fill(previous, size);
    c.setU32(previous, changed.length);
    changed.forEach((luid, i) => {
      c.setU32(previous + 4 + 12 * i, luid);
      c.setU32(previous + 12 + 12 * i, (enabled >> BigInt(luid)) & 1n ? SE_PRIVILEGE_ENABLED : 0);
    });
  }
  k.mem.setU64(r.body + SEP_TOKEN.PrivilegesPresent, held);
  k.mem.setU64(r.body + SEP_TOKEN.PrivilegesEnabled, next);
  return k.return(assigned < count ? NT.NOT_ALL_ASSIGNED : NT.SUCCESS);
}

export const routines: KernelRoutine[] = makeServices([
  openProcessToken('OpenProcessToken', false),
  openProcessToken('OpenProcessTokenEx', true),
  openThreadToken('OpenThreadToken', false),
  openThreadToken('OpenThreadTokenEx', true),
  { name: 'DuplicateToken', args: 6, locals: OPEN_LOCALS, step: duplicate },
  { name: 'QueryInformationToken', args: 5, step: query },
  { name: 'AdjustPrivilegesToken', args: 6, step: adjustPrivileges },
]);
