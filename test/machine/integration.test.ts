// A self-checking C program on the whole machine (front end, engine, exceptions, checkpoints, trace): two threads that fault, catch, unwind and call
// through routines, pre-empted at any step; checkpoints anywhere, restored in fresh machines.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { MemoryFiles } from '../../src/base/files.js';
import { xorshift32 } from '../../src/base/prng.js';
import { compileUnit } from '../../src/c/compile-unit.js';
import { MAP, PAGE_SIZE, Reason, ROUTINE_BASE, Status, toAddress } from '../../src/machine/abi.js';
import { compileImage } from '../../src/machine/compile/compile-image.js';
import type { CompiledImage } from '../../src/machine/image.js';
import { type ExceptionInfo, Machine } from '../../src/machine/machine.js';
import { type RoutineDefinition, routineFixedSize } from '../../src/machine/routine.js';
import { walkStack } from '../../src/machine/walk.js';
import { MachineClock } from '../../src/trace/clock.js';
import { Trace } from '../../src/trace/trace.js';

const SOURCE = readFileSync(new URL('./selfcheck.c', import.meta.url), 'utf8');

type Definition = RoutineDefinition<World>;
const ROUTINES: readonly Definition[] = [
  { name: 'unresolved', step: () => Status.Returned },
  {
    name: 'check',
    cost: 0,
    step: (k, f) => (f.i32(0) || k.failures.push(f.i32(1)), k.trace.event('check', { line: f.i32(1) }), Status.Returned),
  },
  { name: 'note', step: (k, f) => (k.trace.event('note', { thread: f.i32(0), value: f.i32(1) }), Status.Returned) },
  {
    // calls back until the callback answers 0; holds "a lock" that must be released when an exception passes
    name: 'enumerate',
    locals: 1,
    cost: 3,
    step: (k, f) => {
      if (f.pc === 0) {
        k.held++;
        f.set(0, 0);
      } else {
        f.set(0, f.get(0) + 1);
        if (f.result32 === 0 || f.get(0) >= f.i32(2)) {
          k.held--;
          k.machine.setReturn(f.get(0));
          return Status.Returned;
        }
      }
      f.pc = 1;
      return k.machine.call(f.ptr(0), [f.get(0), f.ptr(1)]);
    },
    unwind: (k) => k.held--,
  },
  { name: 'probe', step: (k, f) => (k.machine.setReturn(k.machine.mem.checked.i32(f.ptr(0))), Status.Returned) },
  { name: 'raise_status', step: (k, f) => k.machine.raise(f.u32(0)) },
  {
    name: 'raise_continuable',
    step: (k, f) => {
      if (f.pc === 0) {
        f.pc = 1;
        return k.machine.raise(f.u32(0), { flags: 0, parameters: [f.u64(1)] });
      }
      k.machine.setReturn(17);
      return Status.Returned;
    },
  },
  { name: 'yield', cost: 1, step: (k) => (k.machine.requestStop(), Status.Returned) },
];

let compiled: CompiledImage | undefined;
function image(text = SOURCE): CompiledImage {
  if (text === SOURCE && compiled) return compiled;
  const unit = compileUnit('selfcheck.c', {
    files: new MemoryFiles({ 'selfcheck.c': text }),
    builtinHeaders: {},
    includePaths: [],
    defines: {},
  });
  const errors = unit.diagnostics.filter((d) => d.severity === 'error');
  assert.deepEqual(errors.map(formatDiagnostic), []);
  const result = compileImage({
    name: 'selfcheck',
    mode: 'kernel',
    units: [unit],
    start: MAP.drivers.start,
    functionBase: 1,
    stepBase: 1,
    debug: text === SOURCE,
    imports: {
      func: (name) => {
        const id = ROUTINES.findIndex((r) => r.name === name);
        const number = ROUTINE_BASE + id;
        return id > 0
          ? { number, fixedSize: routineFixedSize(ROUTINES[id].locals), address: toAddress(MAP.nt.start + 16 * id) }
          : undefined;
      },
      data: () => undefined,
    },
  });
  if (text === SOURCE) compiled = result;
  return result;
}

interface Thread {
  top: number;
  limit: number;
  value: string;
  code: number;
}

/** A machine, two threads and the smallest scheduler that can pre-empt. */
class World {
  readonly routines = ROUTINES as never;
  readonly machine: Machine;
  trace: Trace;
  readonly failures: number[] = [];
  readonly results: number[] = [];
  unhandled: ExceptionInfo | undefined;
  held = 0;
  threads: Thread[] = [];
  current = 0;
  private random = 1;

