// Clocks and access lists against a model that keeps every access with the whole clock of its moment: up to the first race of a word both say the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Accesses, Manner } from '../../../src/kernel/verifier/race/accesses.js';
import { Clocks } from '../../../src/kernel/verifier/race/clocks.js';
import { Machine } from '../../../src/machine/machine.js';

const THREADS = 3;
const LOCKS = 2;
const GRANULE = 0x1000000 >> 2;
const { shadow } = new Machine({ shadow: true }).mem;

type Action =
  | { readonly k: 'access'; readonly thread: number; readonly bytes: number; readonly write: boolean; readonly atomic: boolean }
  | { readonly k: 'lock'; readonly thread: number; readonly lock: number; readonly exclusive: boolean };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      k: fc.constant('access' as const),
      thread: fc.nat(THREADS - 1),
      bytes: fc.constantFrom(15, 15, 3, 12, 1, 8),
      write: fc.boolean(),
      atomic: fc.constant(false),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      k: fc.constant('access' as const),
      thread: fc.nat(THREADS - 1),
      bytes: fc.constant(15),
      write: fc.constant(true),
      atomic: fc.constant(true),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      k: fc.constant('lock' as const),
      thread: fc.nat(THREADS - 1),
      lock: fc.nat(LOCKS - 1),
      exclusive: fc.boolean(),
    }),
  },
);

interface Seen {
  readonly thread: number;
  readonly time: number;
  readonly bytes: number;
  readonly write: boolean;
}

/** The model: plain vector clocks, every access kept. `lock` takes a lock and gives it back at once. */
class Model {
  readonly clocks: number[][] = Array.from({ length: THREADS }, (_, i) => Array.from({ length: THREADS }, (_, j) => (i === j ? 1 : 0)));
  private readonly published = new Map<string, number[]>();
  private readonly seen: Seen[] = [];
  acquire(t: number, ...keys: string[]): void {
    for (const key of keys) this.published.get(key)?.forEach((v, i) => (this.clocks[t][i] = Math.max(this.clocks[t][i], v)));
  }
  release(t: number, key: string): void {
    const old = this.published.get(key) ?? [];
    this.published.set(
      key,
      this.clocks[t].map((v, i) => Math.max(v, old[i] ?? 0)),
    );
    this.clocks[t][t]++;
  }
  races(t: number, bytes: number, write: boolean): boolean {
    const found = this.seen.some(
      (e) => (e.bytes & bytes) !== 0 && (e.write || write) && e.thread !== t && this.clocks[t][e.thread] < e.time,
    );
    this.seen.push({ thread: t, time: this.clocks[t][t], bytes, write });
    return found;
  }
}

test('the first race of a word is found exactly when there is one', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const clocks = new Clocks();
      const accesses = new Accesses(shadow!, clocks);
      accesses.forget(GRANULE << 2, 8);
      const strands = Array.from({ length: THREADS }, (_, i) => clocks.strandOf(1000 + i));
      const model = new Model();
      for (const a of actions) {
        const strand = strands[a.thread];
        if (a.k === 'lock') {
          const lock = 5000 + a.lock;
          clocks.lock(strand, lock, a.exclusive);
          clocks.unlock(strand, lock);
          model.acquire(a.thread, `x${lock}`, ...(a.exclusive ? [`s${lock}`] : []));
          model.clocks[a.thread][a.thread]++;
          model.release(a.thread, `${a.exclusive ? 'x' : 's'}${lock}`);
          continue;
        }
        if (a.atomic) {
          accesses.settle(GRANULE);
          clocks.acquire(strand, GRANULE << 2);
          model.acquire(a.thread, 'word');
        }
        const found = accesses.add(GRANULE, {
          strand,
          clock: clocks.clockOf(strand)[strand],
          bytes: a.bytes,
          write: a.write,
          manner: a.atomic ? Manner.Atomic : Manner.Plain,
          site: 1,
        });
        assert.equal(found.length > 0, model.races(a.thread, a.bytes, a.write));
        if (found.length > 0) return; // what comes after a race follows from it
        if (a.atomic) {
          clocks.release(strand, GRANULE << 2);
          model.release(a.thread, 'word');
        }
      }
    }),
    { numRuns: 3000, seed: 7 },
  );
});

test('clocks survive JSON, and begin anew when they are exhausted', () => {
  const clocks = new Clocks();
  const a = clocks.strandOf(1);
  const b = clocks.strandOf(2);
  clocks.lock(a, 77, true);
  clocks.release(a, 5);
  clocks.acquire(b, 5);
  const copy = new Clocks();
  copy.restore(JSON.parse(JSON.stringify(clocks.save())));
  assert.deepEqual(copy.save(), clocks.save());
  assert.deepEqual(copy.locksAt(a, 2), [77]);
  assert.equal(copy.ordered(b, a, 2), true);
  for (let i = 0; i < 1 << 18 && !copy.exhausted; i++) copy.release(a, 6);
  assert.ok(copy.exhausted);
  copy.reset();
  assert.equal(copy.exhausted, false);
  assert.equal(copy.ordered(copy.strandOf(2), copy.strandOf(1), 1), false);
  copy.unlock(copy.strandOf(1), 77);
  assert.deepEqual(copy.locksAt(copy.strandOf(1), 9), []);
});
