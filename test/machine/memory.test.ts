import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initListHead, insertTail, remove } from '../../src/kernel/rtl/list.js';
import { KERNEL_BASE, MAP, MEMORY_SIZE, PAGE_SIZE, toAddress, USER_BASE } from '../../src/machine/abi.js';
import { Memory } from '../../src/machine/memory.js';
import { SimulatedFault } from '../../src/machine/routine.js';

const POOL = MAP.pool.start;
const at = toAddress(POOL);

function fault(f: () => unknown): SimulatedFault {
  try {
    f();
  } catch (e) {
    assert.ok(e instanceof SimulatedFault, String(e));
    return e;
  }
  throw new Error('no fault');
}

test('the regions of the map do not overlap and fit the memory', () => {
  const regions = Object.values(MAP);
  for (let i = 1; i < regions.length; i++) assert.equal(regions[i].start, regions[i - 1].end);
});

test('values keep their bits through every accessor', () => {
  const m = new Memory();
  m.setPtr(at, KERNEL_BASE + 0x1000040);
  assert.equal(m.u64(at), 0xfffff80001000040n);
  assert.equal(m.ptr(at), KERNEL_BASE + 0x1000040);
  m.setPtr(at, -1);
  assert.equal(m.i64(at), -1n);
  m.setPtr(at, 0x7ff612345678);
  assert.equal(m.ptr(at), 0x7ff612345678);
  m.setU64(at, 0xffffffffffffffffn);
  assert.equal(m.i8(at), -1);
  assert.equal(m.i16(at), -1);
  assert.equal(m.i32(at), -1);
  assert.equal(m.u32(at), 0xffffffff);
  assert.equal(m.writeUtf16(at, 'Gerät', true), 10);
  assert.equal(m.readUtf16(at, 10), 'Gerät');
  assert.equal(m.readUtf16z(at), 'Gerät');
  m.writeAnsi(at, 'abc', true);
  assert.equal(m.readAnsiz(at), 'abc');
  m.copy(at + 1, at, 3);
  assert.equal(m.readAnsiz(at), 'aabcr');
});

test('a list entry that reaches beyond the memory is no entry: nothing behind the memory changes', () => {
  const m = new Memory();
  const beyond = KERNEL_BASE + MEMORY_SIZE - 8;
  const denied = m.deny.slice(0, 16);
  initListHead(m, at);
  assert.ok(fault(() => insertTail(m, at, beyond)).write);
  assert.ok(!fault(() => remove(m, beyond)).write);
  assert.deepEqual(m.deny.slice(0, 16), denied);
});

test('the check refuses what the page refuses, with the first bad address', () => {
  const m = new Memory();
  const { pages, registers } = m;
  assert.equal(fault(() => m.checked.u8(at)).address, at);
  pages.map(POOL, PAGE_SIZE, {});
  assert.equal(m.checked.u8(at), 0);
  const w = fault(() => m.checked.setU32(at + 8, 1));
  assert.deepEqual([w.address, w.write, w.size], [at + 8, true, 4]);
  pages.protect(POOL, PAGE_SIZE, { writable: true, pageable: true });
  m.checked.setU32(at + 8, 1);
  registers.irql = 2;
  assert.equal(fault(() => m.checked.u32(at + 8)).address, at + 8);
  registers.irql = 1;
  assert.equal(m.checked.u32(at + 8), 1);
  // crossing into an absent page: the address is that of the page
  assert.equal(fault(() => m.checked.u64(at + PAGE_SIZE - 4)).address, at + PAGE_SIZE);
  assert.equal(fault(() => m.checked.u8(0)).address, 0);
  assert.equal(fault(() => m.checked.u8(Number.MAX_SAFE_INTEGER)).write, false);
});

test('user addresses mean the current window; user mode sees no kernel page', () => {
  const m = new Memory();
  const window = MAP.user.start;
  m.pages.map(window, 2 * PAGE_SIZE, { writable: true, user: true });
  m.pages.map(POOL, PAGE_SIZE, { writable: true });
  assert.equal(m.offsetOf(USER_BASE), -1);
  m.registers.setUserWindow(window, 2 * PAGE_SIZE, USER_BASE - window);
  m.checked.setU32(USER_BASE + 16, 77);
  assert.equal(m.u32(toAddress(window + 16)), 77);
  fault(() => m.checked.u8(USER_BASE + 2 * PAGE_SIZE));
  m.registers.userMode = true;
  assert.equal(m.checked.u32(USER_BASE + 16), 77);
  fault(() => m.checked.u8(at));
});

