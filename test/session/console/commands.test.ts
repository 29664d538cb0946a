// Console commands at real stops: golden output of each, the facts that matter by name, and what bad input gets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bugCheckName } from '../../../src/kernel/ke/bugcheck-names.js';
import { bugCheckMeaning, describedBugChecks } from '../../../src/session/console/bugcheck-arguments.js';
import { commands } from '../../../src/session/console/commands.js';
import { lockOwner, Stopped } from '../stopped.js';
import { assertConsoleGolden } from './golden.js';

test('golden: a thread that waits for a lock', () => {
  assertConsoleGolden('lock-owner', lockOwner(), [
    'k',
    'kn 2',
    'kb 3',
    'kc',
    '~',
    '!irql',
    '!irql 0',
    '!locks',
    '!locks -v -d',
    '!thread',
    '!thread -t 28',
    '!thread -p -t 28 2',
    '!process 0 0',
    '!process 0 7 lock.exe',
    '!process 24 1',
    '!process',
    '!running -i -t',
    '!ready',
    '!notify',
    '!dpcs',
    '!timer',
    '!exqueue',
    '!poolused 0 LOwn',
    '.bugcheck',
    '!analyze -v',
    'dt SHARED',
    'dt -r g_Shared',
    'dt lock-owner!_SHARED Users @@c++(&g_Shared)',
    'dt -b nt!_KMUTANT',
    'dt nt!_KTHREAD_STATE',
    'dt nt!_KPRO*',
    '~0s',
    'k',
    '!irql',
    '~1s',
    '.help',
    '.help dt',
  ]);
});

test('golden: a bug check, analysed', () => {
  assertConsoleGolden('use-after-free', new Stopped('test/fixtures/bad/use-after-free.scenario'), [
    '!analyze',
    '!analyze -v',
    '.bugcheck',
    'k',
    '!thread',
  ]);
});
test('golden: an unhandled exception, analysed', () => {
  assertConsoleGolden('null-pointer', new Stopped('test/fixtures/bad/null-pointer.scenario'), ['!analyze -v', '.bugcheck']);
});
test('golden: a lock released by another thread: who acquired it', () => {
  const m = new Stopped('test/fixtures/scenarios/wrong-release.scenario');
  assertConsoleGolden('wrong-release', m, ['!analyze -v', '!locks']);
  assert.match(m.say('!analyze -v'), /ex\.fastmutex\.acquire {2}wrong-release!g_Lock {2}CPU 0, thread 4\.32 System!scenario/);
});
test('golden: a deadlock', () => {
  assertConsoleGolden('deadlock', new Stopped('test/fixtures/scenarios/deadlock.scenario'), [
    '!locks -v',
    '!analyze -v',
    '!process 0 2 lock.exe',
    'k',
    '!running -i',
  ]);
});
test('golden: bad input', () => {
  assertConsoleGolden('bad-input', lockOwner(), [
    '!proces 0 0',
    '!lock',
    '.bugchek',
    '!process 999',
    '!process 0 zz',
    '!process 0 0 nobody.exe',
    '!process a b c d',
    '!process -x',
    '!thread 28',
    '!thread -t',
    '!thread -t 999',
    '!thread 0',
    '!thread nonsense',
    '~9s',
    '!irql 9',
    '!irql x',
    '!locks -x',
    '!locks 1234',
    'k zz',
    'k -t',
    'k -x',
    'dt',
    'dt nt!_KTHREAT',
    'dt nowhere!_KTHREAD',
    'dt nt!_KTHREAD Stat',
    'dt nt!_KTHREAD 0',
    'dt nt!_KTHREAD fffff800`00000000',
    'dt SHARED g_Shared 12 13',
    'dt zzz*',
    '!running -q',
    '!ready q q',
    '!notify now',
    '!dpcs 9',
    '!timer x',
    '!exqueue 1',
    '!poolused x',
    '!analyze -q',
    '.bugcheck 1',
    '.help nonsense',
  ]);
});

test('the owner that !locks prints is the thread that runs', () => {
  const m = lockOwner();
  const owner = /Fast mutex @ lock-owner!g_Shared\.Lock .*\n +Owner: +(\S+)/.exec(m.say('!locks'))?.[1] ?? '';
  const running = /^\. \d .*? (\S+) 36\./m.exec(m.say('~'))?.[1].trim();
  assert.match(m.say(`!thread ${owner}`), /RUNNING on processor \d/);
  assert.ok(m.say('~').includes(owner), `${owner} ${running}`);
  // an address with and without back-tick, 0x, symbol and expression mean the same
  const plain = owner.replace('`', '');
  for (const form of [owner, plain, `0x${plain}`, `@@c++(${`0x${plain}`})`, '@$thread'])
    assert.equal(m.say(`!thread ${form}`), m.say(`!thread ${owner}`), form);
});

