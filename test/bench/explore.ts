// Orders a second on the two-thread lost-update drivers with five increments each (the example, where each increment is a device control request, and the same
// with two system threads), by each strategy, beside two peers in the same run: plain re-execution (a whole `interlock run` for each seed), and an enumeration
// of the same ten reads and writes in JavaScript, without any kernel (what the search itself could cost at the least).
// "Orders": exhaustive counts orders whose outcome is known; those that differ only by swapping independent steps count as one (34,904 of 184,756 interleavings).
// "Executed": orders that were executed to the end of the scenario; the others came to a state whose future was known.
// Usage: tsx test/bench/explore.ts. Prints a table; asserts only that the counts are right (times depend on the machine).
import { DiskFiles } from '../../src/cli/disk-files.js';
import { type ExploreOptions, explore } from '../../src/explore/explore.js';
import type { Build } from '../../src/scenario/build.js';
import { buildScenario } from '../../src/scenario/build.js';
import { Simulation } from '../../src/scenario/simulation.js';
import { wdkHeaders as headers } from '../../src/wdk/headers.gen.js';
import { lostUpdate } from '../explore/programs.js';

const ROUNDS = 5;
const example = buildScenario(new URL('../../examples/lost-update/lost-update.scenario', import.meta.url).pathname, {
  files: new DiskFiles(),
  headers,
});

/** Time of this process on all its threads: other load on the machine does not count. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function row(name: string, orders: number, executed: number, operations: number, ms: number): number {
  const perSecond = (1000 * orders) / ms;
  console.log(
    `${name.padEnd(62)} ${String(orders).padStart(8)} ${String(executed).padStart(8)} ${String(operations).padStart(8)} ${ms.toFixed(1).padStart(9)} ${Math.round(perSecond).toLocaleString('en-US').padStart(12)}`,
  );
  return perSecond;
}

/** The best of several rounds: the machine may be busy. Everything counts: making the images, boot, search, reports. */
function measure(name: string, build: Build, options: ExploreOptions, wanted?: number, rounds = ROUNDS): number {
  let best = Number.POSITIVE_INFINITY;
  let r = explore(build, { all: true, ...options });
  for (let i = 0; i < rounds; i++) {
    const t = cpuMs();
    r = explore(build, { all: true, ...options });
    best = Math.min(best, cpuMs() - t);
  }
  if (wanted !== undefined && r.progress.orders !== wanted) throw new Error(`${name}: ${r.progress.orders} orders instead of ${wanted}`);
  return row(name, r.progress.orders, r.progress.executed, r.operations, best);
}

/** Depth first over all interleavings of two threads' reads and writes of one variable, state copied at each choice. */
function enumerate(times: number): number {
  let leaves = 0;
  const walk = (count: number, a: number, readA: number, b: number, readB: number): void => {
    if (a === 2 * times && b === 2 * times) {
      leaves++;
      return;
    }
    if (a < 2 * times) walk(a & 1 ? readA + 1 : count, a + 1, a & 1 ? readA : count, b, readB);
    if (b < 2 * times) walk(b & 1 ? readB + 1 : count, a, readA, b + 1, b & 1 ? readB : count);
  };
  walk(0, 0, 0, 0, 0);
  return leaves;
}

console.log(`${'lost update, 2 threads x 5 increments'.padEnd(62)}   orders executed  op.steps    cpu ms     orders/s`);
const threads = lostUpdate(5);
const exhaustive = measure('exhaustive, example (device control requests)', example, {}, 34_904);
measure('exhaustive, system threads', threads, {}, 34_904);
measure('exhaustive, system threads, every interleaving', threads, { reduce: false }, 184_756);
measure('exhaustive, system threads x 3 increments, each order executed', lostUpdate(3), { remember: false }, 328, 1);
measure('random, example', example, { strategy: 'random', schedules: 200 }, 200, 1);
measure('pct, example', example, { strategy: 'pct', schedules: 200 }, 200, 1);

const RUNS = 50;
let simulation = new Simulation(example, { debug: false });
const t = cpuMs();
for (let seed = 1; seed <= RUNS; seed++) {
  const build = { ...example, scenario: { ...example.scenario, machine: { ...example.scenario.machine, seed } } };
  simulation = new Simulation(build, { debug: false, reuse: simulation });
  while (simulation.advance(10_000_000, false).kind !== 'ended');
  simulation.report();
}
const plain = row('peer: plain re-execution, one run a seed, example', RUNS, RUNS, 0, cpuMs() - t);
enumerate(5);
const t2 = cpuMs();
const leaves = enumerate(5);
row('peer: enumeration of the ten accesses in JavaScript, no kernel', leaves, leaves, 0, cpuMs() - t2);
console.log(`\nexhaustive over plain re-execution: ${(exhaustive / plain).toFixed(0)} x`);
