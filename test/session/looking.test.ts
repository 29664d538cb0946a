// Invariant 4: looking changes nothing. The trace of a run with breakpoints, steps, pauses, stack walks and evaluations has the same hash as the run nobody looks at,
// also with code that has no break tests at all.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { DiskFiles } from '../../src/cli/disk-files.js';
import { buildScenario } from '../../src/scenario/build.js';
import { Session } from '../../src/session/session.js';
import type { RunEvent, Stop } from '../../src/session/types.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';

const root = path.resolve(import.meta.dirname, '../..');
const files = new DiskFiles();
const build = (scenario: string, seed: number) => buildScenario(path.join(root, scenario), { files, headers: wdkHeaders, seed });

interface Looker {
  readonly debug?: boolean;
  /** Steps a piece. */
  readonly piece?: number;
  prepare?(s: Session): void;
  /** What is done at a stop; says how to go on. */
  stopped?(s: Session, stop: Stop, n: number): 'continue' | 'next' | 'stepIn' | 'stepOut';
}

/** Runs to the end; answers the trace's hash, the output and how often the run stopped. */
function watch(scenario: string, seed: number, look: Looker): { hash: string; output: string; stops: number } {
  const s = new Session(build(scenario, seed), { debug: look.debug ?? true });
  let output = '';
  s.onOutput = (line) => {
    if (line.category === 'stdout') output += line.text;
  };
  look.prepare?.(s);
  let stops = 0;
  for (let event: RunEvent = s.run(look.piece ?? 1e6); event.kind !== 'ended'; event = s.run(look.piece ?? 1e6)) {
    if (event.kind !== 'stopped') continue;
    stops++;
    assert.ok(stops < 100_000, 'the run does not get on');
    s[look.stopped?.(s, event.stop, stops) ?? 'continue'](event.stop.threadId);
  }
  const report = s.simulation.report();
  return { hash: report.traceHash, output, stops };
}

/** All an editor asks at a stop. */
function lookAround(s: Session, stop: Stop): void {
  for (const t of s.threads()) {
    for (const frame of s.stackTrace(t.id, 0, 50).frames) {
      if (t.id !== stop.threadId) continue;
      for (const scope of s.scopes(frame.id)) for (const v of s.variables(scope.reference)) if (v.reference) s.variables(v.reference);
      try {
        s.evaluate('sizeof(int) + 1', frame.id, false);
      } catch {
        // frames without source have no names: nothing is asked of this evaluation but that it changes nothing
      }
    }
  }
}

const breakEverywhere = (s: Session): void => {
  for (const file of s.sources().filter((f) => !f.builtin)) {
    const count = file.text.split('\n').length;
    const lines = s.breakpointLines(file.path, 1, count);
    s.setBreakpoints(
      file.path,
      lines.map((line, i) => ({
        line,
        ...(i % 3 === 0 ? { condition: '1 == 1' } : i % 3 === 1 ? { logMessage: 'at {sizeof(int)}' } : {}),
      })),
    );
  }
};

const lookers: Record<string, Looker> = {
  'code with break tests': {},
  'small pieces': { piece: 37 },
  'a breakpoint, condition or log message on every line': {
    prepare: breakEverywhere,
    stopped: (s, stop, n) => (n % 10 === 0 ? lookAround(s, stop) : undefined, 'continue'),
  },
  'stepping over, into and out all the way': {
    prepare: (s) => s.stopOnEntry(),
    stopped: (s, stop, n) => {
      if (n % 50 === 1) lookAround(s, stop);
      return n % 7 === 0 ? 'stepOut' : n % 2 === 0 ? 'stepIn' : 'next';
    },
  },
  pauses: {
    piece: 501,
    prepare: (s) => s.pause(0),
    stopped: (s, stop) => {
      lookAround(s, stop);
      return 'continue';
    },
  },
  'stopping at every exception': {
    prepare: (s) => s.setExceptionFilters({ bugcheck: true, firstChance: true }),
    stopped: (s, stop) => (lookAround(s, stop), 'continue'),
  },
};

for (const scenario of [
  'examples/procwatch/procwatch.scenario',
  'examples/procwatch-bug/procwatch-bug.scenario',
  'examples/wsl/wsl.scenario',
  'test/fixtures/drivers/seh.scenario',
]) {
  for (const seed of [7, 8]) {
    const alone = watch(scenario, seed, { debug: false });
    for (const [how, looker] of Object.entries(lookers)) {
      test(`${path.basename(scenario)}, seed ${seed}: ${how}`, () => {
        const seen = watch(scenario, seed, looker);
        assert.equal(seen.hash, alone.hash);
        assert.equal(seen.output, alone.output);
        if (looker.prepare && !how.includes('exception')) assert.ok(seen.stops > 0, 'it never stopped: nothing was looked at');
      });
    }
  }
}
