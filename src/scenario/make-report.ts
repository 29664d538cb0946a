// From the trace and the memory of an ended run to its report: one pass over the events, then the expectations.
import type { Range } from '../base/source.js';
import { decodeBytes } from '../base/text.js';
import { describeThread } from '../kernel/ke/waiters.js';
import type { Kernel } from '../kernel/kernel.js';
import type { CompiledImage } from '../machine/image.js';
import { walkStack } from '../machine/walk.js';
import type { Expectation } from './ast.js';
import type { Build } from './build.js';
import { CallCounter, type CalledFunction } from './call-counter.js';
import { usedFunctions } from './ddi-use.js';
import { collectFindings } from './findings.js';
import { describeNotSimulated, type NotSimulatedCall } from './not-simulated.js';
import type {
  NotShown,
  Place,
  ReportedBugCheck,
  ReportedCallback,
  ReportedExpectation,
  ReportedFinding,
  ReportedNotSimulated,
  ReportedOutput,
  RunReport,
  Verdict,
} from './report.js';
import type { Simulation } from './simulation.js';
import { statusName } from './status-name.js';
import { tellBugCheck } from './story.js';

const hex = (v: bigint, digits: number): string => `0x${v.toString(16).toUpperCase().padStart(digits, '0')}`;

export function placeOf(r: Range): Place {
  const p = r.file.position(r.start);
  return { file: r.file.path, line: p.line, column: p.column };
}

const imageNameOf = (images: readonly CompiledImage[], fn: number): string =>
  images.find((i) => i.functions.some((f) => f.number === fn))?.name ?? 'nt';

/** A kernel stack has room for a few hundred frames. */
const STACK_WALK = 1000;
const STACK_LINES = 64;

/** Frames of the stack that bug checked, innermost first, without the machine's own. */
function stackText(s: Simulation): { lines: string[]; place: Range | undefined } {
  const { machine } = s.kernel;
  const lines: string[] = [];
  let place: Range | undefined;
  let repeats = 0;
  for (const f of walkStack(machine, machine.registers.top, STACK_WALK)) {
    if (f.kind === 'internal') continue;
    const at = f.step?.range;
    if (at && !place && !at.file.builtin) place = at;
    const where = at ? ` (${at.file.path}:${at.file.position(at.start).line})` : '';
    const line = `${f.kind === 'routine' ? (f.name.includes('!') ? '' : 'nt!') : `${imageNameOf(s.images, f.fn)}!`}${f.name}${where}`;
    // recursion: one line for all of it
    if (line === lines[lines.length - 1 - (repeats ? 1 : 0)]) {
      repeats++;
      if (repeats > 1) lines.pop();
      lines.push(`... ${repeats} more of the same`);
    } else {
      repeats = 0;
      if (lines.length >= STACK_LINES) break;
      lines.push(line);
    }
  }
  return { lines, place };
}

export function describeBugCheck(
  s: Simulation,
): (ReportedBugCheck & { text: string; range: Range | undefined; stackText: string }) | undefined {
  const b = s.kernel.bugCheckInfo();
  if (!b) return undefined;
  const { lines, place } = stackText(s);
  const p = b.parameters.map((x) => BigInt.asUintN(64, x).toString(16).toUpperCase().padStart(16, '0'));
  const reported: ReportedBugCheck = {
    code: b.code,
    codeText: hex(BigInt(b.code), 8),
    name: b.name,
    parameters: [p[0], p[1], p[2], p[3]],
    explanation: b.explanation,
    cpu: b.cpu,
    thread: threadText(s.kernel, b.thread),
    stack: lines,
    ...(place ? { place: placeOf(place) } : {}),
  };
  return { ...reported, text: tellBugCheck(reported), range: place, stackText: lines.join('\n') };
}

function threadText(k: Kernel, thread: number): string {
  return describeThread(k, thread);
}

interface Collected {
  readonly output: ReportedOutput[];
  /** By driver, function and kind, in the order of the first call. */
  readonly callbacks: ReadonlyMap<string, CalledFunction>;
  readonly drivers: Map<string, { status: string; unloaded: boolean }>;
  readonly processes: Map<number, { image: string; parent: number; exitStatus: string | null }>;
  readonly findings: ReportedFinding[];
  readonly stubs: Set<string>;
  /** Calls that stubs of the scenario answered, by name. */
  readonly stubCalls: Map<string, number>;
  readonly unconfirmed: Set<string>;
}