test('writes mark pages dirty, reads do not', () => {
  const m = new Memory();
  m.pages.map(POOL, 4 * PAGE_SIZE, { writable: true });
  m.checked.u64(at);
  assert.equal(m.dirty[POOL / PAGE_SIZE], 0);
  m.setU64(at + PAGE_SIZE - 4, 1n);
  assert.deepEqual([...m.dirty.subarray(POOL / PAGE_SIZE, POOL / PAGE_SIZE + 3)], [1, 1, 0]);
  m.raw.fill(POOL + 2 * PAGE_SIZE, PAGE_SIZE + 1, 5);
  assert.deepEqual([...m.dirty.subarray(POOL / PAGE_SIZE, POOL / PAGE_SIZE + 4)], [1, 1, 1, 1]);
});

test('page allocator: first fit, guards, alignment, reuse, exhaustion', () => {
  const m = new Memory();
  const region = { start: POOL, end: POOL + 16 * PAGE_SIZE };
  const p = m.pages;
  const a = p.allocate(region, 1, { writable: true }, { before: 1, after: 1 });
  assert.equal(a, POOL + PAGE_SIZE);
  assert.equal(p.query(POOL).reserved, true);
  assert.equal(p.query(a).writable, true);
  const b = p.allocate(region, 2, { writable: true }, { align: 4 * PAGE_SIZE });
  assert.equal(b, POOL + 4 * PAGE_SIZE);
  assert.equal(p.allocate(region, 1, {}), POOL + 3 * PAGE_SIZE);
  assert.equal(p.allocate(region, 11, {}), 0);
  assert.equal(p.allocate(region, 10, {}), POOL + 6 * PAGE_SIZE);
  assert.equal(p.freePages(region), 0);
  p.reserve(a, PAGE_SIZE); // freed block that must fault: not handed out again
  assert.equal(p.allocate(region, 1, {}), 0);
  p.unmap(a, PAGE_SIZE);
  assert.equal(p.allocate(region, 1, {}), a);
});

test('data breakpoints see overlapping accesses of the right kind once', () => {
  const m = new Memory();
  m.pages.map(POOL, PAGE_SIZE, { writable: true });
  let stops = 0;
  m.watches.onHit = () => stops++;
  m.watches.set([{ offset: POOL + 8, size: 4, onRead: false, onWrite: true }]);
  m.checked.u32(at + 8);
  m.checked.setU32(at + 12, 1);
  assert.equal(m.watches.take(), undefined);
  m.checked.setU64(at + 4, 1n);
  assert.equal(stops, 1);
  assert.equal(m.watches.take()?.offset, POOL + 4);
  assert.equal(m.allowed(at + 8, 4, true), true);
  assert.equal(m.watches.take(), undefined);
  m.watches.set([]);
  m.checked.setU32(at + 8, 1);
  assert.equal(stops, 1);
});

test('pages with state bytes ask the pool', () => {
  const m = new Memory();
  m.pages.map(POOL, PAGE_SIZE, { writable: true, slow: true });
  m.slowAccess = (offset, size) => offset + size <= POOL + 100;
  m.checked.setU32(at + 96, 1);
  assert.equal(fault(() => m.checked.setU32(at + 97, 1)).size, 4);
});

test('a host without room for the addresses says how much is missing, and what a machine without shadow needs', () => {
  const real = WebAssembly.Memory;
  try {
    WebAssembly.Memory = class {
      constructor() {
        throw new RangeError('could not allocate memory');
      }
    } as unknown as typeof WebAssembly.Memory;
    assert.throws(() => new Memory(), /no room for 1\.7 GiB of addresses that the simulated machine needs$/);
    assert.throws(() => new Memory(true), /no room for 4\.0 GiB .*; without 'no race' in the scenario 1\.7 GiB are enough$/);
  } finally {
    WebAssembly.Memory = real;
  }
});
