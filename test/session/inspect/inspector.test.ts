// The kernel inspector on real runs: who waits for what and who owns it, CPUs, drivers, locks of every kind, queues, timers, pool; the same in the past; broken memory.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CM_GLOBALS, EPROCESS, IO_GLOBALS, KE_GLOBALS, KPRCB, KTHREAD, PS_GLOBALS } from '../../../src/kernel/layouts.gen.js';
import type { Addr } from '../../../src/machine/abi.js';
import { bytesOf, EvaluationError } from '../../../src/machine/inspect/value.js';
import { GROUPS } from '../../../src/session/inspect/inspector.js';
import { lockOwner, Stopped } from '../stopped.js';

test('a waiting thread names its lock, and the lock its owner, which opens again', () => {
  const m = lockOwner();
  const process = m.node('processes', /lock\.exe$/);
  assert.equal(process.description, '2 threads');
  const waiting = m.nodes(process.id).find((n) => n.description?.startsWith('waits for g_Shared.Lock (WrFastMutex)'));
  assert.ok(waiting);
  assert.ok(waiting.threadId !== undefined && waiting.threadId !== m.stop?.threadId);
  assert.match(waiting.range?.file.path ?? '', /lock-owner\.c$/);
  const wait = m.node(waiting.id, /^waits for Fast mutex g_Shared\.Lock$/);
  assert.match(wait.description ?? '', /^owned by 36\.\d+ lock\.exe!\w+$/);
  assert.ok(wait.range, 'the variable has a place in the source');
  const [owner, ...others] = m.nodes(wait.id);
  assert.equal(others.length, 0);
  assert.match(owner.label, /^owner: 36\.\d+ lock\.exe!\w+$/);
  assert.equal(owner.threadId, m.stop?.threadId);
  const owned = m.nodes(owner.id).filter((n) => n.label.startsWith('owns'));
  assert.deepEqual(owned.map((n) => n.label).sort(), [
    'owns ERESOURCE g_Resource',
    'owns Fast mutex g_Shared.Lock',
    'owns Push lock g_PushLock',
    'owns Spin lock g_SpinLock',
  ]);
});

test('a deadlock goes round in a circle that can be followed', () => {
  const m = new Stopped('test/fixtures/scenarios/deadlock.scenario');
  let id = m.node(m.node('processes', /lock\.exe$/).id, /lock\.exe!first/).id;
  const seen: string[] = [];
  for (let i = 0; i < 4; i++) {
    id = m.node(id, /^waits for Mutant/).id;
    const owner = m.node(id, /^owner:/);
    seen.push(owner.label.replace(/^.*!/, ''));
    id = owner.id;
  }
  assert.deepEqual(seen, ['second', 'first', 'second', 'first']);
});

test('CPUs: current thread, IRQL and queues', () => {
  const m = lockOwner();
  const cpus = m.nodes('cpus');
  assert.equal(cpus.length, 2);
  const busy = cpus.find((c) => c.description?.includes('lock.exe'));
  assert.match(busy?.description ?? '', /^IRQL 2 \(DISPATCH_LEVEL\), 36\.\d+ lock\.exe!/);
  const below = m.nodes(busy?.id ?? '');
  assert.match(below[0].label, /^current: 36\.\d+ lock\.exe!/);
  assert.deepEqual(
    below.slice(1).map((n) => [n.label, n.description]),
    [
      ['Ready queue', 'empty'],
      ['DPC queue', 'empty'],
    ],
  );
});

test('ready threads stand under their priority', () => {
  const m = new Stopped(
    'test/fixtures/scenarios/lock-owner.scenario',
    { file: 'lock-owner.c', text: 'moment.QuadPart = -10 * 1000;' },
    { cpus: 1 },
  );
  const ready = m.node(m.nodes('cpus')[0].id, /^Ready queue$/);
  assert.match(ready.description ?? '', /^\d+ threads?$/);
  const priority = m.node(ready.id, /^priority \d+$/);
  const thread = m.nodes(priority.id)[0];
  assert.match(thread.description ?? '', new RegExp(`^ready.*${priority.label}$`));
});

