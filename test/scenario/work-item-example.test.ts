// The example examples/work-item: slow work of a callback handed to work items well, and in three wrong ways, each with what its run must say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildFile, outputOf, reportOf } from './product.js';

const report = (name: string, options = {}) => reportOf(buildFile(`examples/work-item/${name}.scenario`, options));

for (const cpus of [1, 2, 4]) {
  for (const seed of [1, 2, 3]) {
    test(`work items well used, ${cpus} CPUs, seed ${seed}`, () => {
      const r = report('work-item', { cpus, seed });
      assert.equal(r.verdict, 'held', JSON.stringify(r.expectations));
      assert.deepEqual(r.findings, []);
      assert.equal(outputOf(r).filter((t) => t.startsWith('journal: process')).length, 9);
    });
  }
}

test('a work item on the stack of the callback', () => {
  const r = report('item-on-stack');
  assert.equal(r.bugcheck?.code, 0xe4);
  assert.match(r.bugcheck.explanation, /lies on a kernel stack/);
});

test('a work item queued twice', () => {
  const r = report('item-queued-twice');
  assert.equal(r.bugcheck?.code, 0xe4);
  assert.equal(r.bugcheck.parameters[0], '0000000000000001');
});

test('a callback that waits for its work item', () => {
  const r = report('item-waited-for');
  assert.equal(r.bugcheck, null);
  assert.equal(r.verdict, 'failed');
  assert.ok(r.findings.some((f) => f.id === 'waits-for-work-item'));
});
