// The report as a story for people: what was loaded, what the callbacks saw, what was printed, how it ended, and what the run does not show.
import type { ReportedBugCheck, RunReport } from './report.js';

export function formatTime(ns: number): string {
  return ns >= 1e9 ? `${(ns / 1e9).toFixed(3)} s` : ns >= 1e6 ? `${(ns / 1e6).toFixed(3)} ms` : `${(ns / 1e3).toFixed(1)} us`;
}

const VERDICT: Record<RunReport['verdict'], string> = {
  held: 'HELD: every expectation holds',
  failed: 'FAILED: not every expectation holds',
  bugcheck: 'BUG CHECK',
  limit: 'LIMIT: the run did not end by itself',
  'not-simulated': 'NOT SIMULATED: the run met something that Interlock does not simulate yet',
};

export function tellBugCheck(b: ReportedBugCheck): string {
  const lines = [
    `*** STOP: ${b.codeText} (${b.parameters.join(', ')})`,
    `*** ${b.name}${b.place ? ` at ${b.place.file}:${b.place.line}:${b.place.column}` : ''}`,
  ];
  if (b.explanation) lines.push(`    ${b.explanation}`);
  lines.push(`    CPU ${b.cpu}, thread ${b.thread}`);
  for (const f of b.stack) lines.push(`      ${f}`);
  return lines.join('\n');
}

/** `brief`: only the end (the debugger has shown the rest already). */
export function tellStory(r: RunReport, options: { brief?: boolean } = {}): string {
  const out: string[] = [];
  if (!options.brief) {
    out.push(`scenario ${r.scenario}: ${r.cpus} CPU${r.cpus === 1 ? '' : 's'}, seed ${r.seed}, Windows ${r.windows}`);
    for (const d of r.drivers)
      out.push(
        `driver ${d.name}${d.configuration === undefined ? '' : ` (${d.configuration})`}: ${d.status}${d.unloaded ? ', unloaded' : ''}`,
      );
    for (const p of r.processes)
      out.push(`process ${p.id} ${p.image} (parent ${p.parent})${p.exitStatus === null ? '' : `, ended with ${p.exitStatus}`}`);
    if (r.output.length) out.push('output:');
    for (const o of r.output)
      out.push(`  ${formatTime(o.timeNs).padStart(12)} cpu ${o.cpu} ${o.source === 'driver' ? '|' : '>'} ${o.text.replace(/\n$/, '')}`);
    if (r.callbacks.length) out.push('callbacks:');
    for (const c of r.callbacks)
      out.push(`  ${c.function} (${c.kind}): ${c.calls} call${c.calls === 1 ? '' : 's'}, longest ${formatTime(c.longestNs)}`);
  }
  for (const e of r.expectations) out.push(`${e.held ? 'ok  ' : 'FAIL'} ${e.text}${e.reason ? `: ${e.reason}` : ''}`);
  for (const f of r.findings) {
    const times = f.count === undefined ? '' : `, ${f.count} times`;
    const severity = f.severity === 'information' ? ' (information)' : '';
    const place = f.id === 'not-simulated' ? undefined : f.place; // its message names the place
    out.push(`finding ${f.id}${severity}: ${f.message}${place ? ` (${place.file}:${place.line}:${place.column}${times})` : ''}`);
  }
  if (r.notSimulated && !options.brief) out.push(...r.notSimulated.text.split('\n').slice(1));
  if (r.bugcheck && !options.brief) out.push(tellBugCheck(r.bugcheck));
  out.push(
    `${VERDICT[r.verdict]}; ${formatTime(r.virtualTime)} of virtual time, ${r.statements} steps, ${r.events} events, trace ${r.traceHash}`,
  );
  const n = r.notShown;
  const not = [
    n.stubs.length ? `stubs: ${n.stubs.join(', ')}` : 'no stubs',
    ...(n.models.length ? [`models: ${n.models.join(', ')}`] : []),
    n.unconfirmed.length ? `unconfirmed choices: ${n.unconfirmed.join('; ')}` : 'no unconfirmed choices touched',
    n.checksOff.length ? `checks off: ${n.checksOff.join(', ')}` : 'no check off',
    `orders tried: ${n.ordersTried}`,
  ];
  out.push(`not shown by this run: ${not.join('; ')}`);
  return `${out.join('\n')}\n`;
}