test('drivers with callbacks, devices and dispatch routines', () => {
  const m = lockOwner();
  const driver = m.node('drivers', /lock-owner$/);
  assert.equal(driver.description, 'loaded, 1 callback');
  const callback = m.node(driver.id, /^OnProcess$/);
  assert.match(callback.description ?? '', /^process callback, called \d+ time/);
  assert.match(callback.tooltip ?? '', /PsSetCreateProcessNotifyRoutineEx, slot 0/);
  assert.ok(callback.range?.file.path.endsWith('lock-owner.c'));
  assert.equal(m.node(driver.id, /^\\Device\\LockOwner$/).description, 'device, 2 open');
  assert.equal(m.node(driver.id, /^Control$/).description, 'IRP_MJ_DEVICE_CONTROL');
  assert.equal(m.node(driver.id, /^Unload$/).description, 'DriverUnload');
});

test('locks: free ones too, held ones first, with owners and waiters', () => {
  const m = lockOwner();
  const locks = m.nodes('locks');
  const text = (name: string): string => locks.find((l) => l.label === name)?.description ?? 'missing';
  assert.match(text('g_Shared.Lock'), /^Fast mutex, owned by 36\.\d+ lock\.exe!\w+, 1 waiting$/);
  assert.equal(text('g_Resource'), 'ERESOURCE, shared by 2 threads');
  assert.equal(text('g_PushLock'), 'Push lock, shared by 2 threads');
  assert.match(text('g_SpinLock'), /^Spin lock, owned by/);
  const before = new Stopped('test/fixtures/scenarios/lock-owner.scenario', { file: 'lock-owner.c', text: 'KeInitializeTimer(&g_Timer)' });
  const free = before.nodes('locks').map((l) => [l.label, l.description]);
  assert.ok(free.some(([l, d]) => l === 'g_SpinLock' && d === 'Spin lock, free'));
  assert.ok(free.some(([l, d]) => l === 'g_Shared.Lock' && d === 'Fast mutex, free'));
});

test('timers, work queues and pool by tag with the place that allocated', () => {
  const m = lockOwner();
  const timer = m.node('queues/timers', /^lock-owner!TimerRoutine$/);
  assert.match(timer.description ?? '', /^due in [\d.]+ ms, every 50 ms$/);
  const queue = m.node('queues/work', /^DelayedWorkQueue$/);
  assert.match(queue.description ?? '', /^\d+ queued, \d+ running, \d+ workers?$/);
  const owner = m.node('pool', /^lock-owner$/);
  const tag = m.node(owner.id, /^'LOwn'$/);
  assert.equal(tag.description, '100 bytes in 1 block');
  const [block] = m.nodes(tag.id);
  assert.match(block.description ?? '', /^100 bytes, nonpaged, by DriverEntry \(lock-owner\.c:\d+\)$/);
  assert.ok(block.range);
});

test('a queued work item and a worker that runs one', () => {
  const queued = new Stopped(
    'test/fixtures/scenarios/lock-owner.scenario',
    { file: 'lock-owner.c', text: 'PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE)' },
    { cpus: 1 },
  );
  const q = queued.node('queues/work', /^DelayedWorkQueue$/);
  const running = new Stopped('test/fixtures/scenarios/lock-owner.scenario', {
    file: 'lock-owner.c',
    text: 'ExReleaseFastMutex(&g_Shared.Lock);',
  });
  const w = running.node(running.node('queues/work', /^DelayedWorkQueue$/).id, /^runs lock-owner!Work$/);
  assert.equal(w.threadId, running.stop?.threadId);
  const item = queued.nodes(q.id).find((n) => n.kind === 'work-item');
  assert.equal(item?.label, 'lock-owner!Work');
  assert.ok(item?.range);
});

