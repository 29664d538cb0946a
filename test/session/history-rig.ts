// Sessions that go back in time, for the tests of this folder: run to the next stop, say where a thread stands, compare states.
import assert from 'node:assert/strict';
import { MAP, PAGE_SHIFT } from '../../src/machine/abi.js';
import { memoryHash } from '../../src/machine/checkpoint.js';
import type { Build } from '../../src/scenario/build.js';
import { Session } from '../../src/session/session.js';
import type { OutputLine, RunEvent, Stop } from '../../src/session/types.js';
import { formatPosition } from '../../src/trace/position.js';
import { buildText } from '../scenario/product.js';

export interface Rig {
  readonly session: Session;
  readonly output: OutputLine[];
  /** Runs until it stops or ends. */
  go(piece?: number): RunEvent;
  /** Runs until it stops. */
  stop(piece?: number): Stop;
  /** `function:line` of the thread's innermost frame with source, and its depth. */
  where(threadId: number): string;
  back(threadId: number): string;
  position(): string;
  text(category: OutputLine['category']): string;
}

export function rig(build: Build, options: { historyBudget?: number } = {}): Rig {
  const session = new Session(build, { debug: true, ...options });
  const output: OutputLine[] = [];
  session.onOutput = (line) => output.push(line);
  const go = (piece = 1_000_000): RunEvent => {
    for (let i = 0; ; i++) {
      const event = session.run(piece);
      if (event.kind !== 'running') return event;
      assert.ok(i < 100_000, 'the run does not get on');
    }
  };
  const stop = (piece?: number): Stop => {
    const event = go(piece);
    assert.ok(event.kind === 'stopped', `it ${event.kind}: ${output.map((o) => o.text).join('')}`);
    return event.stop;
  };
  const where = (threadId: number): string => {
    const frame = session.stackTrace(threadId, 0, 100).frames.find((f) => f.range && !f.range.file.builtin);
    return frame?.range ? `${frame.name.replace(/^.*!/, '')}:${frame.range.file.position(frame.range.start).line}` : 'nowhere';
  };
  return {
    session,
    output,
    go,
    stop,
    where,
    back(threadId) {
      session.stepBack(threadId);
      return where(stop().threadId);
    },
    position: () => session.moment(0).position,
    text: (category) =>
      output
        .filter((o) => o.category === category)
        .map((o) => o.text)
        .join(''),
  };
}

/** A driver whose DriverEntry is the given text, with what else it needs before it. Line numbers count from the first line of `c`. */
export function driverBuild(c: string, scenario = 'machine { cpus 1; seed 3 }\ndriver "d" { sources "d.c"; }\n'): Build {
  return buildText(scenario, { 'd.c': c });
}

export const lineWith = (text: string, part: string): number => {
  const at = text.split('\n').findIndex((l) => l.includes(part));
  assert.ok(at >= 0, `no line contains ${part}`);
  return at + 1;
};

/** Pages below the innermost frame in which the temporaries of earlier stops may lie. */
const DEAD_PAGES = 8;

/**
 * The state that a session shows, to compare moments: all memory but the stacks by its hash, stacks frame by frame with every variable, time and trace. Bytes of stacks that no
 * code reads again depend on where the machine was stopped before.
 */
export function stateOf(s: Session): unknown {
  const { kernel } = s.simulation;
  const stacks = new Set<number>();
  const threads = s.target.threads().map((t) => {
    const frames = s.target.stack(t);
    const user = frames.filter((f) => f.fp >= MAP.user.start).map((f) => f.fp >>> PAGE_SHIFT);
    for (let p = Math.min(...user) - DEAD_PAGES; user.length && p <= Math.max(...user); p++) stacks.add(p);
    const variables = s
      .stackTrace(t.id, 0, 200)
      .frames.map((f) =>
        s
          .scopes(f.id)
          .flatMap((scope) =>
            scope.hint === 'globals' || scope.hint === 'registers' ? [] : s.variables(scope.reference).map((v) => `${v.name} = ${v.value}`),
          ),
      );
    return { id: t.id, state: t.state, cpu: t.cpu, frames: frames.map((f) => `${f.name}+${f.pc} at ${f.fp}`), variables };
  });
  const skip = (page: number): boolean =>
    stacks.has(page) || (page >= MAP.stacks.start >>> PAGE_SHIFT && page < MAP.stacks.end >>> PAGE_SHIFT);
  return {
    position: formatPosition(kernel.trace.now()),
    trace: kernel.trace.hash(),
    cpu: kernel.cpuNumber,
    times: kernel.machine.cpus.map((c) => c.time),
    memory: memoryHash(kernel.machine, skip),
    threads,
  };
}
