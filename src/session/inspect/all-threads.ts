// Every thread object that exists, in order of creation, idle threads and ended ones that are still referenced among them.
import { KE_GLOBALS, KTHREAD } from '../../kernel/layouts.gen.js';
import type { MachineView } from './machine-view.js';
import type { ListWalk } from './reader.js';

export function allThreads(v: MachineView): ListWalk {
  const walk = v.mem.list(v.kernel.globals.KE + KE_GLOBALS.AllThreads);
  return { ...walk, entries: walk.entries.map((e) => e - KTHREAD.AllThreadsEntry) };
}
