// Every example ends as its scenario and its comments say, under several orders of threads, and the report tells what the example is there to tell.
// An example that is not in the table below is a failure.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { explore } from '../../src/explore/explore.js';
import type { RunReport } from '../../src/scenario/report.js';
import { Simulation } from '../../src/scenario/simulation.js';
import { buildFile, buildText, outputOf, reportOf, repositoryPath, run } from './product.js';

interface Example {
  readonly cpus?: readonly number[];
  readonly seeds?: readonly number[];
  readonly check: (r: RunReport, say: string) => void;
}

const failed = (r: RunReport): string[] => r.expectations.filter((e) => !e.held).map((e) => e.text);
const told = (r: RunReport): string[] => r.findings.map((f) => `${f.id} ${f.severity}`);
const has = (r: RunReport, id: string, say: string): void =>
  assert.ok(
    r.findings.some((f) => f.id === id),
    `${say}: ${told(r).join()}`,
  );
const held = (r: RunReport, say: string): void => {
  assert.deepEqual(failed(r), [], say);
  assert.equal(r.verdict, 'held', say);
};

const EXAMPLES: Readonly<Record<string, Example>> = {
  // programs of the list are refused, their creator gets the error
  'veto/veto': {
    check(r, say) {
      held(r, say);
      assert.deepEqual(
        outputOf(r).filter((t) => t.includes('error')),
        ['C:\\Users\\Public\\miner.exe: error 1260', 'C:\\Users\\Public\\KeyGen.exe: error 1260'],
        say,
      );
    },
  },
  // NULL CreateInfo is a bug check that names the line and the reason
  'veto/mistake': {
    check(r, say) {
      assert.deepEqual(failed(r), [], say);
      assert.equal(r.bugcheck?.code, 0x3b, say);
      assert.equal(r.bugcheck?.parameters[0].slice(-8), 'C0000005', say);
      assert.match(r.bugcheck?.stack[0] ?? '', /GatekeeperProcessNotify \(mistake\/callback\.c:16\)/, say);
      assert.ok(told(r).includes('optional-member error'), say);
    },
  },
  // a callback that asks a service is told of, and its answer comes too late
  'late-service/late-service': {
    check(r, say) {
      assert.deepEqual(failed(r), [], say);
      has(r, 'calls-user-mode', say);
    },
  },
  // the service waits for itself, and the report says who waits for what
  'late-service/deadlock': {
    check(r, say) {
      assert.deepEqual(failed(r), ['no deadlock'], say);
      has(r, 'calls-user-mode', say);
      const deadlock = r.findings.find((f) => f.id === 'deadlock');
      assert.match(deadlock?.message ?? '', /service\.exe!answers: notification event.*explorer\.exe!user: notification event/, say);
    },
  },
  'late-service/right': {
    check(r, say) {
      assert.deepEqual(failed(r), [], say);
      assert.ok(
        r.findings.every((f) => f.severity === 'information'),
        `${say}: ${told(r).join()}`,
      );
    },
  },
  'work-item/work-item': {
    check(r, say) {
      held(r, say);
      assert.deepEqual(r.findings, [], say);
      assert.equal(outputOf(r).filter((t) => t.startsWith('journal: process')).length, 9, say);
    },
  },
  'work-item/item-on-stack': {
    check(r, say) {
      assert.equal(r.bugcheck?.code, 0xe4, say);
      assert.match(r.bugcheck.explanation, /lies on a kernel stack/, say);
    },
  },
  'work-item/item-queued-twice': {
    check(r, say) {
      assert.equal(r.bugcheck?.code, 0xe4, say);
      assert.equal(r.bugcheck.parameters[0], '0000000000000001', say);
    },
  },
  'work-item/item-waited-for': {
    check(r, say) {
      assert.equal(r.bugcheck, null, say);
      assert.equal(r.verdict, 'failed', say);
      has(r, 'waits-for-work-item', say);
    },
  },
  'time-slicing/time-slicing': { cpus: [1], check: held },
  // IRQL is a lock on one processor, and none on two
  'multiprocessor/multiprocessor': {
    cpus: [1, 2],
    seeds: [1],
    check(r, say) {
      if (say.startsWith('1 CPU')) return held(r, say);
      assert.equal(r.verdict, 'failed', say);
      assert.deepEqual(failed(r), ['no race'], say);
      assert.match(r.expectations.find((e) => !e.held)?.reason ?? '', /places!g_Used/, say);
      assert.ok(
        r.expectations.some((e) => e.held && e.text === 'finally g_Used == 6'),
        say,
      );
    },
  },
  'wsl/wsl': { seeds: [1, 2, 3, 4, 5], check: held },
  'lock/lock': { cpus: [1, 2], check: held },
  'lock/no-lock': {
    cpus: [2],
    seeds: [1],
    check(r, say) {
      assert.equal(r.verdict, 'failed', say);
      assert.equal(failed(r).length, 1, say);
      const { reason } = r.expectations.filter((e) => !e.held)[0];
      assert.match(reason ?? '', /g_Limits\.Low is written by .*\(no lock held\).*nothing orders the two/, say);
    },
  },
};
/** Examples that tests of their own run. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'abba/abba': 'test/explore/explore.test.ts',
  'lost-update/lost-update': 'test/explore/explore.test.ts',
  'repaired/abba/abba': 'test/explore/explore.test.ts',
  'repaired/lost-update/lost-update': 'test/explore/explore.test.ts',
  'procwatch/procwatch': 'test/scenario/checkpoint.test.ts',
  'procwatch-bug/procwatch-bug': 'test/cli/json.test.ts',
};

for (const [name, { cpus = [1, 2, 4], seeds = [1, 2, 3], check }] of Object.entries(EXAMPLES))
  test(name, () => {
    for (const c of cpus)
      for (const seed of seeds) check(reportOf(buildFile(`examples/${name}.scenario`, { cpus: c, seed })), `${c} CPUs, seed ${seed}`);
  });

test('every example is run by a test', () => {
  const found = readdirSync(repositoryPath('examples'), { recursive: true, encoding: 'utf8' })
    .map((f) => f.replaceAll('\\', '/'))
    .filter((f) => f.endsWith('.scenario'))
    .map((f) => f.replace(/\.scenario$/, ''));
  assert.deepEqual(found.sort(), [...Object.keys(EXAMPLES), ...Object.keys(ELSEWHERE)].sort());
  for (const [name, file] of Object.entries(ELSEWHERE))
    assert.ok(readFileSync(repositoryPath(file), 'utf8').includes(name.slice(name.lastIndexOf('/') + 1)), `${file} names ${name}`);
});

test('multiprocessor: under the explorer some order fails on two processors, none of those tried on one', () => {
  const search = (cpus: number) =>
    explore(buildFile('examples/multiprocessor/multiprocessor.scenario', { cpus }), { strategy: 'random', schedules: 200 });
  const two = search(2);
  assert.equal(two.end, 'failure');
  assert.ok(two.failure);
  const one = search(1);
  assert.equal(one.failure, undefined);
  assert.ok(one.progress.executed > 0, one.end);
});

const wslFile = (name: string): string => readFileSync(repositoryPath(`examples/wsl/${name}`), 'utf8');

test('wsl: the same processes without the provider, the built-in one answers', () => {
  const text = wslFile('wsl.scenario').replace(/driver "lxsim" \{[\s\S]*?\n\}/, '');
  assert.notEqual(text, wslFile('wsl.scenario'));
  const files = Object.fromEntries(readdirSync(repositoryPath('examples/wsl/watch')).map((n) => [`watch/${n}`, wslFile(`watch/${n}`)]));
  held(reportOf(buildText(text, files)), 'built-in provider');
});

test('wsl: restoring every 500 steps, also inside system calls of processes that fork has made, changes nothing', () => {
  const build = buildFile('examples/wsl/wsl.scenario');
  const whole = run(build);
  let pieces = new Simulation(build, { debug: false });
  while (pieces.advance(500, false).kind !== 'ended') {
    const bytes = pieces.save();
    pieces = new Simulation(build, { debug: false, reuse: pieces, start: 'restore' });
    pieces.load(bytes);
  }
  // (what was printed before the last restore is in no trace any more, so the verdict is not compared; the hash knows all events)
  assert.equal(pieces.end?.kind, 'done');
  assert.equal(pieces.kernel.stepsRun, whole.kernel.stepsRun);
  assert.equal(pieces.kernel.now, whole.kernel.now);
  assert.equal(pieces.kernel.trace.hash(), whole.kernel.trace.hash());
});
