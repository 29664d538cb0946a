// One line for a thread in the call stack view: `1234.5678 notepad!main`, and what it does: runs on a CPU, ready, waits (why, for what).
import { KTHREAD, KWAIT_BLOCK } from '../kernel/layouts.gen.js';
import { hex64 } from '../machine/inspect/value.js';
import type { Target, TargetThread } from './target.js';

const STATES = ['initialized', 'ready', 'running', 'standby', 'terminated', 'waiting', 'transition', 'ready', 'waiting', 'waiting'];
/** KWAIT_REASON (reference: scheduler.md 3). */
const REASONS = [
  'Executive', 'FreePage', 'PageIn', 'PoolAllocation', 'DelayExecution', 'Suspended', 'UserRequest', 'WrExecutive', 'WrFreePage', 'WrPageIn', 'WrPoolAllocation',
  'WrDelayExecution', 'WrSuspended', 'WrUserRequest', 'WrSpare0', 'WrQueue', 'WrLpcReceive', 'WrLpcReply', 'WrVirtualMemory', 'WrPageOut', 'WrRendezvous',
  'WrKeyedEvent', 'WrTerminated', 'WrProcessInSwap', 'WrCpuRateControl', 'WrCalloutStack', 'WrKernel', 'WrResource', 'WrPushLock', 'WrMutex', 'WrQuantumEnd',
  'WrDispatchInt', 'WrPreempted', 'WrYieldExecution', 'WrFastMutex', 'WrGuardedMutex', 'WrRundown', 'WrAlertByThreadId', 'WrDeferredPreempt',
];

export function describeThread(target: Target, t: TargetThread): string {
  const { mem } = target.kernel;
  const start = mem.ptr(t.address + KTHREAD.StartRoutine);
  const name = target.symbol(start)?.replace(/^.*!/, '');
  const head = `${t.processId}.${t.id} ${target.processName(t.process)}${name ? `!${name}` : ''}`;
  return `${head} (${doing(target, t)})`;
}

function doing(target: Target, t: TargetThread): string {
  const { mem } = target.kernel;
  if (t.cpu >= 0) return `running on CPU ${t.cpu}`;
  if (t.state !== 5) return STATES[t.state] ?? `state ${t.state}`;
  const reason = REASONS[mem.u8(t.address + KTHREAD.WaitReason)] ?? 'unknown';
  const block = mem.ptr(t.address + KTHREAD.WaitBlockList);
  const object = block === 0 ? 0 : mem.ptr(block + KWAIT_BLOCK.Object);
  const what = object === 0 ? '' : ` for ${target.symbol(object) ?? target.kernel.hooks.describeObject?.(target.kernel, object) ?? hex64(object)}`;
  return `waiting${what}, ${reason}`;
}
