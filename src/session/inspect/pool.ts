// Pool by driver and tag, each block with the place that allocated it.

import { BugCheckError } from '../../kernel/ke/bugcheck.js';
import type { PoolBlock } from '../../kernel/mm/pool.js';
import { isKernelAddress, KERNEL_BASE } from '../../machine/abi.js';
import { SimulatedFault } from '../../machine/routine.js';
import type { MachineView } from './machine-view.js';
import { type Children, childId, emptyNode, type Node, problemNode } from './node.js';
import { address } from './reader.js';

/** Blocks of one tag that a tree shows. */
const BLOCK_LIMIT = 200;

/** Image that allocated: its name, and its start as offset (0: the kernel itself). */
function ownerOf(v: MachineView, b: PoolBlock): { name: string; start: number } {
  if (b.owner !== 0 && isKernelAddress(b.owner)) {
    const o = b.owner - KERNEL_BASE;
    const image = v.target.images.find((i) => i.mode === 'kernel' && o >= i.start && o < i.end);
    if (image) return { name: image.name, start: image.start };
  }
  return { name: 'nt', start: 0 };
}

export interface TagUse {
  readonly driver: string;
  readonly start: number;
  readonly tag: string;
  readonly blocks: readonly PoolBlock[];
  readonly bytes: number;
}

/** Use by driver and tag: drivers by name (nt last), tags by name. The tables that are read are the pool's own; corrupted ones give what can be read. */
export function poolUse(v: MachineView): { use: TagUse[]; problem?: string } {
  let live: PoolBlock[];
  try {
    live = v.kernel.pool.live();
  } catch (e) {
    if (!(e instanceof BugCheckError) && !(e instanceof SimulatedFault)) throw e;
    return { use: [], problem: 'the records of the pool are corrupted' };
  }
  const groups = new Map<string, { driver: string; start: number; tag: string; blocks: PoolBlock[]; bytes: number }>();
  for (const b of live) {
    const owner = ownerOf(v, b);
    const key = `${owner.start} ${b.tag}`;
    let g = groups.get(key);
    if (!g) groups.set(key, (g = { driver: owner.name, start: owner.start, tag: b.tag, blocks: [], bytes: 0 }));
    g.blocks.push(b);
    g.bytes += b.bytes;
  }
  const use = [...groups.values()].sort(
    (a, b) => Number(a.start === 0) - Number(b.start === 0) || a.start - b.start || (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0),
  );
  return { use };
}

const size = (bytes: number, blocks: number): string =>
  `${bytes} byte${bytes === 1 ? '' : 's'} in ${blocks} block${blocks === 1 ? '' : 's'}`;

export const poolChildren: Children<MachineView> = (v, id) => {
  const { use, problem } = poolUse(v);
  const drivers = new Map<number, TagUse[]>();
  for (const u of use) drivers.set(u.start, [...(drivers.get(u.start) ?? []), u]);
  const out = [...drivers].map(
    ([start, list]): Node => ({
      id: childId(id, 'pool-of', start),
      label: list[0].driver,
      description: size(
        list.reduce((n, u) => n + u.bytes, 0),
        list.reduce((n, u) => n + u.blocks.length, 0),
      ),
      icon: 'circuit-board',
      hasChildren: true,
      kind: 'pool-owner',
    }),
  );
  if (problem) out.push(problemNode(id, problem));
  return out.length ? out : [emptyNode(id, 'no pool is in use')];
};

const tagNumber = (tag: string): number => [...tag].reduce((n, c) => n * 256 + (c.charCodeAt(0) & 255), 0);

export const poolOwnerChildren: Children<MachineView> = (v, id, start) =>
  poolUse(v)
    .use.filter((u) => u.start === start)
    .map((u) => ({
      id: childId(id, 'tag', tagNumber(u.tag)),
      label: `'${u.tag}'`,
      description: size(u.bytes, u.blocks.length),
      icon: 'tag',
      range: u.blocks.length === 1 ? u.blocks[0].place : undefined,
      hasChildren: true,
      kind: 'pool-tag',
    }));

export function tagChildren(v: MachineView, id: string, start: number, tag: number): Node[] {
  const u = poolUse(v).use.find((x) => x.start === start && tagNumber(x.tag) === tag);
  if (!u) return [];
  const out = u.blocks.slice(0, BLOCK_LIMIT).map(
    (b): Node => ({
      id: childId(id, 'block', b.address),
      label: address(b.address),
      description: `${b.bytes} bytes, ${b.paged ? 'paged' : 'nonpaged'}, by ${b.site}`,
      tooltip: `${address(b.address)} '${b.tag}' ${b.bytes} bytes, ${b.paged ? 'paged' : 'nonpaged'} pool\nallocated by ${b.site}`,
      icon: 'symbol-array',
      range: b.place,
      kind: 'pool-block',
    }),
  );
  if (u.blocks.length > BLOCK_LIMIT) out.push({ id: `${id}/more`, label: `${u.blocks.length - BLOCK_LIMIT} more blocks`, kind: 'none' });
  return out;
}
