// One line for a thread in the call stack view: `36.40 explorer.exe!launcher`, and what it does: runs on a CPU, ready, waits (for what, who owns that, why).
import { THREAD_STATE_NAMES, ThreadState } from '../kernel/ke/constants.js';
import type { MachineView } from './inspect/machine-view.js';
import { type Wait, waitReason, waitsOf } from './inspect/waits.js';
import type { TargetThread } from './target.js';

export function describeThread(v: MachineView, t: TargetThread): string {
  const head = t.processId === 0 ? `Idle CPU ${t.cpu}` : v.threadName(t.address);
  return `${head} (${doing(v, t)})`;
}

function doing(v: MachineView, t: TargetThread): string {
  if (t.cpu >= 0) return t.processId === 0 ? 'interrupted' : `running on CPU ${t.cpu}`;
  if (t.state !== ThreadState.Waiting) return THREAD_STATE_NAMES[t.state]?.toLowerCase() ?? `state ${t.state}`;
  const reason = waitReason(v, t.address);
  // a delay waits for the thread's own timer, which says nothing more
  const what =
    reason === 'DelayExecution'
      ? ''
      : waitsOf(v, t.address)
          .map((w) => waitText(v, w))
          .join(', ');
  return `waiting${what ? ` for ${what}` : ''}, ${reason}`;
}

function waitText(v: MachineView, w: Wait): string {
  const name =
    w.type === 'Thread' ? `thread ${w.name}` : w.type === 'ProcessObject' ? `process ${w.name}` : w.name || `${w.type} ${v.hex(w.object)}`;
  return w.type === 'Thread' || w.owners.length === 0 ? name : `${name} owned by ${w.owners.map((o) => v.threadName(o)).join(', ')}`;
}
