// The findings of the best-practice checks, read from the trace: one for each rule and place, with how often it happened, how long a wait lasted, and
// whether a lock that a callback takes is held by somebody who waits (then it is no longer information).
import type { Severity } from '../base/diagnostic.js';
import type { Range } from '../base/source.js';
import { describeThread } from '../kernel/ke/waiters.js';
import { heldWhileWaiting } from '../trace/locks.js';
import { next } from '../trace/query.js';
import type { Trace } from '../trace/trace.js';
import type { ReportedFinding } from './report.js';
import type { Simulation } from './simulation.js';
import { formatTime } from './story.js';

const RANK: Record<ReportedFinding['severity'], number> = { error: 2, warning: 1, information: 0 };
const severityOf = (s: Severity | string): ReportedFinding['severity'] => (s === 'error' || s === 'warning' ? s : 'information');

/** Where the driver made the call of a finding, undefined when there is no such place. */
export function rangeOf(s: Simulation, site: number): Range | undefined {
  return site < 0 ? undefined : s.kernel.machine.stepInfo(site)?.step.range;
}

/** A finding as the debugger's console shows it at the moment when it happens; information waits for the report. */
export function outputLine(s: Simulation, index: number): { text: string; range: Range | undefined } | undefined {
  const d = s.kernel.trace.data(index);
  if (severityOf(String(d.severity)) === 'information') return undefined;
  return { text: `finding ${d.id} (${d.severity}): ${d.text}\n`, range: rangeOf(s, Number(d.site)) };
}

interface Collecting {
  readonly id: string;
  readonly site: number;
  severity: ReportedFinding['severity'];
  message: string;
  count: number;
  path: readonly string[];
}

export function collectFindings(s: Simulation): ReportedFinding[] {
  const { trace } = s.kernel;
  const found = new Map<string, Collecting>();
  const [finding, repeat] = ['verifier.finding', 'verifier.repeat'].map((n) => trace.kindIds(n)[0]);
  for (let i = trace.begin; i < trace.cursor; i++) {
    const kind = trace.kindId(i);
    if (kind !== finding && kind !== repeat) continue;
    const d = trace.data(i);
    const key = `${d.id} ${d.site}${d.id === 'data-race' ? ` ${d.text}` : ''}`;
    const held = found.get(key);
    if (kind === repeat) {
      if (held) held.count++;
      continue;
    }
    let severity = severityOf(String(d.severity));
    let message = String(d.text);
    if (d.id === 'blocking-call') message += duration(s, i);
    if (d.id === 'synchronizes' && severity === 'information') {
      const waiter = holderThatWaits(trace, i);
      if (waiter !== undefined) {
        severity = 'warning';
        message = `${message.replace(/: harmless while no holder of it waits$/, '')}, and ${describeThread(s.kernel, waiter)} waited while it held that lock`;
      }
    }
    const path = String(d.stack) === '' ? [] : String(d.stack).split('\n');
    if (!held) found.set(key, { id: String(d.id), site: Number(d.site), severity, message, count: 1, path });
    else if (RANK[severity] > RANK[held.severity]) Object.assign(held, { severity, message, ...(path.length ? { path } : {}) });
  }
  return [...found.values()].map((f) => {
    const range = rangeOf(s, f.site);
    const p = range?.file.position(range.start);
    return {
      id: f.id,
      severity: f.severity,
      message: f.message,
      ...(range && p ? { place: { file: range.file.path, line: p.line, column: p.column } } : {}),
      ...(f.path.length ? { path: f.path } : {}),
      ...(f.count > 1 ? { count: f.count } : {}),
    };
  });
}

/** `; it waited 1.2 ms` for the wait that the event at `index` is about. */
function duration(s: Simulation, index: number): string {
  const { trace } = s.kernel;
  const thread = trace.thread(index);
  let end = index;
  do end = next(trace, { kinds: ['ke.unwait'], object: thread }, end + 1);
  while (end >= 0 && trace.value(end, 'thread') !== thread);
  return end < 0 ? '' : `; it waited ${formatTime(Math.round((trace.time(end) - trace.time(index)) * s.kernel.config.stepNs))}`;
}

/** A thread that waited while it held the lock which the thread of the finding takes next. */
function holderThatWaits(trace: Trace, index: number): number | undefined {
  const { lock, waits } = heldWhileWaiting(trace, index);
  return lock === undefined ? undefined : waits;
}