test('ids are unique in a tree and the same at the next stop', () => {
  const m = lockOwner();
  const ids = (id: string, depth: number): string[] =>
    m.nodes(id).flatMap((n) => [n.id, ...(n.hasChildren && depth > 1 ? ids(n.id, depth - 1) : [])]);
  for (const g of GROUPS) {
    const all = ids(g.id, 5);
    assert.equal(new Set(all).size, all.length, `${g.id}: ${all.filter((x, i) => all.indexOf(x) !== i).join(', ')}`);
  }
  const before = ids('processes', 2);
  m.session.next(m.stop?.threadId ?? 0);
  m.run();
  assert.deepEqual(ids('processes', 2), before);
});

test('in the past it shows the past', () => {
  const m = lockOwner();
  const then = m.tree(4);
  const checkpoint = m.session.simulation.checkpoint();
  m.session.setBreakpoints('lock-owner.c', []);
  m.session.continue();
  assert.equal(m.run().kind, 'ended');
  assert.notDeepEqual(m.tree(4), then);
  m.session.simulation.restore(checkpoint);
  assert.deepEqual(m.tree(4), then);
});

test('looking at everything changes nothing', () => {
  const run = (look: boolean): string => {
    const m = lockOwner();
    for (
      let event = look ? (m.tree(6), m.session.continue(), m.run()) : (m.session.continue(), m.run());
      event.kind !== 'ended';
      event = m.run()
    ) {
      if (look) m.tree(5);
      m.session.continue();
    }
    return m.session.simulation.report().traceHash;
  };
  assert.equal(run(true), run(false));
});

test('a callback that is left behind by an unloaded driver stands apart', () => {
  const m = new Stopped('examples/procwatch-bug/procwatch-bug.scenario');
  assert.match(m.stop?.description ?? '', /Bug check/);
  const nodes = m.nodes('drivers');
  const slot = m.session.target.kernel.globals.PS + PS_GLOBALS.PspCreateProcessNotifyRoutine;
  const routine = m.session.view.mem.ptr(slot);
  const left = nodes.find((n) => n.label === 'Callbacks without a driver');
  // the example bug checks while its driver is loaded: moved out of the driver, its callback is nobody's
  assert.equal(left, undefined);
  write(m, slot, routine + 0x2000000, 8);
  const dangling = m.node('drivers', /^Callbacks without a driver$/);
  assert.match(dangling.description ?? '', /0xCE/);
  assert.equal(m.nodes(dangling.id).length, 1);
});

// ---------------------------------------------------------------- broken memory
function write(m: Stopped, at: Addr, value: number | bigint, size: number): void {
  assert.ok(m.session.target.memoryOf(0).write(at, bytesOf(BigInt(value), size)));
}

