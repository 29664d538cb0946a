// Back in time in a run of ten million statements on two CPUs, with calls, loops, a lock and waits: how long stepBack and going to a moment take, at random places and one
// after the other, what memory the record holds against its budget, and what recording costs the run, as a ratio to the same run without.
// Usage: tsx test/bench/history.ts [statements in millions]. Prints a table; asserts nothing (times depend on the machine).

import { MemoryFiles } from '../../src/base/files.js';
import { seedState, xorshift32 } from '../../src/base/prng.js';
import { buildScenario } from '../../src/scenario/build.js';
import { Session } from '../../src/session/session.js';
import type { Stop } from '../../src/session/types.js';
import { wdkHeaders as headers } from '../../src/wdk/headers.gen.js';

const MILLIONS = Number(process.argv[2] ?? 10);

const driver = (rounds: number): string => `#include <ntddk.h>
static KSPIN_LOCK g_Lock;
static ULONG g_Table[4096];
static volatile LONG g_Running;
static KEVENT g_Done;

static ULONG Mix(ULONG x)
{
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return x;
}
static ULONG Sum(ULONG from, ULONG count)
{
    ULONG sum = 0;
    for (ULONG i = 0; i < count; i++) {
        sum += g_Table[(from + i) & 4095];
    }
    return sum;
}
static ULONG Deep(ULONG n)
{
    if (n == 0) {
        return 1;
    }
    return Deep(n - 1) + Mix(n);
}
static VOID Worker(PVOID context)
{
    ULONG x = (ULONG)(ULONG_PTR)context;
    KIRQL irql;
    LARGE_INTEGER delay;
    delay.QuadPart = -10000;
    for (ULONG i = 0; i < ${rounds}; i++) {
        x = Mix(x + i);
        if ((i & 15) == 0) {
            KeAcquireSpinLock(&g_Lock, &irql);
            g_Table[x & 4095] += Sum(x, 8);
            KeReleaseSpinLock(&g_Lock, irql);
        }
        if ((i & 255) == 0) {
            x += Deep(20);
        }
        if ((i & 32767) == 0) {
            KeDelayExecutionThread(KernelMode, FALSE, &delay);
        }
    }
    if (InterlockedDecrement(&g_Running) == 0) {
        KeSetEvent(&g_Done, IO_NO_INCREMENT, FALSE);
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}
static VOID Unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
}
NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    HANDLE thread;
    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = Unload;
    KeInitializeSpinLock(&g_Lock);
    KeInitializeEvent(&g_Done, NotificationEvent, FALSE);
    g_Running = 2;
    for (ULONG_PTR i = 1; i <= 2; i++) {
        if (NT_SUCCESS(PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, Worker, (PVOID)i))) {
            ZwClose(thread);
        }
    }
    KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
    return STATUS_SUCCESS;
}
`;
const scenario = 'machine { cpus 2; seed 11; step-limit 1000000000000; time-limit 1000000s }\ndriver "d" { sources "d.c"; }\n';

function build(rounds: number) {
  const b = buildScenario('s/b.scenario', { files: new MemoryFiles({ 's/b.scenario': scenario, 's/d.c': driver(rounds) }), headers });
  const errors = b.diagnostics.filter((d) => d.severity === 'error');
  if (errors.length) throw new Error(errors[0].message);
  return b;
}

/** Machine steps, statements (counted) and milliseconds of a whole run. */
function run(session: Session, until: number = Number.MAX_SAFE_INTEGER): number {
  const t = performance.now();
  while (session.simulation.stepsRun < until && session.run(Math.min(1_000_000, until - session.simulation.stepsRun)).kind === 'running');
  return performance.now() - t;
}

function statements(rounds: number): number {
  const s = new Session(build(rounds), { debug: true, historyBudget: 0 });
  const { machine } = s.simulation.kernel;
  for (const image of s.simulation.images)
    for (const f of image.functions) f.steps.forEach((x, i) => x.first && machine.setBreak(f.stepBase + i, true));
  let n = 0;
  machine.onBreak = () => {
    n++;
    return false;
  };
  run(s);
  return n;
}

