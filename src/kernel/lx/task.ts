// Linux processes of the built-in provider: what fork, exec, exit and wait4 must remember beyond the NT processes. A task keeps its Linux PID through exec, where
// its NT process changes, and is a zombie from its end until its parent has waited for it (reference: subsystem-processes.md 2).
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { EPROCESS, LX_TASK, PS_GLOBALS } from '../layouts.gen.js';
import { initEvent, NotificationEvent } from '../ob/event-object.js';
import { entries, insertTail, remove } from '../rtl/list.js';

export const TaskState = { Alive: 1, Zombie: 2 } as const;

const head = (k: Kernel): Addr => k.globals.PS + PS_GLOBALS.LxTasks;

/** A task for a process, with the next PID; 0: out of memory. */
export function newTask(k: Kernel, process: Addr, parentPid: number): Addr {
  const m = k.mem;
  const task = k.pool.allocate('nonpaged', LX_TASK.sizeof, 'LxTk');
  if (task === 0) return 0;
  m.fill(task, LX_TASK.sizeof);
  const pid = m.u32(k.globals.PS + PS_GLOBALS.LxNextPid) + 1;
  m.setU32(k.globals.PS + PS_GLOBALS.LxNextPid, pid);
  m.setU32(task + LX_TASK.Pid, pid);
  m.setU32(task + LX_TASK.ParentPid, parentPid);
  m.setU32(task + LX_TASK.State, TaskState.Alive);
  initEvent(k, task + LX_TASK.ChildChanged, NotificationEvent, false);
  insertTail(m, head(k), task + LX_TASK.Link);
  if (process !== 0) attachTask(k, task, process);
  return task;
}

/** The task runs in this NT process from now on. */
export function attachTask(k: Kernel, task: Addr, process: Addr): void {
  k.mem.setPtr(task + LX_TASK.Process, process);
  k.mem.setPtr(process + EPROCESS.PicoContext, task);
}

export function freeTask(k: Kernel, task: Addr): void {
  remove(k.mem, task + LX_TASK.Link);
  k.pool.free(task);
}

/** The process of a task never ran: there was none. */
export function dropTask(k: Kernel, process: Addr): void {
  const task = taskOf(k, process);
  if (task === 0) return;
  k.mem.setPtr(process + EPROCESS.PicoContext, 0);
  freeTask(k, task);
}

export const tasks = (k: Kernel): Addr[] => entries(k.mem, head(k)).map((e) => e - LX_TASK.Link);
export const taskOf = (k: Kernel, process: Addr): Addr => k.mem.ptr(process + EPROCESS.PicoContext);
export const pidOfTask = (k: Kernel, task: Addr): number => k.mem.u32(task + LX_TASK.Pid);
export const taskByPid = (k: Kernel, pid: number): Addr => tasks(k).find((t) => pidOfTask(k, t) === pid) ?? 0;
export const isZombie = (k: Kernel, task: Addr): boolean => k.mem.u32(task + LX_TASK.State) === TaskState.Zombie;
export const childrenOf = (k: Kernel, task: Addr): Addr[] =>
  tasks(k).filter((t) => k.mem.u32(t + LX_TASK.ParentPid) === pidOfTask(k, task));

/** The process of a task is gone: a zombie for its parent, or nothing when nobody waits for it; its children belong to init. */
export function endTask(k: Kernel, task: Addr, status: number): void {
  const m = k.mem;
  for (const child of childrenOf(k, task)) {
    m.setU32(child + LX_TASK.ParentPid, 1);
    if (isZombie(k, child)) freeTask(k, child);
  }
  const parent = taskByPid(k, m.u32(task + LX_TASK.ParentPid));
  m.setPtr(task + LX_TASK.Process, 0);
  if (parent === 0 || isZombie(k, parent)) return freeTask(k, task);
  m.setU32(task + LX_TASK.State, TaskState.Zombie);
  m.setU32(task + LX_TASK.WaitStatus, status);
  k.signalEvent(parent + LX_TASK.ChildChanged, 0);
}