function collect(s: Simulation): Collected {
  const k = s.kernel;
  const { trace } = k;
  const ns = k.config.stepNs;
  const counter = new CallCounter(s);
  const c: Collected = {
    output: [],
    callbacks: counter.callbacks,
    drivers: new Map(),
    processes: new Map(),
    findings: [],
    stubs: new Set(),
    stubCalls: new Map(),
    unconfirmed: new Set(),
  };
  const names = new Map<number, string>();
  const nameOf = (address: number): string => {
    let n = names.get(address);
    if (n === undefined) {
      n = s.functionNameAt(address) ?? hex(BigInt.asUintN(64, BigInt(address)), 16);
      names.set(address, n);
    }
    return n;
  };
  /** The same sentence once. */
  const find = (id: string, message: string): void => {
    if (!c.findings.some((f) => f.id === id && f.message === message)) c.findings.push({ id, severity: 'warning', message });
  };
  for (let i = trace.begin; i < trace.cursor; i++) {
    const kind = trace.kind(i);
    counter.see(i, kind);
    switch (kind) {
      case 'ke.output':
      case 'um.output':
        c.output.push({
          timeNs: Math.round(trace.time(i) * ns),
          cpu: trace.cpu(i),
          source: kind === 'ke.output' ? 'driver' : 'process',
          text: decodeBytes(String(trace.data(i).text)),
        });
        break;
      case 'io.driver-entry-return': {
        const d = trace.data(i);
        const status = Number(d.status) >>> 0;
        c.drivers.set(String(d.driver).replace(/^\\Driver\\/, ''), {
          status: status >= 0x80000000 ? `DriverEntry failed with ${statusName(status)}` : 'loaded',
          unloaded: false,
        });
        break;
      }
      case 'io.unloaded': {
        const entry = c.drivers.get(String(trace.data(i).driver));
        if (entry) entry.unloaded = true;
        break;
      }
      case 'io.no-unload':
        c.findings.push({
          severity: 'warning',
          id: 'no-unload',
          message: `driver ${String(trace.data(i).driver)} has no DriverUnload, so it stays loaded`,
        });
        break;
      case 'io.unload-pending':
        c.findings.push({
          severity: 'warning',
          id: 'unload-pending',
          message: `driver ${String(trace.data(i).driver)} cannot be unloaded: one of its devices is still open`,
        });
        break;
      case 'io.leak': {
        const d = trace.data(i);
        c.findings.push({
          severity: 'warning',
          id: `leak-${String(d.kind).replace(/ /g, '-')}`,
          message: `driver ${String(d.driver)}: ${String(d.text)}`,
        });
        break;
      }
      case 'ps.process-create': {
        const d = trace.data(i);
        c.processes.set(Number(d.process), { image: String(d.image ?? d.name ?? ''), parent: Number(d.parent ?? 0), exitStatus: null });
        break;
      }
      case 'ps.process-exit': {
        const d = trace.data(i);
        const entry = c.processes.get(Number(d.process));
        if (entry) entry.exitStatus = statusName(Number(d.status) >>> 0);
        break;
      }
      case 'ps.user-exception': {
        const d = trace.data(i);
        c.findings.push({
          severity: 'warning',
          id: 'user-exception',
          message: `process ${String(d.process)} ended by exception ${statusName(Number(d.code) >>> 0)} at ${String(d.where)}`,
        });
        break;
      }
      case 'ps.veto-overwritten':
        c.findings.push({
          severity: 'warning',
          id: 'veto-overwritten',
          message: `a later process callback (${nameOf(Number(trace.data(i).routine))}) overwrote the refusal of an earlier one`,
        });
        break;
      case 'ob.access-added':
        c.findings.push({
          severity: 'warning',
          id: 'access-added',
          message: `object callback ${nameOf(Number(trace.data(i).routine))} tried to add access rights; they were ignored`,
        });
        break;
      case 'io.not-simulated': {
        const d = trace.data(i);
        c.stubs.add(`${String(d.what)} ${String(d.name)}`);
        break;
      }
      case 'ps.not-simulated': {
        const d = trace.data(i);
        c.stubs.add(`${String(d.service)} class ${String(d.class)}`);
        break;
      }
      case 'ke.stub': {
        const name = String(trace.value(i, 'name'));
        c.stubCalls.set(name, (c.stubCalls.get(name) ?? 0) + 1);
        break;
      }
      case 'mm.iospace':
        c.stubs.add('MmMapIoSpace');
        break;
      case 'ps.integrity-check': {
        const d = trace.data(i);
        find('integrity-check', `${nameOf(Number(d.routine))} was not registered: ${String(d.image)} is not linked with /INTEGRITYCHECK`);
        break;
      }
      case 'io.status-mismatch': {
        const d = trace.data(i);
        find(
          'irp-status',
          `a dispatch routine returned ${statusName(Number(d.returned))} for an IRP that it completed with ${statusName(Number(d.completed))}`,
        );
        break;
      }
      case 'io.not-completed':
        find(
          'irp-not-completed',
          `a dispatch routine returned ${statusName(Number(trace.data(i).status))} without completing its IRP; the request is lost`,
        );
        break;
      case 'io.irql-changed': {
        const d = trace.data(i);
        find(
          'irql-changed',
          `${nameOf(Number(d.routine))} was called at IRQL ${d.before} and returned at IRQL ${d.after}: it must restore the IRQL (is a spin lock still held?)`,
        );
        break;
      }
      case 'io.completed-pending':
        find('irp-completed-pending', 'an IRP was completed with STATUS_PENDING');
        break;
      case 'io.information-too-large': {
        const d = trace.data(i);
        find(
          'irp-information',
          `an IRP was completed with Information ${String(d.information)} for an output buffer of ${String(d.length)} bytes`,
        );
        break;
      }
      default:
    }
  }
  c.findings.push(...collectFindings(s));
  return c;
}

