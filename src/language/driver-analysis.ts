// One driver, analysed: its units compiled (from the cache where nothing changed) and the rules run over them. It pauses between units, so that typing is
// never kept waiting, and ends without an answer when somebody has typed.
import { settleAcrossUnits } from '../c/implicit-functions.js';
import type { TranslationUnit } from '../c/tree.js';
import { checkDriver, type Finding, type RuleOptions } from '../rules/check.js';
import { driverOfFile, type WorkspaceDriver } from '../scenario/driver-of-file.js';
import { type UnansweredCall, unansweredCalls } from './not-simulated.js';
import { steadyFindings } from './steady.js';
import type { UnitCache } from './unit-cache.js';
import type { Snapshot, Workspace } from './workspace.js';

export interface AnalysedDriver {
  readonly driver: WorkspaceDriver;
  readonly units: readonly TranslationUnit[];
  readonly findings: readonly Finding[];
  /** Calls that a run would stop at. */
  readonly unanswered: readonly UnansweredCall[];
  /** Files of the user that went into it: sources and headers. */
  readonly files: ReadonlySet<string>;
  /** Further files whose change changes the result: scenarios that load the driver, and their models. */
  readonly alsoRead: ReadonlySet<string>;
  /** Versions of the open documents among them. */
  readonly versions: ReadonlyMap<string, number>;
}

/** Rounds of fetching files on a host that does so: each include level needs one. */
const MAX_ROUNDS = 40;

/** The driver that a path belongs to, with its files fetched as far as finding it needs. `undefined`: there is none. */
export async function driverOf(path: string, workspace: Workspace): Promise<{ driver: WorkspaceDriver; files: Snapshot } | undefined> {
  for (let round = 0; ; round++) {
    const files = workspace.snapshot();
    const driver = driverOfFile(path, files);
    if (round >= MAX_ROUNDS || !(await workspace.host.fetch())) return driver && { driver, files };
  }
}

/** Analyses a path's driver (`before` answers its last analysis); `none` when it belongs to no driver, `cancelled` when `cancelled` said so at a pause. */
export async function analyseDriver(
  path: string,
  workspace: Workspace,
  cache: UnitCache,
  options: Partial<RuleOptions> | undefined,
  cancelled: () => boolean,
  before?: (driver: WorkspaceDriver) => AnalysedDriver | undefined,
): Promise<AnalysedDriver | 'none' | 'cancelled'> {
  for (let round = 0; ; round++) {
    const found = await driverOf(path, workspace);
    if (cancelled()) return 'cancelled';
    if (!found) return 'none';
    const { driver, files } = found;
    const versions = new Map([...workspace.openPaths].map((p) => [p, workspace.document(p)!.version]));
    const units: TranslationUnit[] = [];
    for (const source of driver.sources.paths) {
      const { unit, compiled } = cache.get(driver, source, files);
      units.push(unit);
      if (compiled) await workspace.host.turn();
      if (cancelled()) return 'cancelled';
    }
    const { calls, files: alsoRead } = unansweredCalls(driver, units, files);
    if (round < MAX_ROUNDS && (await workspace.host.fetch())) continue;
    const settled = settleAcrossUnits(units);
    const findings = options ? steadyFindings(checkDriver({ units: settled }, options), settled, before?.(driver)?.findings) : [];
    const own = new Set(units.flatMap((u) => [u.file, ...u.includes]).flatMap((f) => (f.builtin ? [] : [f.path])));
    return { driver, units: settled, findings, unanswered: calls, files: own, alsoRead: new Set(alsoRead), versions };
  }
}
