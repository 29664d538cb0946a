// Tokens as opaque objects: there are two (SYSTEM and the user), everybody is an administrator, privileges are always held. Drivers get valid, referenced
// pointers; what they ask about identity is answered for these two accounts.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, ETHREAD, PS_GLOBALS, SEP_TOKEN } from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { allocateObject, referenceObject } from '../ob/object.js';
import { referenceFor } from '../ob/reference.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType } from '../ob/types.js';
import { tokenStructure } from './token-information.js';

function createToken(k: Kernel, user: string, id: number, elevated: boolean): Addr {
  const token = allocateObject(k, ObType.Token, SEP_TOKEN.sizeof, 'Toke');
  k.mem.setU32(token + SEP_TOKEN.TokenId, id);
  k.mem.setU32(token + SEP_TOKEN.AuthenticationId, user === 'SYSTEM' ? 0x3e7 : 0x1000 + id);
  k.mem.setU32(token + SEP_TOKEN.TokenType, 1);
  k.mem.setU32(token + SEP_TOKEN.Elevated, elevated ? 1 : 0);
  k.mem.writeAnsi(token + SEP_TOKEN.User, user, true);
  return token;
}

/** Boot: both tokens; the System process gets its own. */
export function createSystemToken(k: Kernel, system: Addr): void {
  const g = k.globals.PS;
  const token = createToken(k, 'SYSTEM', 1, true);
  k.mem.setPtr(g + PS_GLOBALS.SystemToken, token);
  k.mem.setPtr(g + PS_GLOBALS.UserToken, createToken(k, 'user', 2, true));
  referenceObject(k, token);
  k.mem.setPtr(system + EPROCESS.Token, token);
}

/** Place of PrimaryToken in SECURITY_SUBJECT_CONTEXT. */
const SUBJECT = { ClientToken: 0, ImpersonationLevel: 8, PrimaryToken: 0x10, ProcessAuditId: 0x18 } as const;

const drop = (name: string): KernelRoutine => ({
  name,
  step: (k, f) => (f.pc === 0 && f.ptr(0) !== 0 ? k.call(f, 1, 'ObfDereferenceObject', [f.ptr(0)]) : k.returnVoid()),
});
const constant = (name: string, value: number): KernelRoutine => ({ name, cost: 5, step: (k) => k.return(value) });

const services: ServiceDefinition[] = [
  ...(['OpenProcessToken', 'OpenProcessTokenEx'] as const).map((name): ServiceDefinition => {
    // (ProcessHandle, Access, [HandleAttributes,] *TokenHandle)
    const out = name === 'OpenProcessToken' ? 2 : 3;
    return {
      name,
      args: out + 1,
      locals: 3,
      step(k, f) {
        switch (f.pc) {
          case 0: {
            probeUser(k, f.ptr(out), 8, true);
            const r = referenceFor(k, f.ptr(0), 0x1000, ObType.Process);
            if (!ntSuccess(r.status)) return k.return(r.status);
            f.set(0, r.body);
            const attributes = out === 3 ? f.u32(2) : 0;
            return k.call(f, 1, 'ObpCreateHandle', [
              k.mem.ptr(r.body + EPROCESS.Token),
              f.u32(1),
              attributes,
              previousMode(k),
              0,
              f.localAddress(1),
              OB_OPERATION_HANDLE_CREATE,
              0,
            ]);
          }
          case 1:
            f.set(2, f.result32 | 0);
            if (ntSuccess(f.get(2))) k.mem.checked.setPtr(f.ptr(out), f.get(1));
            return k.call(f, 2, 'ObfDereferenceObject', [f.get(0)]);
          default:
            return k.return(f.get(2));
        }
      },
    };
  }),
];

/** TOKEN_INFORMATION_CLASS values that are answered: type, session, elevation type and elevation. */
const ANSWERS: Record<number, (k: Kernel, token: Addr) => number> = {
  8: () => 1, // TokenPrimary
  12: (k, t) => k.mem.u32(t + SEP_TOKEN.SessionId),
  18: () => 2, // TokenElevationTypeFull
  20: (k, t) => k.mem.u32(t + SEP_TOKEN.Elevated),
};