test('a corrupted list is said to be one, in every group, and nothing hangs', () => {
  const { KE, PS, IO, CM } = lockOwner().session.target.kernel.globals;
  const damages: readonly (readonly [string, (m: Stopped) => readonly [Addr, number | bigint], string])[] = [
    ['processes', () => [PS + PS_GLOBALS.PsActiveProcessHead, 0xdeadbeefn], 'processes'],
    [
      'a process that points to itself',
      (m) => {
        const p = m.session.view.mem.ptr(PS + PS_GLOBALS.PsActiveProcessHead);
        return [p, p];
      },
      'processes',
    ],
    ['threads of a process', (m) => [processAt(m) + EPROCESS.ThreadListHead, 0x4141414141414141n], 'processes'],
    ['ready list', (m) => [m.session.view.prcb(0) + KPRCB.DispatcherReadyListHead + 8 * 16, 0n], 'cpus'],
    ['DPC queue', (m) => [m.session.view.prcb(1) + KPRCB.DpcData, -1], 'cpus'],
    ['drivers', () => [IO + IO_GLOBALS.Drivers, 1], 'drivers'],
    ['registry callbacks', () => [CM + CM_GLOBALS.Callbacks, 0x10000], 'drivers'],
    ['resources', () => [KE + KE_GLOBALS.ResourceListHead, KE], 'locks'],
    ['all threads', () => [KE + KE_GLOBALS.AllThreads, KE + KE_GLOBALS.TimerTable], 'locks'],
    ['timers', () => [KE + KE_GLOBALS.TimerTable, 0n], 'queues'],
  ];
  for (const [what, where, group] of damages) {
    const m = lockOwner();
    const [at, value] = where(m);
    write(m, at, value, 8);
    const lines = m.tree(5);
    assert.ok(
      m.tree(5, group).some((l) => /corrupted list/.test(l)),
      `${what}: ${m.tree(4, group).join('\n')}`,
    );
    assert.ok(lines.length > 6, what);
    for (const t of m.session.threads()) m.session.stackTrace(t.id, 0, 20);
    for (const c of ['!process 0 7', '!thread', '!locks -d', '!notify', '!ready', '!running -i', '~', 'k', '!analyze -v']) m.say(c);
  }
});
const processAt = (m: Stopped): Addr => m.session.view.processOf(m.session.target.thread(m.stop?.threadId ?? 0)?.address ?? 0);

test('wild pointers in a thread are shown as what they are', () => {
  for (const field of [KTHREAD.WaitBlockList, KTHREAD.Process, KTHREAD.StartRoutine, KTHREAD.KernelStack, KTHREAD.MutantListHead]) {
    for (const value of [0n, 1n, 0x7fffffffffffffffn, 0xffffffffffffffffn, 0xfffff80000000000n, 0xccccccccccccccccn]) {
      const m = lockOwner();
      const waiting = m.nodes(m.node('processes', /lock\.exe$/).id).find((n) => n.description?.startsWith('waits'));
      const thread = m.session.target.thread(waiting?.threadId ?? 0)?.address ?? 0;
      write(m, thread + field, value, 8);
      assert.ok(m.tree(4).length > 20);
      for (const t of m.session.threads()) m.session.stackTrace(t.id, 0, 20);
      m.say(`!thread ${m.session.view.hex(thread)}`);
      m.say('!locks -v');
    }
  }
});

test('what is no node is refused; a node that is gone has no children', () => {
  const m = lockOwner();
  for (const bad of [
    '',
    'nonsense',
    'processes/',
    'processes/<x>',
    '/thread:1',
    'thread:1',
    `processes/${'thread:1/'.repeat(2000)}thread:1`,
  ])
    assert.throws(() => m.nodes(bad), EvaluationError, bad.slice(0, 30));
  for (const gone of [
    'processes/process:0',
    'processes/process:ffffffffffffffff/thread:12345',
    'cpus/cpu:63',
    'cpus/cpu:63/ready:63/cpu:63/priority:31',
    'cpus/cpu:7/dpcs:7',
    'locks/lock:1234',
    'drivers/driver:0',
    'queues/work/queue:ff',
    'pool/pool-of:1/tag:1',
    'processes/none',
    'processes/thread:1/wait:2',
    'processes/constructor',
  ])
    assert.deepEqual(m.nodes(gone), [], gone);
});

test('a thread is found by its ID as it is found in the list of all threads', () => {
  const m = lockOwner();
  const { target } = m.session;
  const all = target.threads();
  assert.ok(all.length > 3);
  for (const t of all) assert.deepEqual(target.thread(t.id), t);
  for (const id of [0, -4, 3, 5, 4, 1 << 20, 2 ** 40])
    assert.equal(
      target.thread(id),
      all.find((t) => t.id === id),
      String(id),
    );
  m.session.view.kernel.mem.setPtr(m.session.view.kernel.globals.PS + PS_GLOBALS.PspCidTable, 0x1234);
  for (const t of all) assert.deepEqual(target.thread(t.id), t, 'with a table of IDs that was overwritten');
});
