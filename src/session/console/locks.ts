// !locks: ERESOURCEs as WinDbg lists them; and, which WinDbg cannot, every other lock that is held (-a also the free ones): spin locks, mutexes, push locks.
import { ERESOURCE } from '../../kernel/layouts.gen.js';
import type { Addr } from '../../machine/abi.js';
import { findLocks, type Lock } from '../inspect/locks.js';
import { address } from '../inspect/reader.js';
import { isExclusive, resourceOwners } from '../inspect/resources.js';
import { type Command, type CommandContext, misused } from './command.js';
import { threadText } from './thread.js';

function resourceText(c: CommandContext, l: Lock, verbose: boolean): string {
  const { view: v } = c;
  const owners = resourceOwners(v, l.address);
  const state =
    owners.length === 0 ? 'Available' : isExclusive(v, l.address) ? 'Exclusively owned' : `Shared ${owners.length} owning threads`;
  const read = (field: number): number => v.mem.u32(l.address + field);
  const out = [`Resource @ ${l.name ? `${l.name} (${v.hex(l.address)})` : v.hex(l.address)}    ${state}`];
  const numbers = (
    [
      ['Contention Count', ERESOURCE.ContentionCount],
      ['NumberOfSharedWaiters', ERESOURCE.NumberOfSharedWaiters],
      ['NumberOfExclusiveWaiters', ERESOURCE.NumberOfExclusiveWaiters],
    ] as const
  ).filter(([, field]) => read(field) > 0);
  for (const [name, field] of numbers) out.push(`    ${name} = ${read(field)}`);
  if (owners.length)
    out.push(`     Threads: ${owners.map((o) => `${address(o.thread)}-${String(o.count).padStart(2, '0')}<*>`).join('    ')}`);
  if (l.waiters.length)
    out.push('     Threads Waiting On Resource:', ...l.waiters.map((t) => `              ${address(t)}  ${v.threadName(t)}`));
  if (verbose) for (const o of owners) out.push('', threadText(v, o.thread, 6));
  return out.join('\n');
}

function otherText(c: CommandContext, l: Lock, verbose: boolean): string {
  const { view: v } = c;
  const who = (t: Addr): string => `${address(t)} (${v.threadName(t)})`;
  const state = l.owners.length === 0 ? 'Available' : l.shared ? `Shared ${l.owners.length} owning threads` : 'Owned';
  const out = [`${l.type} @ ${l.name ? `${l.name} (${v.hex(l.address)})` : v.hex(l.address)}    ${state}`];
  for (const t of l.owners) out.push(`     Owner:   ${who(t)}`);
  for (const t of l.waiters) out.push(`     Waiting: ${who(t)}`);
  if (verbose) for (const t of l.owners) out.push('', threadText(v, t, 6));
  return out.join('\n');
}

function run(c: CommandContext, args: readonly string[]): string {
  let verbose = false;
  let all = false;
  let at: Addr | undefined;
  for (const a of args) {
    if (a === '-v') verbose = true;
    else if (a === '-d') all = true;
    else if (a === '-p')
      continue; // performance counters: there are none
    else if (a.startsWith('-')) throw misused(locks, `there is no option '${a}'`);
    else at = c.address(a);
  }
  const { locks: found, problem } = findLocks(c.view);
  const chosen = found.filter((l) => (at === undefined ? all || l.owners.length > 0 || l.waiters.length > 0 : l.address === at));
  if (at !== undefined && chosen.length === 0) throw misused(locks, `there is no lock at ${c.view.hex(at)}`);
  const resources = chosen.filter((l) => l.type === 'ERESOURCE');
  const others = chosen.filter((l) => l.type !== 'ERESOURCE');
  const total = found.filter((l) => l.type === 'ERESOURCE');
  const out = ['**** DUMP OF ALL RESOURCE OBJECTS ****', ...resources.map((l) => resourceText(c, l, verbose))];
  out.push(`${total.length} total locks, ${total.filter((l) => l.owners.length > 0).length} locks currently held`);
  if (others.length) out.push('', '**** OTHER LOCKS ****', ...others.map((l) => otherText(c, l, verbose)));
  if (problem) out.push(problem);
  return out.join('\n');
}

export const locks: Command = {
  names: ['!locks'],
  usage: '!locks [-v] [-d] [address]',
  summary: 'locks, their owners and waiters: resources, mutexes, spin locks, push locks',
  options: [
    { text: '-v', detail: 'with the owning threads' },
    { text: '-d', detail: 'also locks that nobody holds' },
  ],
  run,
};
