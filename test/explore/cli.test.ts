// `interlock explore` and `interlock replay` as processes: exit codes, the file that is written, JSON, wrong input.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { interlock, root } from '../cli/run-cli.js';

const folder = mkdtempSync(path.join(tmpdir(), 'interlock-explore-'));
after(() => rmSync(folder, { recursive: true, force: true }));
cpSync(path.join(root, 'examples/lost-update'), folder, { recursive: true });
const scenario = path.join(folder, 'lost-update.scenario');
const schedule = path.join(folder, 'lost-update.schedule');
const driver = path.join(folder, 'driver/counter.c');

test('the order that fails is written beside the scenario, and replays; a changed source is named', () => {
  const found = interlock('explore', scenario);
  assert.equal(found.code, 1, found.stderr);
  assert.match(found.stdout, /FAIL finally g_Count == 10: it is false/);
  assert.match(found.stdout, new RegExp(`replay: interlock replay ${schedule.replace(/[\\.]/g, '.')}`));
  assert.match(readFileSync(schedule, 'utf8'), /^interlock schedule 1\nscenario lost-update\.scenario\n/);
  assert.equal(found.stderr, '', 'no progress line without a terminal');

  const replayed = interlock('replay', schedule, '--json');
  assert.equal(replayed.code, 1, replayed.stderr);
  const report = JSON.parse(replayed.stdout) as { verdict: string; traceHash: string };
  assert.equal(report.verdict, 'failed');
  assert.match(readFileSync(schedule, 'utf8'), new RegExp(`^trace ${report.traceHash}$`, 'm'));

  const text = readFileSync(driver, 'utf8');
  writeFileSync(driver, text.replace('g_Count++;', 'InterlockedIncrement(&g_Count);'));
  try {
    const changed = interlock('replay', schedule);
    assert.equal(changed.code, 2);
    assert.match(changed.stderr, /was made for other sources: driver\/counter\.c has changed; explore again, or use --force/);
    assert.equal(changed.stdout, '');
    const json = interlock('replay', schedule, '--json');
    assert.match((JSON.parse(json.stdout) as { errors: { message: string }[] }).errors[0].message, /driver\/counter\.c has changed/);
    const forced = interlock('replay', schedule, '--force');
    assert.notEqual(forced.code, 1, 'the repaired driver holds, or the order does not fit');
    assert.match(forced.stderr, /driver\/counter\.c has changed/);
  } finally {
    writeFileSync(driver, text);
  }
});

test('--json, --output and the other strategies', () => {
  const target = path.join(folder, 'found here.schedule');
  const r = interlock('explore', scenario, '--json', '--output', target, '--strategy', 'pct', '--seed', '3', '--depth', '2');
  assert.equal(r.code, 1, r.stderr);
  const o = JSON.parse(r.stdout) as { verdict: string; strategy: string; file: string; failure: { what: string; schedule: string } };
  assert.deepEqual([o.verdict, o.strategy, o.file], ['failed', 'pct', target]);
  assert.equal(readFileSync(target, 'utf8'), o.failure.schedule);
  assert.equal(interlock('replay', target).code, 1);
});

test('0 held, 3 no verdict, 2 wrong input', () => {
  const repaired = path.join(root, 'examples/repaired/lost-update/lost-update.scenario');
  const held = interlock('explore', repaired);
  assert.equal(held.code, 0, held.stderr);
  assert.match(held.stdout, /all 252 orders held/);
  assert.ok(!existsSync(repaired.replace('.scenario', '.schedule')));
  const some = interlock('explore', repaired, '--strategy', 'random', '--schedules', '5');
  assert.equal(some.code, 0);
  assert.match(some.stdout, /5 orders of the random strategy with seed 1 held; others may fail/);
  const spent = interlock('explore', repaired, '--schedules', '5');
  assert.equal(spent.code, 3);
  assert.match(spent.stdout, /no verdict/);

  for (const [args, message] of [
    [['explore', 'nowhere.scenario'], /was not found/],
    [['explore', scenario, '--strategy', 'best'], /--strategy must be one of random, pct, exhaustive/],
    [['explore', scenario, '--seconds', '0'], /--seconds must be between/],
    [['explore', scenario, '--output', path.join(folder, 'no', 'such', 'x.schedule')], /cannot be written/],
    [['replay', 'nowhere.schedule'], /was not found/],
    [['replay', scenario], /this is no schedule/],
  ] as const) {
    const r = interlock(...args);
    assert.equal(r.code, 2, args.join(' '));
    assert.match(r.stderr, message);
  }
});
