// examples/time-slicing and examples/multiprocessor show what their comments say.
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { interlock } from '../cli/run-cli.js';

const example = (name: string): string => `examples/${name}/${name}.scenario`;

for (const seed of [1, 2, 3])
  test(`time-slicing holds with seed ${seed}`, () => {
    const r = interlock('run', '--seed', String(seed), example('time-slicing'));
    assert.equal(r.code, 0, r.stdout + r.stderr);
    assert.match(r.stdout, /HELD/);
  });

test('multiprocessor: IRQL is a lock on one processor', () => {
  const r = interlock('run', '--cpus', '1', example('multiprocessor'));
  assert.equal(r.code, 0, r.stdout + r.stderr);
});

test('multiprocessor: and none on two', () => {
  const r = interlock('run', '--cpus', '2', example('multiprocessor'));
  assert.equal(r.code, 1, r.stdout + r.stderr);
  assert.match(r.stdout, /FAIL no race: places!g_Used/);
  assert.match(r.stdout, /ok {3}finally g_Used == 6/);
});

test('multiprocessor: under the explorer some order fails on two processors, none of those tried on one', () => {
  const explore = (cpus: string) =>
    interlock(
      'explore',
      '--cpus',
      cpus,
      '--strategy',
      'random',
      '--schedules',
      '200',
      '--output',
      path.join(tmpdir(), `places-${cpus}.schedule`),
      example('multiprocessor'),
    );
  const two = explore('2');
  assert.equal(two.code, 1, two.stdout + two.stderr);
  const one = explore('1');
  assert.notEqual(one.code, 1, one.stdout + one.stderr);
  assert.notEqual(one.code, 2, one.stdout + one.stderr);
});
