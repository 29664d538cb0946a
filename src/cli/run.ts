// `interlock run`: builds a scenario, runs it to its end, tells the story or prints the report as JSON.
import { formatDiagnostic } from '../base/diagnostic.js';
import { normalizePath } from '../base/files.js';
import { buildScenario } from '../scenario/build.js';
import { Simulation } from '../scenario/simulation.js';
import { tellStory } from '../scenario/story.js';
import { wdkHeaders } from '../wdk/headers.gen.js';
import { DiskFiles } from './disk-files.js';

/** Steps between two looks at the clock of the host (only to answer Ctrl+C in time). */
const PIECE = 5_000_000;

export function runCommand(path: string, options: Readonly<Record<string, number | string | boolean | undefined>>): number {
  const build = buildScenario(normalizePath(path), {
    files: new DiskFiles(),
    headers: wdkHeaders,
    ...(typeof options.cpus === 'number' ? { cpus: options.cpus } : {}),
    ...(typeof options.seed === 'number' ? { seed: options.seed } : {}),
  });
  const errors = build.diagnostics.filter((d) => d.severity === 'error');
  for (const d of build.diagnostics) if (d.severity !== 'hint') process.stderr.write(`${formatDiagnostic(d)}\n`);
  if (errors.length) {
    if (options.json) process.stdout.write(`${JSON.stringify({ verdict: 'bad-input', errors: errors.map(formatDiagnostic) }, null, 2)}\n`);
    process.stderr.write(`interlock: ${errors.length} error${errors.length === 1 ? '' : 's'}; nothing was run\n`);
    return 2;
  }
  const simulation = new Simulation(build, { debug: false });
  while (simulation.advance(PIECE, false).kind !== 'ended');
  const report = simulation.report();
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : tellStory(report));
  return simulation.exitCode();
}
