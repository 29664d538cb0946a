// Finds the unit that a hover is about: the unit of the source itself, one that includes the header, or the thread bodies of a scenario.
import { dirname } from '../base/files.js';
import { SourceFile } from '../base/source.js';
import { buildProcess } from '../scenario/build.js';
import type { WorkspaceDriver } from '../scenario/driver-of-file.js';
import { parseScenario } from '../scenario/parser.js';
import { driverOf } from './driver-analysis.js';
import { type HoverText, hoverAt } from './hover.js';
import type { UnitCache } from './unit-cache.js';
import type { Workspace } from './workspace.js';

/** Hover in a document. `known`: its driver, if an analysis has found it already. */
export async function documentHover(
  path: string,
  text: string,
  offset: number,
  workspace: Workspace,
  cache: UnitCache,
  known: WorkspaceDriver | undefined,
): Promise<HoverText | undefined> {
  if (/\.scenario$/i.test(path)) return scenarioHover(path, text, offset, workspace);
  const driver = known ?? (await driverOf(path, workspace))?.driver;
  if (!driver) return undefined;
  const files = workspace.snapshot();
  const sources = driver.sources.paths.includes(path) ? [path] : driver.sources.paths;
  for (const source of sources) {
    const { unit } = cache.get(driver, source, files);
    if (source === path || unit.includes.some((f) => !f.builtin && f.path === path)) return hoverAt(text, offset, unit, path);
  }
  return undefined;
}

function scenarioHover(path: string, text: string, offset: number, workspace: Workspace): HoverText | undefined {
  const { scenario } = parseScenario(new SourceFile(path, text));
  const process = scenario.processes.find((p) => p.threads.some((t) => t.bodyStart <= offset && offset <= t.bodyEnd));
  if (!process) return undefined;
  const options = { files: workspace.snapshot(), headers: workspace.host.headers };
  const { unit } = buildProcess(scenario, process, dirname(path), options, []);
  return unit && hoverAt(text, offset, unit, path);
}
