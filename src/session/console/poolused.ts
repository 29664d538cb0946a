// !poolused: pool by tag, with the driver that allocated. Flags 2 and 4 sort by nonpaged and paged use, as in WinDbg.
import { poolUse } from '../inspect/pool.js';
import { smallNumber } from './arguments.js';
import { type Command, misused } from './command.js';

export const poolused: Command = {
  names: ['!poolused'],
  usage: '!poolused [flags [tag]]',
  summary: 'pool by tag and driver; flags 2 and 4 sort by nonpaged and paged use',
  run(c, args) {
    if (args.length > 2) throw misused(poolused, 'too many arguments');
    const flags = args.length ? smallNumber(args[0], 'set of flags', 0xff) : 0;
    const { use, problem } = poolUse(c.view);
    const rows = use
      .filter((u) => args[1] === undefined || u.tag.trimEnd() === args[1])
      .map((u) => {
        const part = (paged: boolean): { allocs: number; used: number } => {
          const blocks = u.blocks.filter((b) => b.paged === paged);
          return { allocs: blocks.length, used: blocks.reduce((n, b) => n + b.bytes, 0) };
        };
        return { tag: u.tag, driver: u.driver, nonpaged: part(false), paged: part(true) };
      });
    if (flags & 2) rows.sort((a, b) => b.nonpaged.used - a.nonpaged.used);
    else if (flags & 4) rows.sort((a, b) => b.paged.used - a.paged.used);
    const cells = (p: { allocs: number; used: number }): string => `${String(p.allocs).padStart(8)} ${String(p.used).padStart(10)}`;
    const out = ['            NonPaged            Paged', ' Tag    Allocs       Used   Allocs       Used   Driver'];
    for (const r of rows) out.push(` ${r.tag} ${cells(r.nonpaged)} ${cells(r.paged)}   ${r.driver}`);
    const sum = (pick: (r: (typeof rows)[number]) => number): number => rows.reduce((n, r) => n + pick(r), 0);
    out.push(
      ` TOTAL${cells({ allocs: sum((r) => r.nonpaged.allocs), used: sum((r) => r.nonpaged.used) }).slice(1)} ${cells({ allocs: sum((r) => r.paged.allocs), used: sum((r) => r.paged.used) })}`,
    );
    return [...out, ...(problem ? [problem] : [])].join('\n');
  },
};