function travel(s: Session): { ms: number; stop: Stop } {
  const t = performance.now();
  for (;;) {
    const event = s.run(1_000_000);
    if (event.kind === 'stopped') return { ms: performance.now() - t, stop: event.stop };
    if (event.kind === 'ended') throw new Error('the run ended');
  }
}

function report(what: string, list: readonly number[]): void {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (p: number): string => sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))].toFixed(1);
  console.log(`${what.padEnd(44)} p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms (${list.length})`);
}

let state = seedState(2026);
const random = (limit: number): number => {
  state = xorshift32(state);
  return (state >>> 0) % limit;
};

const perRound = statements(10_000) / 10_000;
const rounds = Math.round((MILLIONS * 1e6) / perRound);
const counted = statements(rounds);

const plain: number[] = [];
const recorded: number[] = [];
for (let i = 0; i < 9; i++) {
  plain.push(run(new Session(build(rounds), { debug: true, historyBudget: 0 })));
  recorded.push(run(new Session(build(rounds), { debug: true })));
}
const best = (l: number[]): number => Math.min(...l);
console.log(
  `run of ${(counted / 1e6).toFixed(1)} million statements: ${best(plain).toFixed(0)} ms; recorded ${best(recorded).toFixed(0)} ms, ratio ${(best(recorded) / best(plain)).toFixed(3)}`,
);

for (const budget of [256, 16]) {
  const s = new Session(build(rounds), { debug: true, historyBudget: budget << 20 });
  const total = (() => {
    const probe = new Session(build(rounds), { debug: true, historyBudget: 0 });
    run(probe);
    return probe.simulation.stepsRun;
  })();
  run(s, Math.floor(total * 0.98));
  const furthest = s.simulation.stepsRun;
  const { history } = s.past;
  console.log(
    `budget ${budget} MB: ${history.length} checkpoints over ${(furthest / 1e6).toFixed(1)} million steps, ${(history.bytes / 2 ** 20).toFixed(1)} MB held`,
  );
  const goTo: number[] = [];
  const back: number[] = [];
  const sequence: number[] = [];
  const runBack: number[] = [];
  let worst = history.bytes;
  for (let i = 0; i < 300; i++) {
    s.goTo({ step: 1000 + random(furthest - 1000), sequence: 0 });
    let at = travel(s);
    goTo.push(at.ms);
    s.stepBack(threadWithSource(s, at.stop.threadId));
    at = travel(s);
    back.push(at.ms);
    if (i % 10 === 0) {
      for (let k = 0; k < 20; k++) {
        s.stepBack(threadWithSource(s, at.stop.threadId));
        at = travel(s);
        sequence.push(at.ms);
      }
    }
    worst = Math.max(worst, history.bytes);
  }
  s.setBreakpoints('d.c', [{ line: 41, condition: 'x % 64 == 5' }]);
  for (let i = 0; i < 20; i++) {
    s.goTo({ step: 1000 + random(furthest - 1000), sequence: 0 });
    travel(s);
    s.reverseContinue();
    runBack.push(travel(s).ms);
  }
  s.setBreakpoints('d.c', []);
  report('  go to a random moment', goTo);
  report('  stepBack at a random moment', back);
  report('  stepBack in sequence', sequence);
  report('  reverseContinue to a conditional breakpoint', runBack);
  s.goTo('present');
  travel(s);
  console.log(
    `  most memory held ${(worst / 2 ** 20).toFixed(1)} MB, ${history.length} checkpoints; ${s.simulation.kernel.trace.difference ? 'THE REPEATED RUN DIFFERED' : 'the repeated run never differed'}`,
  );
}

/** The thread asked for, or one that has source in its stack. */
function threadWithSource(s: Session, preferred: number): number {
  const ok = (id: number): boolean => s.stackTrace(id, 0, 50).frames.some((f) => f.range && !f.range.file.builtin);
  if (ok(preferred)) return preferred;
  return s.threads().find((t) => ok(t.id))?.id ?? preferred;
}
