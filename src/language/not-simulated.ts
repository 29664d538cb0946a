// Calls of routines that a run would stop at, because they are declared and neither simulated nor answered for by a scenario that loads the driver: told at the call,
// with the stub that would answer as a quick fix. What a scenario answers is read from its text; models are searched for the name, not compiled.
import { dirname, type FileProvider, joinPath } from '../base/files.js';
import type { Range } from '../base/source.js';
import type { TranslationUnit } from '../c/tree.js';
import type { Scenario } from '../scenario/ast.js';
import { adviceFor, statementPlace } from '../scenario/ddi-advice.js';
import { headerDefinitions, isSimulated, usedFunctions } from '../scenario/ddi-use.js';
import { scenariosOf, type WorkspaceDriver } from '../scenario/driver-of-file.js';
import { sourcesAt } from '../scenario/sources.js';

export interface UnansweredCall {
  readonly name: string;
  /** Each call, in the user's text. */
  readonly places: readonly Range[];
  /** What a diagnostic says. */
  readonly message: string;
  /** Statement that a scenario can answer with, and the scenarios that load the driver. */
  readonly stub?: { readonly statement: string; readonly scenarios: readonly StubPlace[] };
}

export interface StubPlace {
  /** The scenario's file; its text is the one that the offset belongs to. */
  readonly path: string;
  readonly scenario: Scenario;
  readonly offset: number;
}

export interface Unanswered {
  readonly calls: readonly UnansweredCall[];
  /** Scenarios and models that the answer depends on. */
  readonly files: readonly string[];
}

export function unansweredCalls(driver: WorkspaceDriver, units: readonly TranslationUnit[], files: FileProvider): Unanswered {
  const inline = headerDefinitions(units);
  const missing = [...usedFunctions(units).values()].filter((u) => !isSimulated(u.name) && !inline.has(u.name));
  const scenarios = scenariosOf(driver, files);
  const read = scenarios.map((s) => s.path);
  if (!missing.length) return { calls: [], files: read };
  const answered = new Set<string>();
  let models = '';
  for (const { path, scenario, blocks } of scenarios) {
    for (const stub of [...scenario.stubs, ...blocks.flatMap((b) => b.stubs)]) answered.add(stub.name.value);
    for (const m of [...scenario.models, ...blocks.flatMap((b) => b.models)])
      for (const pattern of m.files)
        for (const file of sourcesAt(joinPath(dirname(path), pattern.value), files)) {
          read.push(file);
          models += `${files.read(file) ?? ''}\n`;
        }
  }
  const places = scenarios.map(({ path, scenario }) => ({ path, scenario, offset: statementPlace(scenario) }));
  const calls = missing
    .filter((u) => !answered.has(u.name) && !new RegExp(`\\b${u.name}\\s*\\(`).test(models))
    .map((u): UnansweredCall => {
      const { stub, subsystem } = adviceFor(u.symbol);
      const what = u.symbol.builtin ? `'${u.name}' is declared but not simulated` : `'${u.name}' is declared here and defined nowhere`;
      return {
        name: u.name,
        places: u.places.filter((p) => !p.file.builtin),
        message: `${what}${subsystem ? ` (${subsystem})` : ''}: a run stops at this call unless the scenario has ${stub === undefined ? 'a model for it' : `a stub or a model for it: ${stub}`}`,
        ...(stub === undefined ? {} : { stub: { statement: stub, scenarios: places } }),
      };
    });
  return { calls, files: read };
}
