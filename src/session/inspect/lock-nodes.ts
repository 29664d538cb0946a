// Locks as nodes: held ones first; below a lock its owners and its waiters.
import { ERESOURCE } from '../../kernel/layouts.gen.js';
import { findLocks, lockState } from './locks.js';
import type { MachineView } from './machine-view.js';
import { type Children, childId, emptyNode, type Node, problemNode } from './node.js';
import { address } from './reader.js';
import { shortName, threadNode } from './threads.js';

export const locksChildren: Children<MachineView> = (v, id) => {
  const { locks, problem } = findLocks(v);
  // held ones first: they are what one looks for
  const sorted = [...locks].sort((a, b) => Number(b.owners.length > 0) - Number(a.owners.length > 0) || a.address - b.address);
  const out = sorted.map((l): Node => {
    const taken = v.history.of(l.address)?.holds.map((h) => v.kernel.trace.positionText(h.event)) ?? [];
    const contention = l.type === 'ERESOURCE' ? `\nContention Count ${v.mem.u32(l.address + ERESOURCE.ContentionCount)}` : '';
    return {
      id: childId(id, 'lock', l.address),
      label: shortName(l.name) || address(l.address),
      description: `${l.type}, ${lockState(v, l)}`,
      tooltip: `${address(l.address)} ${l.type}${l.name ? ` ${l.name}` : ''}\n${lockState(v, l)}${taken.length ? `\ntaken at ${taken.join(', ')}` : ''}${contention}`,
      icon: l.owners.length ? 'lock' : 'unlock',
      range: l.range,
      hasChildren: l.owners.length + l.waiters.length > 0,
      kind: 'lock',
    };
  });
  if (problem) out.unshift(problemNode(id, problem));
  return out.length ? out : [emptyNode(id, 'no lock exists yet')];
};

/** Below a lock: owners, then waiters in order. */
export const lockChildren: Children<MachineView> = (v, id, at) => {
  const l = findLocks(v).locks.find((x) => x.address === at);
  if (!l) return [];
  return [
    ...l.owners.map((t) => threadNode(v, `${id}/owners`, t, 'owner')),
    ...l.waiters.map((t) => threadNode(v, `${id}/waiters`, t, 'waits')),
  ];
};

/** Below a lock that stands under its owner: who waits for it. */
export const ownedChildren: Children<MachineView> = (v, id, at) =>
  (findLocks(v).locks.find((x) => x.address === at)?.waiters ?? []).map((t) => threadNode(v, id, t, 'waits'));
