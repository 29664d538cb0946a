// One pass over the events of an ended run: output, callbacks, drivers, processes, and the findings that are events. What `expect` asks about is read from here.
import { decodeBytes } from '../base/text.js';
import { KIND_ID } from '../trace/kinds.js';
import { CallCounter, type CalledFunction } from './call-counter.js';
import { collectFindings } from './findings.js';
import { hardErrorText } from './hard-error.js';
import type { ReportedFinding, ReportedOutput } from './report.js';
import type { Simulation } from './simulation.js';
import { statusName } from './status-name.js';

const hex = (v: bigint, digits: number): string => `0x${v.toString(16).toUpperCase().padStart(digits, '0')}`;

export interface Collected {
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

/** Kinds that are most of a long run, and nothing to a report. */
const FREQUENT: ReadonlySet<number> = new Set(
  (['ke.switch', 'ke.ready', 'ke.wait', 'ke.unwait', 'ke.event.set', 'ke.irql', 'ke.spin.acquire', 'ke.spin.release'] as const).map(
    (kind) => KIND_ID[kind],
  ),
);

export function collect(s: Simulation): Collected {
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
    if (FREQUENT.has(trace.kindId(i))) continue;
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
      case 'io.hard-error':
        c.findings.push({ severity: 'information', id: 'hard-error', message: hardErrorText(trace.data(i)) });
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
      case 'scenario.limit': {
        const d = trace.data(i);
        const many = d.what === 'process' ? 'processes' : 'threads';
        c.findings.push({
          severity: 'error',
          id: 'scenario-limit',
          message: `the machine has room for ${d.started} of the ${d.wanted} ${many} of ${d.name} (${statusName(Number(d.status) >>> 0)})`,
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
