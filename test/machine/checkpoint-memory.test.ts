// What checkpoints hold: a released one in the middle of a chain is merged into the one that builds on it, and pages that nobody needs go back to the host.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAP, PAGE_SIZE, toAddress } from '../../src/machine/abi.js';
import { memoryHash } from '../../src/machine/checkpoint.js';
import { Machine } from '../../src/machine/machine.js';
import { PagePool } from '../../src/machine/page-pool.js';

const PAGES = 100;
const POOL = MAP.pool.start;

test('thinning out a chain leaves as much as the remaining checkpoints need, and they are still exact', () => {
  const m = new Machine();
  m.mem.pages.map(POOL, PAGES * PAGE_SIZE, { writable: true });
  const taken = Array.from({ length: 60 }, (_, i) => {
    // every page at first, then one rare page each, and ten that always change
    for (let p = 0; p < PAGES; p++)
      if (i === 0 || p < 10 || p === 10 + (i % 90)) m.mem.setU32(toAddress(POOL + p * PAGE_SIZE), 1000 * i + p);
    return { hash: memoryHash(m), c: m.checkpoint() };
  });
  const all = m.checkpointBytes;
  for (let i = 1; i < 59; i++) if (i !== 30) m.release(taken[i].c);
  // rare pages of the dropped ones live on in those that build on them; of the ten common ones there are three copies instead of sixty
  assert.ok(m.checkpointBytes <= all / 2, `${all} -> ${m.checkpointBytes}`);
  for (const i of [59, 0, 30, 59, 30, 0]) {
    m.restore(taken[i].c);
    assert.equal(memoryHash(m), taken[i].hash, `checkpoint ${i}`);
  }
  assert.throws(() => m.restore(taken[5].c), /released/);
  for (const i of [0, 30, 59]) m.release(taken[i].c);
  m.reset();
  assert.ok(m.checkpointBytes <= 64 * PAGE_SIZE, 'one spare slab is kept at most');
});

test('a page pool gives slabs back when all their pages are free', () => {
  const pool = new PagePool();
  const pages = Array.from({ length: 1000 }, () => pool.take());
  assert.equal(new Set(pages).size, 1000);
  assert.equal(pool.usedBytes, 1000 * PAGE_SIZE);
  assert.ok(pool.bytes >= 1000 * PAGE_SIZE);
  for (const p of pages.splice(0, 900)) pool.give(p);
  assert.ok(pool.bytes <= 300 * PAGE_SIZE, `${pool.bytes}`);
  const again = Array.from({ length: 50 }, () => pool.take());
  assert.ok(again.every((p) => !pages.includes(p)));
  for (const p of [...pages, ...again]) pool.give(p);
  assert.equal(pool.usedBytes, 0);
  assert.ok(pool.bytes <= 64 * PAGE_SIZE);
});
