// Stepping back: the statement before in the frame or in its caller, over calls, loops, recursion and thread switches; from a bug check to what caused it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildFile } from '../scenario/product.js';
import { driverBuild, lineWith, type Rig, rig } from './history-rig.js';

const c = `#include <ntddk.h>
static int Twice(int x)
{
    int y = x;
    y += x;
    return y;
}
static int Fib(int n)
{
    if (n < 2) {
        return n;
    }
    return Fib(n - 1) + Fib(n - 2);
}
static VOID Unload(PDRIVER_OBJECT d) { (void)d; }
NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p)
{
    int sum = 0;
    d->DriverUnload = Unload;
    for (int i = 0; i < 3; i++) {
        sum += Twice(i) + Twice(i + 1);
    }
    sum += Fib(9);
    DbgPrint("sum %d\\n", sum);
    __try {
        *(volatile int *)0 = 1;
    } __except (1) {
        sum = 0;
    }
    return STATUS_SUCCESS;
}
`;
const HANDLER = '        sum = 0;';
const build = driverBuild(c);
const line = (part: string): number => lineWith(c, part);

function stoppedAt(part: string, hit = 1): { r: Rig; thread: number } {
  const r = rig(build);
  r.session.setBreakpoints('d.c', [{ line: line(part), hitCondition: `== ${hit}` }]);
  const { threadId } = r.stop();
  return { r, thread: threadId };
}

test('back over statements, loops and calls is the reverse of stepping over them', () => {
  const r = rig(build);
  r.session.stopOnEntry();
  const thread = r.stop().threadId;
  const way = [r.position()];
  while (!r.where(thread).endsWith(`:${line('DbgPrint')}`)) {
    r.session.next(thread);
    assert.equal(r.stop().reason, 'step');
    way.push(r.position());
  }
  assert.ok(way.length > 10);
  for (const expected of way.slice(0, -1).reverse()) {
    r.session.stepBack(thread);
    assert.equal(r.stop().reason, 'step');
    assert.equal(r.position(), expected);
    assert.ok(r.session.moment(thread).inPast);
  }
  // nothing of this thread that has source came before: it says so and stays
  r.session.stepBack(thread);
  const stop = r.stop();
  assert.equal(r.position(), way[0]);
  assert.match(stop.description ?? '', /First statement of the thread/);
  assert.equal(r.session.simulation.kernel.trace.difference, undefined);
});

test('at the first statement of a function it goes to the call, also when the statement has called the function before at the same place', () => {
  const { r, thread } = stoppedAt('int y = x', 2);
  assert.equal(r.where(thread), `Twice:${line('int y = x')}`);
  assert.equal(r.session.evaluate('x', r.session.stackTrace(thread, 0, 1).frames[0].id, false).value, '1');
  assert.equal(r.back(thread), `DriverEntry:${line('sum += Twice')}`);
});

test('inside a function it stays in this call of it', () => {
  const { r, thread } = stoppedAt('return y', 2);
  assert.equal(r.back(thread), `Twice:${line('y += x')}`);
  assert.equal(r.back(thread), `Twice:${line('int y = x')}`);
  assert.equal(r.back(thread), `DriverEntry:${line('sum += Twice')}`);
});

test('over a recursive call, and out of one level of it', () => {
  const { r, thread } = stoppedAt('DbgPrint');
  assert.equal(r.back(thread), `DriverEntry:${line('sum += Fib')}`);
  const { r: deep, thread: t } = stoppedAt('return n;', 3);
  const depth = (): number => deep.session.stackTrace(t, 0, 100).frames.filter((f) => f.name.endsWith('Fib')).length;
  const from = depth();
  assert.equal(deep.back(t), `Fib:${line('if (n < 2)')}`);
  assert.equal(depth(), from);
  assert.equal(deep.back(t), `Fib:${line('return Fib')}`);
  assert.equal(depth(), from - 1);
});

test('from an exception handler to the statement that raised', () => {
  const { r, thread } = stoppedAt(HANDLER);
  assert.equal(r.back(thread), `DriverEntry:${line('__except')}`);
  assert.equal(r.back(thread), `DriverEntry:${line('*(volatile int *)0')}`);
  const first = rig(build);
  first.session.setExceptionFilters({ bugcheck: true, firstChance: true });
  const stop = first.stop();
  assert.equal(stop.reason, 'exception');
  assert.equal(first.back(stop.threadId), `DriverEntry:${line('*(volatile int *)0')}`);
  first.session.continue();
  assert.equal(first.stop().reason, 'exception');
});

