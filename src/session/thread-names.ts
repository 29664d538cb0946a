// One line for a thread in the call stack view: `36.40 explorer.exe!launcher`, and what it does: runs on a CPU, ready, waits (why, for what).

import { ObjectType, THREAD_STATE_NAMES, ThreadState, WAIT_REASON_NAMES } from '../kernel/ke/constants.js';
import { objectType } from '../kernel/ke/dispatcher.js';
import { describeObject, waitObjects } from '../kernel/ke/waiters.js';
import { KTHREAD } from '../kernel/layouts.gen.js';
import type { Addr } from '../machine/abi.js';
import type { Target, TargetThread } from './target.js';

export function describeThread(target: Target, t: TargetThread): string {
  const name = bodyName(target, t);
  const head = t.processId === 0 ? `Idle CPU ${t.cpu}` : `${t.processId}.${t.id} ${target.processName(t.process)}${name ? `!${name}` : ''}`;
  return `${head} (${doing(target, t)})`;
}

/** The function a thread is about: the body of a scenario or of a driver's thread, else its kernel start routine. */
function bodyName(target: Target, t: TargetThread): string | undefined {
  const start = target.symbol(target.kernel.mem.ptr(t.address + KTHREAD.StartRoutine))?.replace(/^.*!/, '');
  if (start) return start;
  const outermost = target
    .stack(t)
    .filter((f) => f.info)
    .pop();
  return outermost?.mode === 'user' ? outermost.name : undefined;
}

function doing(target: Target, t: TargetThread): string {
  const { kernel } = target;
  const { mem } = kernel;
  if (t.cpu >= 0) return t.processId === 0 ? 'interrupted' : `running on CPU ${t.cpu}`;
  if (t.state !== ThreadState.Waiting) return THREAD_STATE_NAMES[t.state]?.toLowerCase() ?? `state ${t.state}`;
  const reason = WAIT_REASON_NAMES[mem.u8(t.address + KTHREAD.WaitReason)] ?? 'unknown';
  // a delay waits for the thread's own timer, which says nothing more
  const objects = reason === 'DelayExecution' ? [] : waitObjects(kernel, t.address);
  const what = objects.map((o) => objectName(target, o)).join(', ');
  return `waiting${what ? ` for ${what}` : ''}, ${reason}`;
}

/** `procwatch!g_Lock`, `process notepad.exe`, `mutex 0x...`. */
export function objectName(target: Target, object: Addr): string {
  const named = target.symbol(object);
  if (named) return named;
  const type = objectType(target.kernel, object);
  if (type === ObjectType.Process) return `process ${target.processName(object)}`;
  const thread = type === ObjectType.Thread ? target.threads().find((x) => x.address === object) : undefined;
  return thread ? `thread ${thread.processId}.${thread.id}` : describeObject(target.kernel, object);
}