  constructor(text = SOURCE) {
    this.machine = new Machine({ host: this });
    this.trace = new Trace(new MachineClock(this.machine, { threadForTrace: () => this.current }));
    const m = this.machine;
    m.loadImages([image(text)]);
    m.mapImage(image(text));
    m.mem.pages.map(MAP.nt.start, PAGE_SIZE, { executable: true });
    for (let i = 0; i < ROUTINES.length; i++) m.writeCodeEntry(MAP.nt.start + 16 * i, ROUTINE_BASE + i);
  }

  start(count: number): this {
    const m = this.machine;
    const main = m.images.functionNamed('main')!.number;
    for (let i = 0; i < count; i++) {
      const low = MAP.stacks.start + PAGE_SIZE + i * 8 * PAGE_SIZE;
      m.mem.pages.map(low, 6 * PAGE_SIZE, { writable: true });
      const top = m.pushFrame(main, [i + 1], { prev: 0, base: low + 6 * PAGE_SIZE });
      this.threads.push({ top, limit: low, value: '0', code: 0 });
    }
    return this;
  }

  onUnhandled(x: ExceptionInfo): Status {
    this.unhandled = x;
    return this.machine.stop(Reason.BugCheck);
  }
  saveState(): unknown {
    const { threads, current, random, held, failures, results } = this;
    return JSON.parse(
      JSON.stringify({ threads, current, random, held, failures, results, cursor: this.trace.cursor, hash: this.trace.hash() }),
    );
  }
  restoreState(s: Pick<World, 'threads' | 'current' | 'held' | 'failures' | 'results'> & { random: number; cursor: number }): void {
    const { cursor, failures, results, ...plain } = structuredClone(s);
    Object.assign(this, plain);
    this.failures.splice(0, this.failures.length, ...failures);
    this.results.splice(0, this.results.length, ...results);
    if (cursor <= this.trace.length) this.trace.seek(cursor);
  }

  /** One slice of the next thread; false when all have ended. */
  slice(steps: number): boolean {
    const alive = this.threads.filter((t) => t.top);
    if (!alive.length) return false;
    this.random = xorshift32(this.random);
    const t = alive[this.random % alive.length];
    this.current = this.threads.indexOf(t) + 1;
    const r = this.machine.registers;
    r.top = t.top;
    r.stackLimit = t.limit;
    r.returnValue64 = BigInt(t.value);
    r.exceptionCode = t.code;
    const reason = this.machine.run(steps);
    t.top = r.top;
    t.value = String(r.returnValue64);
    t.code = r.exceptionCode;
    if (reason === Reason.Done) this.results.push(r.returnValue);
    else assert.equal(reason, Reason.Fuel, this.story());
    return true;
  }
  /** What a run that ended too early died of. */
  private story(): string {
    const x = this.unhandled;
    const where = walkStack(this.machine).map((f) => this.machine.where(f.fp));
    return x ? `unhandled ${x.code.toString(16)} at ${x.address}; ${where.join(' < ')}` : where.join(' < ');
  }
  finish(steps: number): this {
    while (this.slice(steps));
    return this;
  }
}

test('the program finds no fault in itself, in whatever slices it runs', () => {
  const lengths = new Set<number>();
  for (const slice of [1_000_000, 1, 3, 10, 97]) {
    const w = new World().start(2).finish(slice);
    assert.deepEqual(w.failures, [], `failed checks at lines of selfcheck.c, slices of ${slice}`);
    assert.deepEqual([...w.results].sort(), [1001, 1002]);
    assert.equal(w.held, 0);
    assert.equal(w.machine.mem.i32(w.machine.globalAddress('shared')!), 40);
    lengths.add(w.trace.length);
  }
  assert.equal(lengths.size, 1);
});

test('one thread alone takes the same steps in any slices', () => {
  const runs = [1, 2, 13, 1_000_000].map((n) => new World().start(1).finish(n));
  for (const w of runs) {
    assert.deepEqual([w.machine.steps, w.trace.hash(), w.results], [runs[0].machine.steps, runs[0].trace.hash(), [1001]]);
  }
});

test('the same schedule gives the same trace', () => {
  assert.equal(new World().start(2).finish(7).trace.hash(), new World().start(2).finish(7).trace.hash());
  assert.notEqual(new World().start(2).finish(7).trace.hash(), new World().start(2).finish(8).trace.hash());
});

