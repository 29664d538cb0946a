import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAP, PAGE_SIZE, Reg, toAddress } from '../../src/machine/abi.js';
import { type Checkpoint, memoryHash } from '../../src/machine/checkpoint.js';
import { Machine } from '../../src/machine/machine.js';

const POOL = MAP.pool.start;
const PAGES = 24;

/** Two machines for all runs of a property: a machine reserves 1.75 GiB of address space. */
const machine = new Machine({ cpus: 2 });
const other = new Machine({ cpus: 2 });

function state(m: Machine): string {
  const words = [m.wordsOf(0), m.wordsOf(1)].map((w) => Array.from(w).join());
  return `${memoryHash(m)} ${words.join(' ')} ${m.registers.cpu} ${m.cpus.map((c) => c.time).join()} ${m.totalSteps}`;
}

const fresh = state(other);

const action = fc.oneof(
  fc.record({ do: fc.constant('write' as const), at: fc.nat(PAGES * PAGE_SIZE - 9), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ do: fc.constant('map' as const), page: fc.nat(PAGES - 1), writable: fc.boolean() }),
  fc.record({ do: fc.constant('unmap' as const), page: fc.nat(PAGES - 1) }),
  fc.record({ do: fc.constant('register' as const), cpu: fc.nat(1), value: fc.nat(1e9) }),
  fc.record({ do: fc.constant('checkpoint' as const) }),
  fc.record({ do: fc.constant('restore' as const), which: fc.nat(99) }),
  fc.record({ do: fc.constant('release' as const), which: fc.nat(99) }),
);

test('the permissions of the first and the last page of every region are state', () => {
  const m = machine;
  for (const { start, end } of Object.values(MAP)) {
    for (const page of [start, end - PAGE_SIZE]) {
      m.mem.pages.unmap(page, PAGE_SIZE);
      const absent = m.checkpoint();
      m.mem.pages.map(page, PAGE_SIZE, { writable: true });
      const present = m.checkpoint();
      m.restore(absent);
      assert.ok(!m.mem.pages.query(page).mapped, `${page.toString(16)} after going back`);
      m.restore(present);
      assert.ok(m.mem.pages.query(page).writable, `${page.toString(16)} after going forth`);
      m.restore(absent);
      m.release(present);
      m.release(absent);
    }
  }
});

test('restoring gives exactly the bytes, permissions and registers of the checkpoint, along any path through the tree', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const m = machine;
      const saved: { c: Checkpoint; state: string }[] = [];
      const take = () => saved.push({ state: state(m), c: m.checkpoint() });
      take();
      for (const a of actions) {
        if (a.do === 'write') m.mem.setU64(toAddress(POOL + a.at), a.value);
        else if (a.do === 'map') m.mem.pages.map(POOL + a.page * PAGE_SIZE, PAGE_SIZE, { writable: a.writable });
        else if (a.do === 'unmap') m.mem.pages.unmap(POOL + a.page * PAGE_SIZE, PAGE_SIZE);
        else if (a.do === 'register') {
          m.switchCpu(a.cpu);
          m.setReg(Reg.Irql, a.value % 16);
          m.registers.updateMasks();
          m.cpu.time += a.value;
        } else if (a.do === 'checkpoint') take();
        else if (a.do === 'restore') {
          const s = saved[a.which % saved.length];
          m.restore(s.c);
          assert.equal(state(m), s.state);
        } else if (saved.length > 1) m.release(saved.splice(a.which % saved.length, 1)[0].c);
      }
      for (const s of saved) {
        m.restore(s.c);
        assert.equal(state(m), s.state);
      }
      const last = saved[saved.length - 1];
      other.restore(other.deserialize(m.serialize(last.c)));
      assert.equal(state(other), last.state);
      if (actions.length % 2) {
        m.reset();
        assert.equal(state(m), fresh);
        m.restore(last.c);
        assert.equal(state(m), last.state);
      }
      for (const s of saved) m.release(s.c);
    }),
    { numRuns: 60 },
  );
});

test('data breakpoints survive a restore and are not part of the state', () => {
  const m = machine;
  m.mem.pages.map(POOL, PAGE_SIZE, { writable: true });
  m.mem.watches.set([{ offset: POOL, size: 8, onRead: true, onWrite: true }]);
  const c = m.checkpoint();
  m.mem.watches.set([]);
  m.restore(c);
  m.mem.checked.u8(toAddress(POOL));
  assert.equal(m.mem.watches.take(), undefined);
  m.mem.watches.set([{ offset: POOL, size: 8, onRead: true, onWrite: true }]);
  m.restore(c);
  m.mem.checked.u8(toAddress(POOL));
  assert.equal(m.mem.watches.take()?.offset, POOL);
  m.mem.watches.set([]);
});

test('the next checkpoint copies only what changed', () => {
  const m = machine;
  m.checkpoint();
  m.mem.setU8(toAddress(POOL), 1);
  m.mem.setU8(toAddress(POOL + 5 * PAGE_SIZE), 1);
  assert.equal(m.checkpoint().size, 2 * PAGE_SIZE);
});

test('bad bytes are refused with a reason', () => {
  assert.throws(() => machine.deserialize(new Uint8Array(3)), /not a saved checkpoint/);
  const good = machine.serialize(machine.checkpoint());
  assert.throws(() => machine.deserialize(good.subarray(0, good.length - 1)), /cut off/);
  assert.throws(() => new Machine({ cpus: 1 }).deserialize(good), /2 CPUs/);
});