test('back and over is the same place again: threads on two and four CPUs, at random breakpoints', () => {
  for (const [cpus, seed] of [
    [2, 7],
    [2, 8],
    [4, 9],
  ]) {
    const r = rig(buildFile('examples/procwatch/procwatch.scenario', { cpus, seed }));
    for (const file of r.session.sources().filter((f) => !f.builtin)) {
      const lines = r.session.breakpointLines(file.path, 1, 10_000);
      r.session.setBreakpoints(
        file.path,
        lines.map((l) => ({ line: l })),
      );
    }
    let same = 0;
    let out = 0;
    for (let i = 0; i < 60; i++) {
      const event = r.go();
      if (event.kind !== 'stopped') break;
      const thread = event.stop.threadId;
      const at = r.position();
      const where = r.where(thread);
      const depth = r.session.stackTrace(thread, 0, 200).total;
      const before = r.back(thread);
      if (r.session.stackTrace(thread, 0, 200).total === depth && before !== where) {
        for (const file of r.session.sources().filter((f) => !f.builtin)) r.session.setBreakpoints(file.path, []);
        r.session.next(thread);
        r.stop();
        // one statement may have several parts on the way; the way forward meets the place
        for (let n = 0; n < 20 && r.position() !== at; n++) {
          r.session.next(thread);
          r.stop();
        }
        assert.equal(r.position(), at, `${before} -> ${where}, ${cpus} CPUs, seed ${seed}`);
        same++;
        for (const file of r.session.sources().filter((f) => !f.builtin)) {
          r.session.setBreakpoints(
            file.path,
            r.session.breakpointLines(file.path, 1, 10_000).map((l) => ({ line: l })),
          );
        }
      } else {
        out++;
        r.session.goTo('present');
        r.stop();
        assert.equal(r.position(), at);
      }
      r.session.continue();
    }
    assert.ok(same > 10 && out > 1, `${same} in a frame, ${out} to a caller`);
    assert.equal(r.session.simulation.kernel.trace.difference, undefined);
  }
});

test("from the first statement of a notify callback to the scenario's statement that caused it", () => {
  const r = rig(buildFile('examples/procwatch/procwatch.scenario'));
  r.session.setBreakpoints('driver/callbacks.c', [
    { line: 9, condition: 'CreateInfo != NULL && CreateInfo->ParentProcessId != (HANDLE)4' },
  ]);
  const stop = r.stop();
  assert.match(r.where(stop.threadId), /^ProcWatchProcessNotify:/);
  let where = '';
  for (let i = 0; i < 4 && !where.startsWith('launcher'); i++) where = r.back(stop.threadId);
  assert.match(where, /^launcher:13$/);
});

test('from a bug check to the statement that caused it; forward again gives the same bug check, told once', () => {
  const r = rig(buildFile('examples/procwatch-bug/procwatch-bug.scenario'));
  const stop = r.stop();
  assert.equal(stop.reason, 'exception');
  const hash = r.session.simulation.kernel.trace.hash();
  assert.equal(r.back(stop.threadId), 'ProcWatchProcessNotify:9');
  assert.equal(r.session.simulation.end, undefined);
  assert.equal(r.session.exceptionInfo(), undefined);
  assert.equal(r.session.evaluate('CreateInfo == 0', r.session.stackTrace(stop.threadId, 0, 1).frames[0].id, false).value, '1');
  r.session.continue();
  const again = r.stop();
  assert.equal(again.description, stop.description);
  assert.equal(r.session.moment(again.threadId).inPast, false);
  assert.equal(r.session.simulation.kernel.trace.hash(), hash);
  assert.equal(r.text('stderr').split('*** STOP').length, 2, 'the bug check is told once');
  r.session.stepBack(stop.threadId);
  r.stop();
  r.session.goTo('present');
  assert.equal(r.stop().description, stop.description);
  assert.match(r.session.exceptionInfo()?.id ?? '', /SYSTEM_SERVICE_EXCEPTION/);
  r.session.continue();
  assert.deepEqual(r.go(), { kind: 'ended', exitCode: 1 });
});
