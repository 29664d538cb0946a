// A made-up run of a scheduler, as long as wanted: threads that run, are preempted, wait for events and each other, take locks and enter callbacks, on
// several CPUs. Consistent (nobody runs twice, only waiting threads are woken), so that pictures and benchmarks look like the real thing.
import { KERNEL_BASE } from '../../src/machine/abi.js';
import { KINDS } from '../../src/trace/kinds.js';
import { Trace } from '../../src/trace/trace.js';

export const threadAddress = (i: number): number => KERNEL_BASE + 0x4000000 + i * 0x1000;
const EVENT = KERNEL_BASE + 0x200000;
const LOCK = KERNEL_BASE + 0x300000;

export interface Story {
  readonly trace: Trace;
  readonly threads: number;
  readonly cpus: number;
}

/** A trace of about `count` events. */
export function makeStory(count: number, cpus = 4, threads = 40, seed = 1): Story {
  const clock = { step: 0, time: 0, cpu: 0, thread: 0 };
  const trace = new Trace(clock, KINDS);
  let random = seed;
  const below = (n: number): number => {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0;
    return (random >>> 8) % n;
  };
  const times = new Array<number>(cpus).fill(0);
  const running = new Array<number>(cpus).fill(-1);
  const ready: number[] = [];
  const waiting = new Set<number>();
  const event = (cpu: number, kind: string, data: Record<string, number | string>): void => {
    const passed = 1 + below(40);
    clock.step += passed;
    times[cpu] += passed;
    clock.cpu = cpu;
    clock.time = times[cpu];
    clock.thread = running[cpu] < 0 ? 0 : threadAddress(running[cpu]);
    trace.event(kind, data);
  };
  event(0, 'ke.boot', { cpus, seed, build: 22621 });
  for (let t = 0; t < threads; t++) {
    event(0, 'ke.thread.start', { thread: threadAddress(t), start: 0 });
    event(0, 'ke.ready', { thread: threadAddress(t), cpu: t % cpus, priority: 8, standby: 0 });
    ready.push(t);
  }
  const switchTo = (cpu: number, reason: string): void => {
    const next = ready.shift() ?? -1;
    const from = running[cpu] < 0 ? 0 : threadAddress(running[cpu]);
    running[cpu] = next;
    if (next < 0) {
      event(cpu, 'ke.switch', { cpu, from, to: 0, reason });
      return;
    }
    event(cpu, 'ke.switch', { cpu, from, to: threadAddress(next), reason });
  };
  const wake = (cpu: number): void => {
    const woken = [...waiting][below(waiting.size)];
    waiting.delete(woken);
    const by = running[cpu] < 0 ? 0 : threadAddress(running[cpu]);
    event(cpu, 'ke.unwait', { thread: threadAddress(woken), status: 0, object: EVENT + below(8) * 24, by });
    event(cpu, 'ke.ready', { thread: threadAddress(woken), cpu: below(cpus), priority: 8, standby: 0 });
    ready.push(woken);
  };
  while (trace.length < count) {
    const cpu = times.indexOf(Math.min(...times));
    const t = running[cpu];
    const what = below(10);
    if (t < 0) {
      if (ready.length > 0) switchTo(cpu, 'idle');
      else if (waiting.size > 0) wake(cpu);
      else times[cpu] += 50;
    } else if (what === 0) {
      event(cpu, 'ke.wait', { thread: threadAddress(t), object: EVENT + below(8) * 24, count: 1, type: 1, reason: 'Executive', due: -1 });
      waiting.add(t);
      switchTo(cpu, 'wait');
    } else if (what === 1 && ready.length > 0) {
      switchTo(cpu, 'preempted');
      event(cpu, 'ke.ready', { thread: threadAddress(t), cpu, priority: 8, standby: 0 });
      ready.push(t);
    } else if (what <= 3 && waiting.size > 0) {
      wake(cpu);
    } else if (what === 4) {
      event(cpu, 'ke.dpc.start', { dpc: LOCK, routine: LOCK + 64, cpu });
      event(cpu, 'ke.dpc.end', { dpc: LOCK, routine: LOCK + 64, cpu });
    } else if (what <= 6) {
      event(cpu, 'ps.callback-enter', { kind: 'process', routine: LOCK + 128, what: `create ${4 * below(50)}`, depth: 1 });
      event(cpu, 'ps.callback-leave', { kind: 'process', routine: LOCK + 128, result: 0 });
    } else {
      const lock = LOCK + 8 * below(10);
      event(cpu, 'ke.irql', { from: 0, to: 2 });
      event(cpu, 'ke.spin.acquire', { lock });
      event(cpu, 'ke.spin.release', { lock });
      event(cpu, 'ke.irql', { from: 2, to: 0 });
    }
  }
  return { trace, threads, cpus };
}
