// S-lists, interlocked lists and lookaside lists, one call at a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routines as interlocked } from '../../../src/kernel/ex/interlocked-list.js';
import { routines as lookaside, lookasideListsIn } from '../../../src/kernel/ex/lookaside.js';
import { routines as slist } from '../../../src/kernel/ex/slist.js';
import { GENERAL_LOOKASIDE_POOL as L } from '../../../src/kernel/layouts.gen.js';
import { routines as poolRoutines } from '../../../src/kernel/mm/pool-routines.js';
import { Rig } from '../rtl/rig.js';

const rigOf = (config = {}): Rig => new Rig([interlocked, lookaside, slist, poolRoutines], config);

test('an S-list is last in, first out and counts its entries', () => {
  const rig = rigOf();
  const head = rig.alloc(16);
  rig.call('InitializeSListHead', head);
  const entries = [1, 2, 3].map(() => rig.alloc(32));
  assert.equal(rig.call('ExpInterlockedPushEntrySList', head, entries[0]), 0);
  assert.equal(rig.call('ExpInterlockedPushEntrySList', head, entries[1]), entries[0]);
  rig.call('ExpInterlockedPushEntrySList', head, entries[2]);
  assert.equal(rig.call('ExQueryDepthSList', head), 3);
  assert.equal(rig.call('ExpInterlockedPopEntrySList', head), entries[2]);
  assert.equal(rig.call('ExpInterlockedFlushSList', head), entries[1]);
  assert.equal(rig.k.mem.ptr(entries[1]), entries[0]);
  assert.equal(rig.call('ExQueryDepthSList', head), 0);
  assert.equal(rig.call('ExpInterlockedPopEntrySList', head), 0);
  assert.equal(rig.k.mem.u64(head) >> 16n, 5n); // sequence: three pushes, a pop, a flush
});

test('an entry that is not 16-aligned raises; an entry freed while on the list faults at the pop', () => {
  const rig = rigOf();
  const head = rig.alloc(16);
  assert.equal(rig.fails('ExpInterlockedPushEntrySList', head, head + 24).exception?.code, 0x80000002);
  const block = rig.k.pool.allocate('nonpaged', 32, 'Test');
  rig.call('ExpInterlockedPushEntrySList', head, block);
  rig.k.pool.free(block);
  assert.equal(rig.fails('ExpInterlockedPopEntrySList', head).exception?.address, block);
});

test('interlocked lists', () => {
  const rig = rigOf();
  const m = rig.k.mem;
  const lock = rig.alloc(8);
  const head = rig.alloc(16);
  m.setPtr(head, head);
  m.setPtr(head + 8, head);
  const [a, b, c] = [0, 0, 0].map(() => rig.alloc(16));
  assert.equal(rig.call('ExInterlockedInsertTailList', head, a, lock), 0);
  assert.equal(rig.call('ExInterlockedInsertTailList', head, b, lock), a);
  assert.equal(rig.call('ExInterlockedInsertHeadList', head, c, lock), a);
  assert.deepEqual(
    [0, 0, 0, 0].map(() => rig.call('ExInterlockedRemoveHeadList', head, lock)),
    [c, a, b, 0],
  );
  const single = rig.alloc(8);
  assert.equal(rig.call('ExInterlockedPushEntryList', single, a, lock), 0);
  assert.equal(rig.call('ExInterlockedPushEntryList', single, b, lock), a);
  assert.deepEqual(
    [0, 0, 0].map(() => rig.call('ExInterlockedPopEntryList', single, lock)),
    [b, a, 0],
  );
  const sum = rig.alloc(8);
  m.setI64(sum, 0x7fffffffffffffffn);
  assert.equal(rig.callBig('ExInterlockedAddLargeInteger', sum, 2n, lock), 0x7fffffffffffffffn);
  assert.equal(m.i64(sum), -0x7fffffffffffffffn);
  m.setU32(sum, 0xffffffff);
  assert.equal(rig.call('ExInterlockedAddUlong', sum, 3, lock) >>> 0, 0xffffffff);
  assert.equal(m.u32(sum), 2);
});

test('a damaged list is 0x139, a lock held by this CPU is 0xF', () => {
  const rig = rigOf();
  const m = rig.k.mem;
  const lock = rig.alloc(8);
  const head = rig.alloc(16);
  const a = rig.alloc(16);
  m.setPtr(head, a);
  m.setPtr(head + 8, a);
  m.setPtr(a, head);
  m.setPtr(a + 8, lock);
  assert.equal(rig.fails('ExInterlockedRemoveHeadList', head, lock).bugCheck, 0x139);
  const other = rigOf();
  const word = other.alloc(8);
  other.k.mem.setPtr(word, other.k.currentThread() + 1);
  assert.equal(other.fails('ExInterlockedRemoveHeadList', other.alloc(16), word).bugCheck, 0xf);
});

test('a lookaside list keeps nothing while special pool lasts, and is emptied by the free routine', () => {
  const list = (rig: Rig): number => {
    const at = rig.alloc(128);
    rig.call('ExInitializeNPagedLookasideList', at, 0, 0, 0, 40, 0x74736554, 0);
    return at;
  };
  const special = rigOf();
  const a = list(special);
  assert.equal(special.k.mem.u16(a + L.Depth), 0);
  assert.equal(special.k.mem.ptr(a + L.Allocate), special.k.addressOf('ExAllocatePoolWithTag'));
  assert.deepEqual(lookasideListsIn(special.k, a, a + 1), [a]);
  special.call('ExDeleteNPagedLookasideList', a);
  assert.deepEqual(lookasideListsIn(special.k, a, a + 1), []);
  assert.equal(special.fails('ExDeleteNPagedLookasideList', a).bugCheck, 0x139); // deleted twice

  const plain = rigOf({ specialPoolPages: 0 });
  const b = list(plain);
  assert.equal(plain.k.mem.u16(b + L.Depth), 4);
  for (let i = 0; i < 3; i++) plain.call('ExpInterlockedPushEntrySList', b, plain.k.pool.allocate('nonpaged', 40, 'Test'));
  plain.call('ExDeleteNPagedLookasideList', b);
  assert.equal(plain.k.pool.live().length, 0);
});

test('ExInitializeLookasideListEx: own routines, flags', () => {
  const rig = rigOf();
  const at = rig.alloc(128);
  const freed: number[] = [];
  const allocate = rig.callback(() => 0);
  const free = rig.callback((f) => {
    freed.push(f.ptr(0), f.ptr(1));
    return 0;
  });
  assert.equal(rig.status('ExInitializeLookasideListEx', at, allocate, free, 0x200, 3, 64, 0x74736554, 0), 0xc00000f3);
  assert.equal(rig.status('ExInitializeLookasideListEx', at, allocate, free, 0x200, 1, 64, 0x74736554, 0), 0);
  assert.equal(rig.k.mem.u32(at + L.Type), 0x210);
  const block = rig.alloc(64);
  rig.call('ExpInterlockedPushEntrySList', at, block);
  rig.call('ExFlushLookasideListEx', at);
  assert.deepEqual(freed, [block, at]);
  rig.call('ExDeleteLookasideListEx', at);
});
