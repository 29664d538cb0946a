// Processes and their threads, from PsActiveProcessHead.
import { ThreadState } from '../../kernel/ke/constants.js';
import { EPROCESS, ETHREAD, KPROCESS, KTHREAD, PS_GLOBALS } from '../../kernel/layouts.gen.js';
import type { Addr } from '../../machine/abi.js';
import type { MachineView } from './machine-view.js';
import { type Children, childId, emptyNode, type Node, problemNode } from './node.js';
import { address, type ListWalk } from './reader.js';
import { threadNode } from './threads.js';

export function activeProcesses(v: MachineView): ListWalk {
  const walk = v.mem.list(v.kernel.globals.PS + PS_GLOBALS.PsActiveProcessHead);
  return { ...walk, entries: walk.entries.map((e) => e - EPROCESS.ActiveProcessLinks) };
}

/** Threads that have not ended. */
export function threadsOf(v: MachineView, process: Addr): ListWalk {
  // the idle process is no object of the process manager and has no such list
  if (v.pid(process) === 0) return { entries: [] };
  const walk = v.mem.list(process + EPROCESS.ThreadListHead);
  const entries = walk.entries
    .map((e) => e - ETHREAD.ThreadListEntry)
    .filter((t) => v.mem.u32(t + KTHREAD.State) !== ThreadState.Terminated);
  return { ...walk, entries };
}

function processNode(v: MachineView, parent: string, process: Addr): Node {
  const { mem } = v;
  const threads = threadsOf(v, process);
  const pid = v.pid(process);
  const ended = threads.entries.length === 0 && threads.problem === undefined;
  const command = mem.unicode(process + EPROCESS.CommandLine);
  return {
    id: childId(parent, 'process', process),
    label: `${pid} ${v.imageName(process)}`,
    description: ended ? 'ended, still referenced' : `${threads.entries.length} thread${threads.entries.length === 1 ? '' : 's'}`,
    tooltip: [
      `PROCESS ${address(process)}  Cid ${pid.toString(16)}  ParentCid ${mem.ptr(process + EPROCESS.InheritedFromUniqueProcessId).toString(16)}`,
      ...(command ? [`Command line: ${command}`] : []),
      `BasePriority ${mem.i8(process + KPROCESS.BasePriority)}  SessionId ${mem.u32(process + EPROCESS.SessionId)}`,
    ].join('\n'),
    icon: 'server-process',
    hasChildren: true,
    kind: 'process',
  };
}

export const processesChildren: Children<MachineView> = (v, id) => {
  const walk = activeProcesses(v);
  const out = walk.entries.map((p) => processNode(v, id, p));
  if (walk.problem) out.push(problemNode(id, walk.problem));
  return out.length ? out : [emptyNode(id, 'no process exists yet')];
};

export const processChildren: Children<MachineView> = (v, id, process) => {
  if (!v.mem.readable(process, EPROCESS.sizeof)) return [];
  const walk = threadsOf(v, process);
  const out = walk.entries.map((t) => threadNode(v, id, t));
  if (walk.problem) out.push(problemNode(id, walk.problem));
  return out.length ? out : [emptyNode(id, 'no threads any more; somebody still holds a reference to the process')];
};