test("dt reads the kernel's objects by the headers that they are made with", () => {
  const m = lockOwner();
  const tid = m.stop?.threadId ?? 0;
  assert.match(
    m.say('dt nt!_KTHREAD State Priority @$thread'),
    /^nt!_KTHREAD\n {3}\+0x[0-9a-f]{3} State +: 0x2\n {3}\+0x[0-9a-f]{3} Priority +: 8 ''$/,
  );
  assert.match(
    m.say('dt nt!_ETHREAD Cid. @$thread'),
    new RegExp(`UniqueThread : 0x00000000.0{0,8}${tid.toString(16).padStart(8, '0')} Void`),
  );
  assert.match(m.say('dt nt!_EPROCESS ImageFileName @$proc'), /ImageFileName +: \[15\] UChar {2}"lock\.exe"/);
  assert.match(m.say('dt nt!_KPRCB Number CurrentThread @$prcb'), /Number +: 0x\d\n.*CurrentThread +: 0xfffff8\S+ _KTHREAD/);
});

test('queues: a DPC, a timer and a work item are found by the commands', () => {
  const dpc = new Stopped('test/fixtures/scenarios/waits.scenario', { file: 'waits.c', text: 'a DPC is queued' });
  assert.match(dpc.say('!dpcs'), / Normal {2}: \S+ : \S+ waits!DpcRoutine \[waits\.c @ \d+\]/);
  const m = lockOwner();
  assert.match(m.say('!timer'), / P ?due in [\d.]+ ms +lock-owner!TimerRoutine \(DPC @ /);
  assert.match(m.say('!poolused 0 LOwn'), /LOwn +1 +100 +0 +0 +lock-owner/);
  const queued = new Stopped(
    'test/fixtures/scenarios/lock-owner.scenario',
    { file: 'lock-owner.c', text: 'PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE)' },
    { cpus: 1 },
  );
  assert.match(queued.say('!exqueue'), /PENDING: WorkItem \(\S+\) Routine lock-owner!Work/);
});

test('numbers are hexadecimal, 0n is decimal', () => {
  const m = lockOwner();
  assert.equal(m.say('!process 0n36 0'), m.say('!process 24 0'));
  assert.equal(m.say('!process 0x24 0'), m.say('!process 24 0'));
  assert.match(m.say('!process 36 0'), /^error: there is no process 36/);
});

test('~Ns moves the focus until another thread is selected or the machine runs on', () => {
  const m = lockOwner();
  const first = m.say('k');
  const idle = m
    .say('~')
    .split('\n')
    .findIndex((l) => l.endsWith('Idle'));
  const chosen: number[] = [];
  m.session.console.onSelectThread = (id) => chosen.push(id);
  m.say(`~${idle}s`);
  assert.match(m.say('k'), /no frames/);
  assert.deepEqual(chosen, [], 'an idle CPU has no thread to show');
  m.say(`~${1 - idle}s`);
  assert.equal(m.say('k'), first);
  assert.deepEqual(chosen, [m.stop?.threadId]);
  m.say(`~${idle}s`);
  m.session.next(m.stop?.threadId ?? 0);
  m.run();
  assert.match(m.session.evaluate('k', undefined, true).value, /lock-owner!UseShared/);
});

test('C expressions go on working, and a variable that is named like a command can be had', () => {
  const m = lockOwner();
  assert.equal(m.say('g_Shared.Users'), '0');
  assert.equal(m.say('g_Shared.Users = 41'), '41 (0x29)');
  assert.equal(m.say('?? g_Shared.Users + 1'), '42 (0x2A)');
  assert.equal(m.say('!g_Shared.Users'), '0');
  assert.equal(m.say('~old'), '-2');
  const k = new Stopped('test/fixtures/scenarios/command-names.scenario', { file: 'command-names.c', text: 'g_Seen = k + dt;' });
  assert.match(k.say('k'), /^Child-SP[\s\S]*'k' is also a variable here: \?\? k shows it/);
  assert.equal(k.say('?? k'), '7');
  assert.equal(k.say('(k)'), '7');
  assert.equal(k.say('k + 1'), '8');
  assert.equal(k.say('k = 9'), '9');
  assert.equal(k.say('k'), k.say('k'));
  assert.equal(k.say('dt * 2'), '16 (0x10)');
});

test('looking with every command changes nothing', () => {
  const hash = (look: boolean): string => {
    const m = lockOwner();
    if (look) for (const c of commands) for (const n of c.names) m.say(n);
    m.session.continue();
    for (let e = m.run(); e.kind !== 'ended'; e = m.run()) m.session.continue();
    return m.session.simulation.report().traceHash;
  };
  assert.equal(hash(true), hash(false));
});

test('every described bug check has a name and four arguments', () => {
  for (const code of describedBugChecks()) {
    assert.doesNotMatch(bugCheckName(code), /^BUGCHECK_/, code.toString(16));
    const meaning = bugCheckMeaning(code, 0n);
    assert.ok(meaning && meaning.text.length > 20 && meaning.arguments.every((a) => a !== ''), code.toString(16));
  }
  assert.equal(bugCheckMeaning(0x1000007e, 0n), bugCheckMeaning(0x7e, 0n));
  assert.equal(bugCheckMeaning(0x12345, 0n), undefined);
});
