// Diagnostics of a scenario file: what its parser says, sources that are missing, and mistakes in the C of its thread bodies (their unit has the same offsets as
// the scenario, so nothing has to be mapped). The driver's own files are looked at elsewhere.
import type { Diagnostic as LspDiagnostic } from 'vscode-languageserver';
import type { Diagnostic } from '../base/diagnostic.js';
import { dirname } from '../base/files.js';
import { SourceFile } from '../base/source.js';
import { buildProcess } from '../scenario/build.js';
import { parseScenario } from '../scenario/parser.js';
import { driverSources } from '../scenario/sources.js';
import { frontEndDiagnostic } from './diagnostics.js';
import type { Workspace } from './workspace.js';

const MAX_ROUNDS = 40;

/** Diagnostics of a scenario; undefined when `cancelled` said so at a pause, or the file is not there. */
export async function scenarioDiagnostics(
  path: string,
  workspace: Workspace,
  cancelled: () => boolean,
): Promise<LspDiagnostic[] | undefined> {
  for (let round = 0; ; round++) {
    const files = workspace.snapshot();
    const text = files.read(path);
    if (text === undefined) return undefined;
    const folder = dirname(path);
    const { scenario, diagnostics: parsed } = parseScenario(new SourceFile(path, text));
    const all: Diagnostic[] = [...parsed];
    for (const d of scenario.drivers) all.push(...driverSources(d, folder, files, new Set()).diagnostics);
    const options = { files, headers: workspace.host.headers };
    for (const p of scenario.processes) {
      buildProcess(scenario, p, folder, options, all, new Set());
      await workspace.host.turn();
      if (cancelled()) return undefined;
    }
    if (round < MAX_ROUNDS && (await workspace.host.fetch())) continue;
    return all.flatMap((d) => (d.range?.file.path === path ? [frontEndDiagnostic(d, d.range, workspace)] : []));
  }
}