function noRace(c: Collected): { held: boolean; reason?: string } {
  const races = c.findings.filter((f) => f.id === 'data-race' && f.severity !== 'information');
  if (races.length === 0) return { held: true };
  return { held: false, reason: races[0].message + (races.length > 1 ? ` and ${races.length - 1} more` : '') };
}

function checkExpectation(s: Simulation, e: Expectation, c: Collected): { held: boolean; reason?: string } {
  const bug = s.kernel.bugCheckInfo();
  const no = (reason: string) => ({ held: false, reason });
  switch (e.kind) {
    case 'no':
      switch (e.what) {
        case 'bugcheck':
          return bug ? no(`${bug.name} (0x${bug.code.toString(16).toUpperCase()})`) : { held: true };
        case 'leak': {
          const leaks = c.findings.filter((f) => f.id.startsWith('leak-'));
          return leaks.length ? no(leaks[0].message + (leaks.length > 1 ? ` and ${leaks.length - 1} more` : '')) : { held: true };
        }
        case 'deadlock':
          return s.end?.kind === 'deadlock' ? no('every thread waits') : { held: true };
        case 'race':
          return noRace(c);
      }
      break;
    case 'no-finding': {
      const bad = c.findings.filter((f) => (e.id === undefined ? f.severity !== 'information' : f.id === e.id));
      return bad.length === 0
        ? { held: true }
        : no(`${bad[0].id}: ${bad[0].message}${bad.length > 1 ? ` and ${bad.length - 1} more` : ''}`);
    }
    case 'bugcheck':
      return bug?.code === e.code
        ? { held: true }
        : no(bug ? `the run ended in ${bug.name} (0x${bug.code.toString(16).toUpperCase()})` : 'the run ended without a bug check');
    case 'always':
    case 'finally': {
      if (bug && e.kind === 'finally') return no('the run did not come to its end');
      const v = s.violations.find((x) => x.condition.expectation === e);
      return v
        ? no(`${v.reason}${v.where && e.kind === 'always' ? ` at ${v.where.file.path}:${v.where.file.position(v.where.start).line}` : ''}`)
        : { held: true };
    }
    case 'calls': {
      let n = 0;
      for (const cb of c.callbacks.values()) if (cb.function === e.function) n += cb.calls;
      const held = { '==': n === e.count, '!=': n !== e.count, '<': n < e.count, '<=': n <= e.count, '>': n > e.count, '>=': n >= e.count }[
        e.op
      ];
      return held ? { held } : no(`it was called ${n} time${n === 1 ? '' : 's'} by the kernel`);
    }
    case 'output': {
      const found = c.output.some((o) => o.text.includes(e.text));
      return found === e.present ? { held: true } : no(e.present ? 'it was not printed' : 'it was printed');
    }
  }
  return { held: true };
}

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
  else if (s.end?.kind === 'deadlock' || expectations.some((e) => !e.held) || [...c.drivers.values()].some((d) => d.status !== 'loaded'))
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
  const kinds = new Set<string>();
  for (const cb of c.callbacks.values()) kinds.add(cb.kind);
  if (kinds.has('process')) unconfirmed.add('order of process callbacks is that of registration');
  if (kinds.has('thread')) unconfirmed.add('context of thread-create callbacks');
  for (const d of s.build.drivers)
    if (d.sources.integrityCheckAssumed) unconfirmed.add(`driver ${d.block.name} is taken as linked with /INTEGRITYCHECK`);
  const checksOff: string[] = [];
  if (s.kernel.trace.begin > 0) checksOff.push(`the ${s.kernel.trace.begin} events before the checkpoint at which this run began`);
  const stubs = [...[...c.stubCalls].map(([name, n]) => `${name} ${n} time${n === 1 ? '' : 's'}`), ...c.stubs];
  return { stubs, models: modelsUsed(s.build), unconfirmed: [...unconfirmed], checksOff, ordersTried: '1 of unknown' };
}
