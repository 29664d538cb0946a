// For whom the current thread acts: SYSTEM or the user. Cheap, and without what the rest of the security room needs, because every object that gets a name asks.
import type { Kernel } from '../kernel.js';
import { EPROCESS, ETHREAD, KAPC_STATE, KTHREAD, SEP_TOKEN } from '../layouts.gen.js';

export const Account = { System: 0, User: 1 } as const;
/** LUID of the logon session of SYSTEM. */
const SYSTEM_LUID = 0x3e7;

export const accountOfToken = (k: Kernel, token: number): number =>
  token === 0 || k.mem.u32(token + SEP_TOKEN.AuthenticationId) === SYSTEM_LUID ? Account.System : Account.User;

/** At boot there is no process yet: SYSTEM. */
export function currentAccount(k: Kernel): number {
  const m = k.mem;
  const thread = k.currentThread();
  const process = m.ptr(thread + KTHREAD.ApcState + KAPC_STATE.Process);
  if (process === 0 || m.ptr(process + EPROCESS.Token) === 0) return Account.System;
  const client = m.ptr(thread + ETHREAD.ImpersonationToken);
  return accountOfToken(k, client !== 0 ? client : m.ptr(process + EPROCESS.Token));
}
