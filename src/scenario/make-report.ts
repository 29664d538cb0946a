// From the trace and the memory of an ended run to its report: what happened (collect-run.ts), then the expectations, then the verdict.
import { CHOICE_NAMES, CHOICES } from '../base/choices.js';
import { VERIFIER_STANDARD, verifierNames } from '../base/verifier-options.js';
import { KE_GLOBALS } from '../kernel/layouts.gen.js';
import type { Build } from './build.js';
import { checkExpectation } from './check-expectation.js';
import { type Collected, collect } from './collect-run.js';
import { usedFunctions } from './ddi-use.js';
import { describeBugCheck, placeOf } from './describe-bugcheck.js';
import { describeNotSimulated, type NotSimulatedCall } from './not-simulated.js';
import type {
  NotShown,
  ReportedBugCheck,
  ReportedCallback,
  ReportedExpectation,
  ReportedNotSimulated,
  RunReport,
  Verdict,
} from './report.js';
import type { Simulation } from './simulation.js';

export function makeReport(s: Simulation): RunReport {
  const k = s.kernel;
  const m = s.build.scenario.machine;
  const c = collect(s);
  const bug = describeBugCheck(s);
  if (s.end?.kind === 'deadlock') {
    const waiting = s.end.waiters.filter((w) => !w.idle).map((w) => `${w.name}: ${w.text}`);
    c.findings.push({
      severity: 'error',
      id: 'deadlock',
      message: `nothing can run any more: ${waiting.join('; ') || 'every thread waits'}`,
    });
  }
  if (s.end?.kind === 'limit')
    c.findings.push({
      severity: 'error',
      id: 'limit',
      message: `the run was stopped after ${s.end.what}${s.whereBusy()}; raise time-limit or step-limit in the machine block if this is meant`,
    });
  const missing = describeNotSimulated(s);
  if (missing)
    c.findings.push({
      severity: 'error',
      id: 'not-simulated',
      message: missing.title,
      ...(missing.range ? { place: placeOf(missing.range) } : {}),
    });
  const text = s.build.scenario.file.text;
  const expectations = s.build.scenario.expectations.map(
    (e): ReportedExpectation => ({ text: text.slice(e.range.start, e.range.end), place: placeOf(e.range), ...checkExpectation(s, e, c) }),
  );
  const bugExpected = s.build.scenario.expectations.some((e) => e.kind === 'bugcheck' && e.code === bug?.code);
  let verdict: Verdict = 'held';
  if (bug && !bugExpected) verdict = 'bugcheck';
  else if (s.end?.kind === 'limit') verdict = 'limit';
  else if (s.end?.kind === 'not-simulated') verdict = 'not-simulated';
  else if (
    s.end?.kind === 'deadlock' ||
    expectations.some((e) => !e.held) ||
    [...c.drivers.values()].some((d) => d.status !== 'loaded') ||
    c.findings.some((x) => x.id === 'scenario-limit')
  )
    verdict = 'failed';
  const callbacks = [...c.callbacks.values()].map(
    (e): ReportedCallback => ({
      driver: e.driver,
      function: e.function,
      kind: e.kind,
      calls: e.calls,
      longestNs: Math.round(e.longest * m.stepNs),
    }),
  );
  return {
    scenario: s.build.scenario.file.path,
    verdict,
    cpus: m.cpus,
    seed: m.seed,
    windows: m.windows,
    drivers: [...c.drivers].map(([name, d]) => ({ name, ...d, ...configurationOf(s, name) })),
    processes: [...c.processes].map(([id, p]) => ({ id, ...p })),
    callbacks,
    output: c.output,
    expectations,
    findings: c.findings,
    bugcheck: bug ? publicPart(bug) : null,
    ...(missing ? { notSimulated: reportMissing(missing) } : {}),
    virtualTime: Math.round(Math.max(...k.machine.cpus.map((x) => x.time)) * m.stepNs),
    statements: s.stepsRun,
    events: k.trace.cursor,
    traceHash: k.trace.hash(),
    notShown: notShown(s, c),
  };
}

function configurationOf(s: Simulation, driver: string): { configuration?: string } {
  const configuration = s.build.drivers.find((d) => d.block.name === driver)?.sources.configuration;
  return configuration === undefined ? {} : { configuration };
}

function reportMissing(m: NotSimulatedCall): ReportedNotSimulated {
  const a = m.advice;
  return {
    name: m.name,
    text: m.text,
    ...(m.range ? { place: placeOf(m.range) } : {}),
    ...(a?.header === undefined ? {} : { header: a.header }),
    ...(a?.subsystem === undefined ? {} : { subsystem: a.subsystem }),
    ...(a?.documentation === undefined ? {} : { documentation: a.documentation }),
    ...(a?.stub === undefined ? {} : { stub: a.stub }),
    ...(a ? { model: a.model } : {}),
  };
}

function publicPart(b: ReportedBugCheck): ReportedBugCheck {
  const { code, codeText, name, parameters, explanation, cpu, thread, place, stack } = b;
  return { code, codeText, name, parameters, explanation, cpu, thread, stack, ...(place ? { place } : {}) };
}

/** `CcCopyRead (models.c:12)`: functions of models that a driver calls, by name. */
function modelsUsed(build: Build): string[] {
  const out = new Set<string>();
  for (const d of build.drivers) {
    if (!d.models.defines.size) continue;
    const used = usedFunctions(d.units);
    for (const [name, r] of d.models.defines) if (used.has(name)) out.add(`${name} (${r.file.path}:${r.file.position(r.start).line})`);
  }
  return [...out];
}

function notShown(s: Simulation, c: Collected): NotShown {
  const unconfirmed = new Set(c.unconfirmed);
  for (const d of s.build.drivers)
    if (d.sources.integrityCheckAssumed) unconfirmed.add(`driver ${d.block.name} is taken as linked with /INTEGRITYCHECK`);
  const asked = s.kernel.mem.u64(s.kernel.globals.KE + KE_GLOBALS.ChoicesAsked);
  CHOICE_NAMES.forEach((name, i) => {
    if ((asked >> BigInt(i)) & 1n) unconfirmed.add(`${name} ${s.build.scenario.machine.choices[name] ?? CHOICES[name].values[0]}`);
  });
  const off = VERIFIER_STANDARD & ~s.build.scenario.machine.verifierFlags;
  const checksOff: string[] = verifierNames(off).map((n) => `verifier ${n}`);
  if (s.kernel.trace.begin > 0) checksOff.push(`the ${s.kernel.trace.begin} events before the checkpoint at which this run began`);
  const stubs = [...[...c.stubCalls].map(([name, n]) => `${name} ${n} time${n === 1 ? '' : 's'}`), ...c.stubs];
  return { stubs, models: modelsUsed(s.build), unconfirmed: [...unconfirmed], checksOff, ordersTried: '1 of unknown' };
}
