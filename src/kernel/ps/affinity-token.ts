// Affinity tokens: a thread runs on chosen processors of several groups and goes back to what it had before (reference: ps-routines.md 4). The change itself is
// KeSetSystemGroupAffinityThread's; the token remembers the affinity before, and which thread is under it. A thread runs in one group at a time, so the
// first of the groups that has one of the wanted processors is taken.
import type { Addr, Status } from '../../machine/abi.js';
import { cpuCount } from '../ke/ready.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { GROUP_AFFINITY, PSP_AFFINITY_TOKEN } from '../layouts.gen.js';
import { NT } from '../ob/status.js';

const PROCESSORS_PER_GROUP = 64;

/** Processors of a group as a mask, 0: there is no such group. */
function groupMask(k: Kernel, group: number): bigint {
  const n = Math.min(PROCESSORS_PER_GROUP, cpuCount(k) - group * PROCESSORS_PER_GROUP);
  return n <= 0 ? 0n : (1n << BigInt(n)) - 1n;
}

/** (GroupAffinities, GroupCount, Token) */
function setAffinity(k: Kernel, f: Frame): Status {
  if (f.pc === 1) return k.return(NT.SUCCESS);
  const c = k.mem.checked;
  const token = f.ptr(2);
  const thread = c.ptr(token + PSP_AFFINITY_TOKEN.Thread);
  if (thread !== 0 && thread !== k.currentThread()) return k.return(NT.INVALID_PARAMETER);
  let chosen: Addr = 0;
  const seen = new Set<number>();
  for (let i = 0; i < f.u16(1); i++) {
    const at = f.ptr(0) + GROUP_AFFINITY.sizeof * i;
    const group = c.u16(at + GROUP_AFFINITY.Group);
    const mask = c.u64(at + GROUP_AFFINITY.Mask);
    if (mask === 0n || (mask & ~groupMask(k, group)) !== 0n || seen.has(group)) return k.return(NT.INVALID_PARAMETER);
    seen.add(group);
    if (chosen === 0) chosen = at;
  }
  if (chosen === 0) return k.return(NT.INVALID_PARAMETER);
  c.setPtr(token + PSP_AFFINITY_TOKEN.Thread, k.currentThread());
  // a second call under the same token keeps the affinity of the first
  return k.call(f, 1, 'KeSetSystemGroupAffinityThread', [chosen, thread !== 0 ? 0 : token + PSP_AFFINITY_TOKEN.Previous]);
}

export const routines: KernelRoutine[] = [
  {
    name: 'PsAllocateAffinityToken',
    cost: 10,
    step(k, f) {
      const token = k.pool.allocate('nonpaged', PSP_AFFINITY_TOKEN.sizeof, 'PsAf');
      if (token !== 0) k.mem.fill(token, PSP_AFFINITY_TOKEN.sizeof);
      k.mem.checked.setPtr(f.ptr(0), token);
      return k.return(token === 0 ? NT.INSUFFICIENT_RESOURCES : NT.SUCCESS);
    },
  },
  {
    name: 'PsFreeAffinityToken',
    cost: 10,
    step(k, f) {
      k.pool.free(f.ptr(0));
      return k.returnVoid();
    },
  },
  { name: 'PsSetSystemMultipleGroupAffinityThread', cost: 15, step: setAffinity },
  {
    name: 'PsRevertToUserMultipleGroupAffinityThread',
    cost: 15,
    step(k, f) {
      if (f.pc === 1) return k.returnVoid();
      const at = f.ptr(0) + PSP_AFFINITY_TOKEN.Thread;
      if (k.mem.checked.ptr(at) === 0) return k.returnVoid();
      k.mem.checked.setPtr(at, 0);
      return k.call(f, 1, 'KeRevertToUserGroupAffinityThread', [f.ptr(0) + PSP_AFFINITY_TOKEN.Previous]);
    },
  },
];