export const routines: KernelRoutine[] = [
  ...makeServices([
    ...services,
    {
      // (TokenHandle, Class, Buffer, Length, PULONG ReturnLength)
      name: 'QueryInformationToken',
      args: 5,
      locals: 1,
      step(k, f) {
        if (f.pc === 1) return k.return(f.get(0));
        const r = referenceFor(k, f.ptr(0), 8, ObType.Token);
        if (!ntSuccess(r.status)) return k.return(r.status);
        const answer = ANSWERS[f.u32(1)];
        const structure = f.u32(1) in ANSWERS ? undefined : tokenStructure(k, r.body, f.u32(1), f.ptr(2));
        if (structure) {
          probeUser(k, f.ptr(4), 4, true);
          k.mem.checked.setU32(f.ptr(4), structure.length);
          f.set(0, f.u32(3) < structure.length ? NT.BUFFER_TOO_SMALL : NT.SUCCESS);
          if (f.u32(3) >= structure.length) {
            probeUser(k, f.ptr(2), structure.length, true);
            k.mem.checked.setBytes(f.ptr(2), structure);
          }
        } else if (!answer) {
          k.event('se.not-simulated', { service: 'NtQueryInformationToken', class: f.u32(1) });
          f.set(0, NT.INVALID_INFO_CLASS);
        } else {
          probeUser(k, f.ptr(4), 4, true);
          k.mem.checked.setU32(f.ptr(4), 4);
          f.set(0, f.u32(3) < 4 ? NT.BUFFER_TOO_SMALL : NT.SUCCESS);
          if (f.u32(3) >= 4) {
            probeUser(k, f.ptr(2), 4, true);
            k.mem.checked.setU32(f.ptr(2), answer(k, r.body));
          }
        }
        return k.call(f, 1, 'ObfDereferenceObject', [r.body]);
      },
    },
  ]),
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
  drop('PsDereferencePrimaryToken'),
  drop('PsDereferenceImpersonationToken'),
  {
    // (Thread, PBOOLEAN, PBOOLEAN, PLEVEL): NULL when not impersonating
    name: 'PsReferenceImpersonationToken',
    cost: 5,
    step(k, f) {
      const token = k.mem.checked.ptr(f.ptr(0) + ETHREAD.ImpersonationToken);
      if (token !== 0) referenceObject(k, token);
      return k.return(token);
    },
  },
  {
    // (PSECURITY_SUBJECT_CONTEXT)
    name: 'SeCaptureSubjectContext',
    cost: 8,
    step(k, f) {
      const token = k.mem.ptr(k.currentProcess() + EPROCESS.Token);
      referenceObject(k, token);
      k.mem.checked.setPtr(f.ptr(0) + SUBJECT.ClientToken, 0);
      k.mem.checked.setU32(f.ptr(0) + SUBJECT.ImpersonationLevel, 0);
      k.mem.checked.setPtr(f.ptr(0) + SUBJECT.PrimaryToken, token);
      k.mem.checked.setPtr(f.ptr(0) + SUBJECT.ProcessAuditId, k.mem.ptr(k.currentProcess() + EPROCESS.UniqueProcessId));
      return k.returnVoid();
    },
  },
  {
    name: 'SeReleaseSubjectContext',
    cost: 5,
    step: (k, f) =>
      f.pc === 0 ? k.call(f, 1, 'ObfDereferenceObject', [k.mem.checked.ptr(f.ptr(0) + SUBJECT.PrimaryToken)]) : k.returnVoid(),
  },
  constant('SeLockSubjectContext', 0),
  constant('SeUnlockSubjectContext', 0),
  constant('SeTokenIsAdmin', 1),
  constant('SeSinglePrivilegeCheck', 1),
  {
    // (Token, PLUID)
    name: 'SeQueryAuthenticationIdToken',
    cost: 5,
    step(k, f) {
      k.mem.checked.setI64(f.ptr(1), k.mem.checked.i64(f.ptr(0) + SEP_TOKEN.AuthenticationId));
      return k.return(NT.SUCCESS);
    },
  },
];
