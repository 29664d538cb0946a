// What recording and the checks of callbacks cost: the same runs with and without, alternating in one process, CPU time, best of several. Run with
// `npm run bench` (test/bench/trace.mjs bundles this first: unbundled modules cost more than the kernel itself). Prints; asserts nothing.
import { Simulation } from '../../src/scenario/simulation.js';
import { KIND_ID, KINDS, WORD } from '../../src/trace/kinds.js';
import { lockHolders } from '../../src/trace/locks.js';
import { count, lastIndex } from '../../src/trace/query.js';
import { Trace } from '../../src/trace/trace.js';
import { buildText } from '../scenario/product.js';
import { CALM, calmScenario, DRIVER, scenario } from './trace-driver.js';

const ROUNDS = Number(process.argv[2] ?? 8);

interface Variant {
  readonly recording: boolean;
  readonly verifier: boolean;
}

const build = (text: string, driver: string) => buildText(text, { 'driver.c': driver });

function compare(title: string, text: string, driver: string): void {
  const b = build(text, driver);
  const variants: Record<string, Variant> = {
    all: { recording: true, verifier: true },
    'no recording': { recording: false, verifier: true },
    'no checks': { recording: true, verifier: false },
  };
  const best: Record<string, number> = {};
  let events = 0;
  let steps = 0;
  let last: Simulation | undefined;
  for (let i = 0; i < ROUNDS; i++)
    for (const [name, v] of Object.entries(variants)) {
      const s: Simulation = new Simulation(b, { debug: false, reuse: last });
      s.kernel.trace.recording = v.recording;
      if (!v.verifier) s.kernel.hooks.verifier = undefined;
      const start = process.cpuUsage();
      while (s.advance(10_000_000, false).kind !== 'ended');
      const used = process.cpuUsage(start);
      best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, (used.user + used.system) / 1000);
      if (v.recording) events = s.kernel.trace.length;
      steps = s.stepsRun;
      last = s;
    }
  const share = (name: string): string => `${((best.all / best[name] - 1) * 100).toFixed(1)} %`;
  console.log(
    `${title.padEnd(34)} ${String(events).padStart(8)} events ${String(steps).padStart(9)} steps  ${best.all.toFixed(0).padStart(5)} ms;` +
      ` recording ${share('no recording').padStart(7)} (${(((best.all - best['no recording']) * 1e6) / events).toFixed(0)} ns an event); checks ${share('no checks').padStart(7)}`,
  );
}

/** Recording and asking alone. */
function alone(): void {
  const thread = -8e12;
  const clock = { step: 0, time: 0, cpu: 0, thread };
  let best = Number.POSITIVE_INFINITY;
  let hash = Number.POSITIVE_INFINITY;
  let trace = new Trace(clock, KINDS);
  const n = 1_000_000;
  for (let round = 0; round < 5; round++) {
    trace = new Trace(clock, KINDS);
    const a = performance.now();
    for (let i = 0; i < n; i += 4) {
      clock.step += 3;
      trace.note(KIND_ID['ke.spin.acquire'], thread + 8 * (i & 1023), 1, WORD.plain);
      trace.note(KIND_ID['ke.irql'], 0, 2);
      trace.note(KIND_ID['ke.switch'], 0, thread, thread + 16, WORD.wait);
      trace.note(KIND_ID['ke.spin.release'], thread + 8 * (i & 1023));
    }
    const b = performance.now();
    trace.hash();
    best = Math.min(best, ((b - a) * 1e6) / n);
    hash = Math.min(hash, ((performance.now() - b) * 1e6) / n);
  }
  const a = performance.now();
  count(trace, { object: thread + 16 });
  const b = performance.now();
  for (let i = 0; i < 1000; i++) lastIndex(trace, { object: thread + 8 * (4 * i) }, 500_000);
  const c = performance.now();
  lockHolders(trace, thread + 8 * 4);
  console.log(
    `alone: ${best.toFixed(0)} ns an event, hash ${hash.toFixed(0)} ns an event; of a million events: index ${(b - a).toFixed(0)} ms once, then ${(((c - b) * 1e3) / 1000).toFixed(1)} us a question`,
  );
}

console.log('cost of the trace and of the checks (CPU time, best of runs)');
compare('nothing but events, 2 CPUs', scenario(2), DRIVER);
compare('nothing but events, 4 CPUs', scenario(4), DRIVER);
compare('events and computation, 2 CPUs', calmScenario(2), CALM);
alone();
