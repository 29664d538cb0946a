// Diagnostics of a scenario file: what its parser says, sources that are missing, and mistakes in the C of its thread bodies (their unit has the same offsets as
// the scenario, so nothing has to be mapped), and what is wrong with its stubs and models. The driver's own files are looked at elsewhere.
import type { Diagnostic as LspDiagnostic } from 'vscode-languageserver';
import type { Diagnostic } from '../base/diagnostic.js';
import { dirname } from '../base/files.js';
import { SourceFile } from '../base/source.js';
import type { TranslationUnit } from '../c/tree.js';
import { buildProcess } from '../scenario/build.js';
import { buildModels } from '../scenario/models.js';
import { parseScenario } from '../scenario/parser.js';
import { driverSources } from '../scenario/sources.js';
import { pushOnce, resolveAnswers } from '../scenario/stubs.js';
import { frontEndDiagnostic } from './diagnostics.js';
import type { UnitCache } from './unit-cache.js';
import type { Workspace } from './workspace.js';

const MAX_ROUNDS = 40;

export interface AnalysedScenario {
  readonly diagnostics: readonly LspDiagnostic[];
  /** Files whose change changes the diagnostics: sources and headers of its drivers, projects, models. */
  readonly read: ReadonlySet<string>;
}

/** Diagnostics of a scenario; undefined when `cancelled` said so at a pause, or the file is not there. */
export async function scenarioDiagnostics(
  path: string,
  workspace: Workspace,
  cache: UnitCache,
  cancelled: () => boolean,
): Promise<AnalysedScenario | undefined> {
  for (let round = 0; ; round++) {
    const files = workspace.snapshot();
    const text = files.read(path);
    if (text === undefined) return undefined;
    const folder = dirname(path);
    const { scenario, diagnostics: parsed } = parseScenario(new SourceFile(path, text));
    const all: Diagnostic[] = [...parsed];
    const options = { files, headers: workspace.host.headers };
    const answers =
      scenario.stubs.length + scenario.models.length > 0 || scenario.drivers.some((d) => d.stubs.length + d.models.length > 0);
    const drivers: Parameters<typeof resolveAnswers>[1][number][] = [];
    for (const block of scenario.drivers) {
      const { sources, diagnostics } = driverSources(block, folder, files);
      all.push(...diagnostics);
      if (!answers) continue;
      // what stubs and models mean depends on the declarations that the drivers see
      const units: TranslationUnit[] = [];
      for (const source of sources.paths) {
        units.push(cache.get({ name: block.name, folder, sources, diagnostics: [] }, source, files).unit);
        await workspace.host.turn();
        if (cancelled()) return undefined;
      }
      const models = buildModels([...block.models, ...scenario.models], sources, { ...options, folder });
      pushOnce(all, models.diagnostics);
      drivers.push({ block, units, models });
    }
    all.push(...resolveAnswers(scenario, drivers).diagnostics);
    for (const p of scenario.processes) {
      buildProcess(scenario, p, folder, options, all);
      await workspace.host.turn();
      if (cancelled()) return undefined;
    }
    if (round < MAX_ROUNDS && (await workspace.host.fetch())) continue;
    return {
      diagnostics: all.flatMap((d) => (d.range?.file.path === path ? [frontEndDiagnostic(d, d.range, workspace)] : [])),
      read: files.paths,
    };
  }
}
