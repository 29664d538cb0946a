// Same sources, scenario and seed: the same trace, byte for byte. Proved on the example, on 4 CPUs, with everything that might disturb it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedState, xorshift32 } from '../../src/base/prng.js';
import { Simulation } from '../../src/scenario/simulation.js';
import { buildFile, run, traceText, withMachine } from './product.js';

const build = buildFile('examples/procwatch/procwatch.scenario', { cpus: 4, seed: 7 });
const reference = run(build);
const hash = reference.kernel.trace.hash();
const events = reference.kernel.trace.length;

test('the example holds on 4 CPUs and uses all of them', () => {
  const report = reference.report();
  assert.equal(report.verdict, 'held');
  const cpus = new Set(Array.from({ length: events }, (_, i) => reference.kernel.trace.cpu(i)));
  assert.deepEqual([...cpus].sort(), [0, 1, 2, 3]);
});

test('100 runs on 4 CPUs give 100 identical traces', () => {
  const text = traceText(reference).join('');
  const hashes = new Map<string, number>();
  let last: Simulation | undefined;
  for (let i = 0; i < 100; i++) {
    // ten of them compile and reserve everything anew; the others run on a machine that was used before, which must not matter either
    const s = run(build, i % 10 === 0 || last === undefined ? {} : { reuse: last });
    const { trace } = s.kernel;
    const key = `${trace.hash()} ${trace.length} ${s.stepsRun}`;
    hashes.set(key, (hashes.get(key) ?? 0) + 1);
    if (i % 10 < 2) assert.equal(traceText(s).join(''), text, `run ${i}`);
    last = s;
  }
  assert.deepEqual([...hashes], [[`${hash} ${events} ${reference.stepsRun}`, 100]]);
});

test('another seed gives another interleaving, and the same driver behaviour', () => {
  // Kinds and threads of the events in their order: no seed, time or hash is compared, only what happened after what.
  const order = (s: Simulation): string => {
    const { trace } = s.kernel;
    return Array.from({ length: trace.length }, (_, i) =>
      trace.kind(i) === 'ke.boot' ? '' : `${trace.kind(i)} ${trace.cpu(i)} ${trace.thread(i)}`,
    ).join('\n');
  };
  const orders = new Set([order(reference)]);
  const traces = new Set([hash]);
  let last = run(build);
  for (let seed = 8; seed < 18; seed++) {
    last = run(withMachine(build, { seed }), { reuse: last });
    assert.equal(last.report().verdict, 'held', `seed ${seed}`);
    orders.add(order(last));
    traces.add(last.kernel.trace.hash());
  }
  assert.equal(traces.size, 11, 'every seed has its own trace');
  assert.equal(orders.size, 11, 'every seed has its own order of events');
});

test('pieces of any size give the run of one piece', () => {
  let random = seedState(99);
  const next = (limit: number): number => {
    random = xorshift32(random);
    return 1 + ((random >>> 0) % limit);
  };
  let last = reference;
  for (const piece of [() => 1, () => 2, () => 13, () => 100, () => 5000, () => next(5), () => next(300), () => next(5000)]) {
    last = run(build, { reuse: last }, piece);
    assert.equal(last.kernel.trace.hash(), hash, String(piece));
    assert.equal(last.kernel.trace.length, events);
  }
});

test('code with break tests gives the run of the plain code, also when it stops at break bytes', () => {
  const debug = run(build, { debug: true });
  assert.equal(debug.kernel.trace.hash(), hash);

  const stopping = new Simulation(build, { debug: true, reuse: debug });
  for (const image of stopping.images)
    for (const f of image.functions)
      f.steps.forEach((_, i) => (i % 3 === 0 ? stopping.kernel.machine.setBreak(f.stepBase + i, true) : undefined));
  let stops = 0;
  let skip = false;
  for (;;) {
    const e = stopping.advance(1_000_000, skip);
    if (e.kind === 'ended') break;
    skip = e.kind === 'break';
    if (skip) stops++;
  }
  assert.ok(stops > 200, `${stops} stops`);
  assert.equal(stopping.kernel.trace.hash(), hash);
  assert.equal(run(build, { reuse: stopping }).kernel.trace.hash(), hash, 'a machine that was debugged is as good as new');
});

test('1 to 64 CPUs: the example holds, and twice the same', () => {
  for (const cpus of [1, 2, 3, 16, 64]) {
    const first = run(withMachine(build, { cpus }));
    assert.equal(first.report().verdict, 'held', `${cpus} CPUs`);
    const second = run(withMachine(build, { cpus }), { reuse: first }, () => 777);
    assert.equal(second.kernel.trace.hash(), first.kernel.trace.hash(), `${cpus} CPUs`);
  }
});
