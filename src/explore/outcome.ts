// What an exploration came to, as data and in words: for the terminal, `--json`, and the extension. Plain JSON values only.
import type { Build } from '../scenario/build.js';
import type { RunReport } from '../scenario/report.js';
import { tellStory } from '../scenario/story.js';
import type { ExploreResult } from './explore.js';
import { formatSchedule } from './schedule.js';
import { sourceHashes } from './sources.js';
import type { StrategyName } from './strategy.js';

/** `budget`: stopped without a verdict. */
export type ExploreVerdict = 'held' | 'failed' | 'budget' | 'not-simulated';

export interface ExploreOutcome {
  readonly scenario: string;
  readonly strategy: StrategyName;
  readonly verdict: ExploreVerdict;
  /** One sentence: what is known now, and how far it goes. */
  readonly summary: string;
  readonly cpus: number;
  readonly seed: number;
  /** Orders whose outcome is known. Exhaustive: orders that differ only by swapping independent steps count as one. */
  readonly orders: number;
  /** Of them those that were executed to their end. */
  readonly executed: number;
  /** Of them those that took too many steps and were given up. */
  readonly cut: number;
  readonly failing: number;
  /** Places of memory (4 bytes each) whose order of accesses was varied. */
  readonly sharedPlaces: number;
  readonly failure?: {
    /** What fails, in one line. */
    readonly what: string;
    /** Switches from one CPU to another in the order. */
    readonly switches: number;
    readonly report: RunReport;
    /** Text of the schedule file. */
    readonly schedule: string;
  };
}

/** What fails in a report, in one line. */
export function failureText(r: RunReport): string {
  if (r.bugcheck) return `bug check ${r.bugcheck.codeText} ${r.bugcheck.name}: ${r.bugcheck.explanation}`;
  const deadlock = r.findings.find((f) => f.id === 'deadlock');
  if (deadlock) return `deadlock: ${deadlock.message}`;
  const e = r.expectations.find((x) => !x.held);
  if (e) return `${e.text}: ${e.reason ?? 'it does not hold'}`;
  const d = r.drivers.find((x) => x.status !== 'loaded');
  return d ? `driver ${d.name}: ${d.status}` : r.verdict;
}

function switches(log: readonly number[]): number {
  let n = 0;
  for (let i = 2; i < log.length; i += 2) if (log[i] !== log[i - 2]) n++;
  return n;
}

/** `34,904`, the same on every host. */
const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
const count = (n: number, what: string): string => `${grouped(n)} ${what}${n === 1 ? '' : 's'}`;

function verdictOf(r: ExploreResult): ExploreVerdict {
  if (r.failure) return 'failed';
  if (r.end === 'not-simulated') return 'not-simulated';
  return r.end === 'complete' && r.progress.cut === 0 ? 'held' : 'budget';
}

function summaryOf(r: ExploreResult, verdict: ExploreVerdict): string {
  const { orders, cut } = r.progress;
  switch (verdict) {
    case 'failed':
      return `an order that fails was found after ${count(orders, 'order')}`;
    case 'held':
      if (r.strategy !== 'exhaustive')
        return `${count(orders, 'order')} of the ${r.strategy} strategy with seed ${r.budget.seed} held; others may fail`;
      return r.sharedPlaces === 0
        ? 'no two threads share memory that one of them writes, so that there is one order, and it held'
        : `all ${count(orders, 'order')} held (orders that differ only by swapping independent steps count as one)`;
    case 'not-simulated':
      return 'the run met something that is not simulated, so it says nothing';
    case 'budget':
      if (r.end === 'complete')
        return `no order failed, but ${cut} of ${count(orders, 'order')} did not end within ${grouped(r.steps)} steps: no verdict`;
      return `no order failed, but the budget was spent after ${count(orders, 'order')}${cut ? `, ${cut} of them cut after ${grouped(r.steps)} steps` : ''}: no verdict`;
  }
}

/** `scenario`: its path as the schedule file is to name it. */
export function outcomeOf(build: Build, r: ExploreResult, scenario: string): ExploreOutcome {
  const { cpus, seed } = build.scenario.machine;
  const verdict = verdictOf(r);
  const what = r.failure && failureText(r.failure.report);
  return {
    scenario: build.scenario.file.path,
    strategy: r.strategy,
    verdict,
    summary: summaryOf(r, verdict),
    cpus,
    seed,
    orders: r.progress.orders,
    executed: r.progress.executed,
    cut: r.progress.cut,
    failing: r.progress.failing,
    sharedPlaces: r.sharedPlaces,
    ...(r.failure && what !== undefined
      ? {
          failure: {
            what,
            switches: switches(r.failure.log),
            report: r.failure.report,
            schedule: formatSchedule({
              scenario,
              cpus,
              seed,
              sources: sourceHashes(build),
              trace: r.failure.report.traceHash,
              failure: what,
              slices: r.failure.log,
            }),
          },
        }
      : {}),
  };
}

/** The story for people. `schedule`: where the schedule file was written, with the line that replays it. */
export function tellOutcome(o: ExploreOutcome, schedule?: string): string {
  const out: string[] = [];
  if (o.failure) {
    out.push(tellStory(o.failure.report).trimEnd(), '');
    out.push(`explore (${o.strategy}): ${o.summary}`, `  ${o.failure.what}`);
    if (schedule !== undefined) out.push(`  replay: interlock replay ${schedule}`);
  } else {
    out.push(`explore (${o.strategy}): ${o.summary}`);
  }
  out.push(
    `  ${count(o.orders, 'order')}, ${grouped(o.executed)} executed to the end; accesses to ${count(o.sharedPlaces, 'shared place')} were put in order`,
  );
  if (o.verdict === 'held') out.push('  not varied: the moments of clock interrupts, timers and quantum ends');
  return `${out.join('\n')}\n`;
}
