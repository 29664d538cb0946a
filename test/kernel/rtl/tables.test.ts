// Generic tables, balanced and splay, against a sorted array: every operation, structure checked after each change.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RTL_AVL_TABLE, RTL_GENERIC_TABLE } from '../../../src/kernel/layouts.gen.js';
import { routines as poolRoutines } from '../../../src/kernel/mm/pool-routines.js';
import { routines as avl } from '../../../src/kernel/rtl/avl-table.js';
import { routines as generic } from '../../../src/kernel/rtl/generic-table.js';
import { routines as splay } from '../../../src/kernel/rtl/splay.js';
import { Rig } from './rig.js';

interface Setup {
  readonly rig: Rig;
  readonly table: number;
  readonly suffix: string;
  readonly header: number;
  readonly freed: number[];
  failAllocation: boolean;
}

function setup(suffix: '' | 'Avl'): Setup {
  const rig = new Rig([avl, generic, splay, poolRoutines]);
  const m = rig.k.mem;
  const s: Setup = { rig, table: rig.alloc(0x80), suffix, header: suffix ? 0x20 : 0x28, freed: [], failAllocation: false };
  const compare = rig.callback((f) => {
    const a = m.i32(f.ptr(1));
    const b = m.i32(f.ptr(2));
    return a < b ? 0 : a > b ? 1 : 2;
  });
  const allocate = rig.callback((f) => (s.failAllocation ? 0 : rig.k.pool.allocate('nonpaged', f.u32(1), 'Test')));
  const free = rig.callback((f) => {
    s.freed.push(m.i32(f.ptr(1) + s.header));
    rig.k.pool.free(f.ptr(1));
    return 0;
  });
  rig.call(`RtlInitializeGenericTable${suffix}`, s.table, compare, allocate, free, 0x1234);
  return s;
}

const key = (s: Setup, v: number): number => {
  const at = s.rig.alloc(8);
  s.rig.k.mem.setI32(at, v);
  s.rig.k.mem.setI32(at + 4, v * 3);
  return at;
};
function insert(s: Setup, v: number): { at: number; isNew: number } {
  const isNew = s.rig.alloc(8);
  const at = s.rig.call(`RtlInsertElementGenericTable${s.suffix}`, s.table, key(s, v), 8, isNew);
  return { at, isNew: s.rig.k.mem.u8(isNew) };
}
const remove = (s: Setup, v: number): number => s.rig.call(`RtlDeleteElementGenericTable${s.suffix}`, s.table, key(s, v));
const lookup = (s: Setup, v: number): number => s.rig.call(`RtlLookupElementGenericTable${s.suffix}`, s.table, key(s, v));
const count = (s: Setup): number => s.rig.call(`RtlNumberGenericTableElements${s.suffix}`, s.table);

function all(s: Setup): number[] {
  const restart = s.rig.alloc(8);
  s.rig.k.mem.setPtr(restart, 0);
  const out: number[] = [];
  for (;;) {
    const at = s.rig.call(`RtlEnumerateGenericTableWithoutSplaying${s.suffix}`, s.table, restart);
    if (at === 0) return out;
    out.push(s.rig.k.mem.i32(at));
  }
}

/** Depth of the tree; asserts order of links and, for AVL, the balance field. */
function check(s: Setup): number {
  const m = s.rig.k.mem;
  const balanced = s.suffix === 'Avl';
  const depth = (n: number, parent: number): number => {
    if (n === 0) return 0;
    assert.equal(m.ptr(n), parent);
    const l = depth(m.ptr(n + 8), n);
    const r = depth(m.ptr(n + 16), n);
    if (balanced) {
      assert.equal(m.i8(n + 24), r - l);
      assert.ok(Math.abs(r - l) <= 1);
    }
    return 1 + Math.max(l, r);
  };
  if (balanced) {
    const d = depth(m.ptr(s.table + 16), s.table);
    assert.equal(m.u32(s.table + RTL_AVL_TABLE.DepthOfTree), d);
    return d;
  }
  const root = m.ptr(s.table + RTL_GENERIC_TABLE.TableRoot);
  return depth(root, root);
}

