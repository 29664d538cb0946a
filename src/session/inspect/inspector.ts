// The kernel inspector: the children of any node, asked for by its id, read from the memory as it is at the moment the debugger stands at (also in the past).
import { EvaluationError } from '../../machine/inspect/value.js';
import { cpuChildren, cpusChildren, dpcsChildren, priorityChildren, readyChildren } from './cpus.js';
import { danglingChildren, driverChildren, driversChildren } from './drivers.js';
import { lockChildren, locksChildren, ownedChildren } from './lock-nodes.js';
import type { MachineView } from './machine-view.js';
import { type Children, type Node, parseId } from './node.js';
import { poolChildren, poolOwnerChildren, tagChildren } from './pool.js';
import { processChildren, processesChildren } from './processes.js';
import { threadChildren, waitChildren } from './threads.js';
import { timersChildren } from './timers.js';
import { queueChildren, workChildren } from './work.js';

/** Ids of the groups: the roots of the views. */
export const GROUPS = [
  { id: 'processes', label: 'Processes and Threads', icon: 'server-process' },
  { id: 'cpus', label: 'CPUs', icon: 'chip' },
  { id: 'drivers', label: 'Drivers and Callbacks', icon: 'circuit-board' },
  { id: 'locks', label: 'Locks', icon: 'lock' },
  { id: 'queues', label: 'Work Queues and Timers', icon: 'list-ordered' },
  { id: 'pool', label: 'Pool', icon: 'database' },
] as const;

const BY_KIND: Readonly<Record<string, Children<MachineView>>> = {
  processes: processesChildren,
  process: processChildren,
  thread: threadChildren,
  owned: ownedChildren,
  cpus: cpusChildren,
  cpu: cpuChildren,
  ready: readyChildren,
  dpcs: dpcsChildren,
  drivers: driversChildren,
  driver: driverChildren,
  dangling: danglingChildren,
  locks: locksChildren,
  lock: lockChildren,
  queues: (_v, id) => [
    { id: `${id}/work`, label: 'Work queues', icon: 'list-ordered', hasChildren: true, kind: 'group' },
    { id: `${id}/timers`, label: 'Timers', icon: 'watch', hasChildren: true, kind: 'group' },
  ],
  work: workChildren,
  timers: timersChildren,
  queue: queueChildren,
  pool: poolChildren,
  'pool-of': poolOwnerChildren,
};

/** A tree of threads and owners can go round in circles (that is what a deadlock is): a path this long is not a user's any more. */
const LONGEST_ID = 8192;

export class Inspector {
  constructor(private readonly view: MachineView) {}

  /** Nodes below a node; the groups without one. A node of an earlier stop that is gone has none. Throws EvaluationError for what is no id. */
  children(parent: string | undefined): Node[] {
    if (parent === undefined) return GROUPS.map((g) => ({ ...g, hasChildren: true, kind: 'group' }));
    const last = parent.length > LONGEST_ID ? undefined : parseId(parent);
    if (!last || !GROUPS.some((g) => parent === g.id || parent.startsWith(`${g.id}/`)))
      throw new EvaluationError(`'${parent.slice(0, 80)}' is no node of the kernel inspector`);
    const { kind, value } = last;
    // these are about something that stands earlier in the path
    if (kind === 'wait') return waitChildren(this.view, parent, valueIn(parent, 'thread'), value);
    if (kind === 'priority') return priorityChildren(this.view, parent, valueIn(parent, 'cpu'), value);
    if (kind === 'tag') return tagChildren(this.view, parent, valueIn(parent, 'pool-of'), value);
    return Object.hasOwn(BY_KIND, kind) ? BY_KIND[kind](this.view, parent, value) : [];
  }
}

/** Value of the last segment of a kind in a path. */
function valueIn(id: string, kind: string): number {
  const segments = id.split('/').filter((s) => s.startsWith(`${kind}:`));
  return parseId(segments[segments.length - 1] ?? '')?.value ?? 0;
}