test('checkpoints anywhere, restored in a fresh machine, give exactly the rest of the trace', () => {
  const slice = 3;
  const w = new World().start(2);
  let seed = 99;
  let filters = 0;
  const saved: Uint8Array[] = [];
  while (w.slice(slice)) {
    seed = xorshift32(seed);
    const inFilter = walkStack(w.machine, w.threads[w.current - 1].top).some((f) => f.parent !== undefined);
    if (seed % 40 === 0 || (inFilter && filters++ % 8 === 0)) saved.push(w.machine.serialize(w.machine.checkpoint()));
  }
  assert.equal(saved.length > 60, true);
  const inside = new Set<string>();
  const events = Array.from({ length: w.trace.length }, (_, i) => w.trace.get(i).data);
  let fresh = new World();
  for (const [i, bytes] of saved.entries()) {
    // a machine reserves 1.75 GiB of addresses: most rounds reset one instead
    if (i % 10 === 0) fresh = new World();
    else fresh.machine.reset();
    fresh.trace = new Trace(new MachineClock(fresh.machine, { threadForTrace: () => fresh.current }));
    fresh.machine.restore(fresh.machine.deserialize(bytes));
    for (const t of fresh.threads) for (const f of walkStack(fresh.machine, t.top)) inside.add(f.parent === undefined ? f.kind : 'filter');
    fresh.finish(slice);
    const rest = Array.from({ length: fresh.trace.length }, (_, j) => fresh.trace.get(j).data);
    assert.deepEqual(rest, events.slice(events.length - rest.length));
    assert.equal(rest.length > 0, true);
    assert.deepEqual([fresh.results, fresh.failures, fresh.machine.steps], [w.results, [], w.machine.steps]);
  }
  assert.deepEqual([...inside].sort(), ['compiled', 'filter', 'internal', 'routine']);
});

test('going back in the same machine and running again verifies against the trace', () => {
  const w = new World().start(2);
  const points = [];
  for (let i = 0; w.slice(5); i++) if (i % 400 === 0) points.push(w.machine.checkpoint());
  const end = [w.trace.hash(), w.trace.length, w.machine.steps];
  for (const p of [...points].reverse()) {
    w.machine.restore(p);
    assert.equal(w.trace.inPast, true);
    w.finish(5);
    assert.equal(w.trace.difference, undefined);
    assert.deepEqual([w.trace.hash(), w.trace.length, w.machine.steps], end);
  }
});

test('break bytes stop before the step and change nothing; data breakpoints stop after the access', () => {
  const plain = new World().start(1).finish(1_000_000);
  const w = new World().start(1);
  const m = w.machine;
  const sum = m.images.functionNamed('sum')!;
  m.setBreak(sum.stepBase, true);
  const shared = m.mem.offsetOf(m.globalAddress('shared')!);
  m.mem.watches.set([{ offset: shared, size: 4, onRead: false, onWrite: true }]);
  let breaks = 0;
  let writes = 0;
  const r = m.registers;
  r.top = w.threads[0].top;
  r.stackLimit = w.threads[0].limit;
  w.current = 1;
  for (let skip = false; ; ) {
    const reason = m.run(1_000_000, skip);
    skip = false;
    if (reason === Reason.Done) break;
    if (reason === Reason.Break) {
      breaks++;
      skip = true;
      assert.equal(m.stepInfo(r.stopStep)?.function.name, 'sum');
      assert.equal(walkStack(m)[0].pc, 0);
    } else {
      assert.equal(reason, Reason.Fuel);
      if (m.mem.watches.take()) {
        writes++;
        assert.equal(m.mem.raw.i32(shared), writes);
      }
    }
  }
  assert.deepEqual([breaks, writes], [101 + 11, 20]);
  assert.equal(w.trace.hash(), plain.trace.hash());
  assert.equal(m.steps, plain.machine.steps);
});

test('a bug check shows the whole chain: faulting frame, filter in progress, routines, callers', () => {
  const w = new World(
    `int enumerate(int (*callback)(int, void *), void *context, int count);
     int callback(int i, void *p) { if (i == 2) *(int *)p = 1; return 1; }
     int main(int thread) { __try { return enumerate(callback, (void *)16, 5); } __except (0) { return 1; } }`,
  ).start(1);
  assert.throws(() => w.finish(100));
  assert.equal(w.unhandled?.address, 16);
  assert.deepEqual(
    walkStack(w.machine).map((f) => f.name),
    ['KiDispatchException', 'callback', 'enumerate', 'main'],
  );
  assert.match(w.machine.where(w.unhandled!.frame), /selfcheck\.c:2:\d+ \(callback\)/);
});

test('a stack overflow is no exception a handler can catch', () => {
  const w = new World(
    `int f(int n) { int pad[100]; pad[0] = n; return f(n + 1) + pad[0]; } int main(int t) { __try { return f(0); } __except (1) { return 5; } }`,
  ).start(1);
  assert.throws(() => w.finish(100000));
  assert.equal(w.unhandled?.code, 0xc00000fd);
  assert.equal(walkStack(w.machine).length > 30, true);
});

test('a filter that faults whenever it is asked ends as a stack overflow', () => {
  const w = new World(`int zero; int main(int t) { __try { *(int *)0 = 1; } __except (1 / zero) { return 5; } return 6; }`).start(1);
  assert.throws(() => w.finish(100000));
  assert.equal(w.unhandled?.code, 0xc00000fd);
});
