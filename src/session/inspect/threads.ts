// A thread in the trees, wherever it stands (under its process, as owner of a lock, on a CPU): state, priority, what it waits for and who owns that, what it owns.

import { formatRange } from '../../base/source.js';
import { KTHREAD } from '../../kernel/layouts.gen.js';
import type { Addr } from '../../machine/abi.js';
import { frameName } from '../frame-names.js';
import { locksOwnedBy } from './locks.js';
import type { MachineView } from './machine-view.js';
import { type Children, childId, emptyNode, type Node } from './node.js';
import { address } from './reader.js';
import { isWaiting, spinsOn, stateText, type Wait, waitReason, waitsOf } from './waits.js';

/** Without the module (not `pid.tid image!thread`): the side bar is narrow, the tooltip has it. */
export const shortName = (name: string): string => name.replace(/^[A-Za-z_][\w.-]*!/, '');

/** `role`: why it is shown here ("owner", "current"). */
export function threadNode(v: MachineView, parent: string, thread: Addr, role = ''): Node {
  const { mem } = v;
  const id = childId(parent, 'thread', thread);
  const label = `${role ? `${role}: ` : ''}${v.threadName(thread)}`;
  if (!mem.readable(thread, KTHREAD.sizeof)) return { id, label, icon: 'warning', kind: 'problem' };
  const priority = mem.i8(thread + KTHREAD.Priority);
  const place = v.placeOf(thread);
  const idle = v.isIdleThread(thread);
  const tid = v.tid(thread);
  return {
    id,
    label,
    description: `${shortState(v, thread)}, priority ${priority}`,
    tooltip: tooltip(v, thread, place ? formatRange(place) : undefined),
    icon: v.cpuOf(thread) >= 0 ? 'debug-start' : isWaiting(v, thread) ? 'debug-pause' : 'debug-stackframe-dot',
    range: place ?? v.rangeOf(mem.ptr(thread + KTHREAD.StartRoutine)),
    hasChildren: !idle,
    kind: idle ? 'idle-thread' : 'thread',
    ...(idle || tid === 0 ? {} : { threadId: tid }),
  };
}

/** `waits for deadlock!g_B (Executive)`, `running on CPU 0`, `ready`. */
function shortState(v: MachineView, thread: Addr): string {
  const cpu = v.cpuOf(thread);
  const spin = spinsOn(v, thread);
  if (spin !== 0) return `spins on CPU ${cpu} for ${shortName(waitsOf(v, thread)[0]?.name ?? '') || 'a spin lock'}`;
  if (cpu >= 0) return v.isIdleThread(thread) ? `idle on CPU ${cpu}` : `running on CPU ${cpu}`;
  if (!isWaiting(v, thread)) return v.stateName(thread).toLowerCase();
  const reason = waitReason(v, thread);
  const what =
    reason === 'DelayExecution' || reason === 'WrQueue'
      ? ''
      : waitsOf(v, thread)
          .map((w) => shortName(w.name) || w.type)
          .join(', ');
  return `waits${what ? ` for ${what}` : ''} (${reason})`;
}

function tooltip(v: MachineView, thread: Addr, place: string | undefined): string {
  const { mem } = v;
  const disable = mem.i16(thread + KTHREAD.KernelApcDisable);
  const lines = [
    `THREAD ${address(thread)}  Cid ${v.pid(v.processOf(thread)).toString(16)}.${v.tid(thread).toString(16)}`,
    stateText(v, thread),
    `Priority ${mem.i8(thread + KTHREAD.Priority)}  BasePriority ${mem.i8(thread + KTHREAD.BasePriority)}  IdealProcessor ${mem.u32(thread + KTHREAD.IdealProcessor)}`,
    `Context Switch Count ${mem.u32(thread + KTHREAD.ContextSwitches)}`,
  ];
  if (disable !== 0) lines.push(`Kernel APCs disabled ${-disable} time${disable === -1 ? '' : 's'}`);
  if (mem.u32(thread + KTHREAD.SuspendCount)) lines.push(`SuspendCount ${mem.u32(thread + KTHREAD.SuspendCount)}`);
  if (place) lines.push(`at ${place}`);
  return lines.join('\n');
}

export function waitNode(v: MachineView, parent: string, w: Wait): Node {
  const owners = w.owners.map((o) => v.threadName(o));
  return {
    id: childId(parent, 'wait', w.object),
    label: `${w.type === 'Spin lock' ? 'spins' : 'waits'} for ${w.type}${w.name ? ` ${shortName(w.name)}` : ''}`,
    // a thread is its own owner: it must end
    description: owners.length && w.type !== 'Thread' ? `owned by ${owners.join(', ')}` : address(w.object),
    tooltip: `${address(w.object)} ${w.type}${w.name ? ` ${w.name}` : ''}${owners.length ? `\nowned by ${owners.join(', ')}` : ''}`,
    icon: 'lock',
    range: v.rangeOf(w.object),
    hasChildren: w.owners.length > 0,
    kind: 'wait',
  };
}

export const threadChildren: Children<MachineView> = (v, id, thread) => {
  if (!v.mem.readable(thread, KTHREAD.sizeof)) return [];
  const out = waitsOf(v, thread).map((w) => waitNode(v, id, w));
  for (const l of locksOwnedBy(v, thread))
    out.push({
      id: childId(id, 'owned', l.address),
      label: `owns ${l.type}${l.name ? ` ${shortName(l.name)}` : ''}`,
      description: l.waiters.length ? `${l.waiters.length} waiting` : address(l.address),
      tooltip: `${address(l.address)} ${l.type}${l.name ? ` ${l.name}` : ''}`,
      icon: 'key',
      range: l.range,
      hasChildren: l.waiters.length > 0,
      kind: 'lock',
    });
  const top = v.stack(thread).filter((f) => f.kind !== 'internal');
  for (const [i, f] of top.slice(0, 8).entries()) {
    out.push({
      id: childId(id, 'frame', i),
      label: frameName(v.target, f),
      ...(f.step && !f.step.range.file.builtin ? { description: formatRange(f.step.range), range: f.step.range } : {}),
      icon: 'debug-stackframe',
      kind: 'frame',
    });
  }
  if (top.length > 8) out.push({ id: childId(id, 'frame', 8), label: `${top.length - 8} more frames`, kind: 'none' });
  return out.length ? out : [emptyNode(id, 'nothing more is known about it')];
};

/** Below a wait object: the threads that own it, each of which opens again. The wait is found again by the thread in the id before. */
export const waitChildren = (v: MachineView, id: string, thread: Addr, object: Addr): Node[] =>
  (waitsOf(v, thread).find((w) => w.object === object)?.owners ?? []).map((o) =>
    threadNode(v, id, o, o === object ? 'until it ends' : 'owner'),
  );