for (const suffix of ['Avl', ''] as const) {
  test(`table ${suffix || 'splay'}: random insertions and deletions`, () => {
    const s = setup(suffix);
    const model = new Set<number>();
    let x = 7;
    const next = (n: number): number => (x = (x * 48271) % 2147483647) % n;
    for (let i = 0; i < 250; i++) {
      const v = next(60);
      if (next(3) < 2) {
        const r = insert(s, v);
        assert.equal(r.isNew, model.has(v) ? 0 : 1);
        assert.equal(s.rig.k.mem.i32(r.at + 4), v * 3); // the whole buffer was copied
        model.add(v);
      } else {
        assert.equal(remove(s, v), model.has(v) ? 1 : 0);
        model.delete(v);
      }
      assert.equal(count(s), model.size);
      check(s);
      if (i % 25 === 0)
        assert.deepEqual(
          all(s),
          [...model].sort((a, b) => a - b),
        );
    }
    for (const v of model) assert.equal(s.rig.k.mem.i32(lookup(s, v)), v);
    assert.equal(lookup(s, 1000), 0);
    for (const v of [...model]) remove(s, v);
    assert.equal(s.rig.call(`RtlIsGenericTableEmpty${suffix}`, s.table), 1);
    assert.equal(s.rig.k.pool.live().length, 0);
  });

  test(`table ${suffix || 'splay'}: a failed allocation changes nothing`, () => {
    const s = setup(suffix);
    insert(s, 5);
    s.failAllocation = true;
    assert.deepEqual(insert(s, 6), { at: 0, isNew: 0 });
    assert.equal(insert(s, 5).isNew, 0); // needs no memory
    assert.equal(count(s), 1);
  });

  test(`table ${suffix || 'splay'}: lookup full, then insert at the place found`, () => {
    const s = setup(suffix);
    insert(s, 10);
    const node = s.rig.alloc(8);
    const result = s.rig.alloc(8);
    assert.equal(s.rig.call(`RtlLookupElementGenericTableFull${suffix}`, s.table, key(s, 5), node, result), 0);
    assert.equal(s.rig.k.mem.u32(result), 2); // TableInsertAsLeft
    s.rig.call(`RtlInsertElementGenericTableFull${suffix}`, s.table, key(s, 5), 8, 0, s.rig.k.mem.ptr(node), s.rig.k.mem.u32(result));
    assert.deepEqual(all(s), [5, 10]);
    check(s);
  });
}

test('an AVL table stays shallow and is emptied while it is enumerated', () => {
  const s = setup('Avl');
  for (let i = 0; i < 200; i++) insert(s, i);
  assert.ok(check(s) <= 10);
  const m = s.rig.k.mem;
  const seen: number[] = [];
  for (
    let at = s.rig.call('RtlEnumerateGenericTableAvl', s.table, 1);
    at !== 0;
    at = s.rig.call('RtlEnumerateGenericTableAvl', s.table, 0)
  ) {
    const v = m.i32(at);
    seen.push(v);
    if (v % 2 === 0) remove(s, v); // deleting the element just seen does not lose the place
  }
  assert.equal(seen.length, 200);
  assert.equal(count(s), 100);
  assert.equal(m.i32(s.rig.call('RtlGetElementGenericTableAvl', s.table, 10)), 21);
  assert.equal(m.i32(s.rig.call('RtlGetElementGenericTableAvl', s.table, 11)), 23);
  assert.equal(m.i32(s.rig.call('RtlGetElementGenericTableAvl', s.table, 2)), 5);
  assert.equal(s.rig.call('RtlGetElementGenericTableAvl', s.table, 100), 0);
  while (!s.rig.call('RtlIsGenericTableEmptyAvl', s.table)) remove(s, m.i32(s.rig.call('RtlGetElementGenericTableAvl', s.table, 0)));
  assert.deepEqual(s.freed.slice(100, 103), [1, 3, 5]);
});

test('a splay table numbers its elements by insertion and splays what is used', () => {
  const s = setup('');
  for (const v of [30, 10, 20]) insert(s, v);
  const m = s.rig.k.mem;
  assert.deepEqual(
    [0, 1, 2].map((i) => m.i32(s.rig.call('RtlGetElementGenericTable', s.table, i))),
    [30, 10, 20],
  );
  assert.equal(s.rig.call('RtlGetElementGenericTable', s.table, 3), 0);
  lookup(s, 30);
  assert.equal(m.i32(m.ptr(s.table) + 0x28), 30);
  const order: number[] = [];
  for (let at = s.rig.call('RtlEnumerateGenericTable', s.table, 1); at !== 0; at = s.rig.call('RtlEnumerateGenericTable', s.table, 0))
    order.push(m.i32(at));
  assert.deepEqual(order, [10, 20, 30]);
  remove(s, 30);
  assert.equal(m.i32(s.rig.call('RtlGetElementGenericTable', s.table, 0)), 10);
});

test('a damaged insertion list is caught (bug check 0x139)', () => {
  const s = setup('');
  insert(s, 1);
  const { at } = insert(s, 2);
  s.rig.k.mem.setPtr(at - 8, s.table); // Blink of the element's list entry
  assert.equal(s.rig.fails('RtlDeleteElementGenericTable', s.table, key(s, 2)).bugCheck, 0x139);
});
