// Every way to wait, with the owner; queued DPCs, spinning CPUs; callbacks of every kind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stopped } from '../stopped.js';

const at = (text: string): Stopped => new Stopped('test/fixtures/scenarios/waits.scenario', { file: 'waits.c', text });

test('what each thread waits for, and who owns it', () => {
  const m = at('all wait now');
  const threads = m.nodes(m.node('processes', /System$/).id);
  const waits = (name: string): string[] => {
    const t = threads.find((n) => n.label.endsWith(`!${name}`));
    assert.ok(t, name);
    return m
      .nodes(t.id)
      .filter((n) => n.kind === 'wait')
      .map(
        (w) =>
          `${w.label} / ${m
            .nodes(w.id)
            .map((o) => o.label)
            .join(', ')}`,
      );
  };
  const owner = 'owner: 4.32 System!scenario';
  assert.deepEqual(waits('WaitResource'), [`waits for ERESOURCE g_Resource / ${owner}`]);
  assert.deepEqual(waits('WaitPushLock'), [`waits for Push lock g_Table[1] / ${owner}`]);
  assert.deepEqual(waits('WaitGuardedMutex'), [`waits for Guarded mutex g_GuardedMutex / ${owner}`]);
  assert.deepEqual(waits('WaitSemaphore'), ['waits for Semaphore g_Semaphore / ']);
  assert.deepEqual(waits('WaitTwo'), ['waits for NotificationEvent g_Event / ', `waits for Mutant g_Mutex / ${owner}`]);
  assert.deepEqual(waits('WaitThread'), ['waits for Thread 4.48 System!WaitSemaphore / until it ends: 4.48 System!WaitSemaphore']);
});

test('the call stack names them too', () => {
  const names = at('all wait now')
    .session.threads()
    .map((t) => t.name);
  const of = (name: string): string => names.find((n) => n.includes(`!${name} `)) ?? 'missing';
  assert.equal(
    of('WaitGuardedMutex'),
    '4.44 System!WaitGuardedMutex (waiting for waits!g_GuardedMutex owned by 4.32 System!scenario, WrGuardedMutex)',
  );
  assert.equal(of('WaitThread'), '4.56 System!WaitThread (waiting for thread 4.48 System!WaitSemaphore, Executive)');
});

test('!thread prints wait objects as WinDbg does, with the owner', () => {
  const m = at('all wait now');
  const wait = (tid: string): string[] =>
    m
      .say(`!thread -t ${tid} 2`)
      .split('\n')
      .slice(1)
      .filter((l) => /^ {4}fffff/.test(l))
      .map((l) => l.replace(/[0-9a-f]{8}`[0-9a-f]{8}/g, 'X').trim());
  assert.deepEqual(wait('24'), ['X  ERESOURCE Contention Count = 1 - owning thread X (4.32 System!scenario)  waits!g_Resource']);
  assert.deepEqual(wait('30'), ['X  Semaphore Limit 0x5  waits!g_Semaphore']);
  assert.deepEqual(wait('34'), [
    'X  NotificationEvent  waits!g_Event',
    'X  Mutant - owning thread X (4.32 System!scenario)  waits!g_Mutex',
  ]);
  assert.match(m.say('!thread -t 34 2'), /WAIT: \(UserRequest\) KernelMode Alertable/);
});

test('a queued DPC, with its routine and place', () => {
  const m = at('a DPC is queued');
  const queue = m
    .nodes('cpus')
    .map((c) => m.node(c.id, /^DPC queue$/))
    .find((q) => q.description === '1 queued');
  assert.ok(queue);
  const [dpc] = m.nodes(queue.id);
  assert.equal(dpc.label, 'waits!DpcRoutine');
  assert.equal(dpc.description, 'KDPC waits!g_Dpc');
  assert.ok(dpc.range?.file.path.endsWith('waits.c'));
});

test('a CPU that spins says for what, and whose that is', () => {
  const m = at('a thread spins now');
  const cpu = m.nodes('cpus').find((c) => c.description?.includes('!Spin'));
  assert.ok(cpu);
  const current = m.node(cpu.id, /^current: .*!Spin$/);
  assert.match(current.description ?? '', /^spins on CPU \d for g_SpinLock/);
  const spins = m.node(cpu.id, /^spins for Spin lock g_SpinLock$/);
  assert.equal(m.nodes(spins.id)[0].label, 'owner: 4.32 System!scenario');
  assert.match(m.say('!locks'), /Spin lock @ waits!g_SpinLock .*Owned\n.*Owner: .*scenario\)\n.*Waiting: .*!Spin\)/);
});

test('callbacks of every kind, in the tree and in !notify', () => {
  const m = at('all wait now');
  const driver = m.node('drivers', /waits$/);
  assert.equal(driver.description, 'loading, 8 callbacks');
  const kinds = m
    .nodes(driver.id)
    .filter((n) => n.kind === 'callback')
    .map((n) => `${n.label}: ${n.tooltip?.split('\n')[1]}`);
  assert.deepEqual(kinds, [
    'OnProcess: PsSetCreateProcessNotifyRoutine, slot 0',
    'OnProcessEx: PsSetCreateProcessNotifyRoutineEx, slot 1',
    'OnProcessEx2: PsSetCreateProcessNotifyRoutineEx2, slot 2',
    'OnThread: PsSetCreateThreadNotifyRoutine, slot 0',
    'OnImage: PsSetLoadImageNotifyRoutine, slot 0',
    'OnOpen: ObRegisterCallbacks, pre Process handle create, duplicate, altitude 370030',
    'OnOpened: ObRegisterCallbacks, post Process handle create, duplicate, altitude 370030',
    'OnRegistry: CmRegisterCallbackEx, altitude 370030, cookie 1',
  ]);
  const text = m.say('!notify');
  for (const name of ['OnProcess', 'OnProcessEx', 'OnProcessEx2', 'OnThread', 'OnImage', 'OnOpen', 'OnOpened', 'OnRegistry'])
    assert.match(text, new RegExp(`waits!${name} \\(\\\\Driver\\\\waits\\) .*\\[waits\\.c @ \\d+\\]`));
});
