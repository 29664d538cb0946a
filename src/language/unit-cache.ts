// Compiled units, kept while every text that went into them is still the same: then editing one file of a driver compiles that file and no other. The header
// chain below them is shared by all units of the process anyway (src/c/header-world.ts).
import type { TranslationUnit } from '../c/tree.js';
import { compileDriverUnit, type DriverFolder } from '../scenario/driver-folder.js';
import type { Snapshot } from './workspace.js';

interface Entry {
  readonly unit: TranslationUnit;
  readonly texts: readonly (readonly [path: string, text: string | undefined])[];
  /** Places that were searched for an include before it was found: a file there would change what the unit means. */
  readonly absent: readonly string[];
}

/** More than any driver here has; beyond it the oldest goes. */
const MAX_UNITS = 400;

export class UnitCache {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly headers: Record<string, string>) {}

  /** The unit of a source, and whether it had to be compiled. Its ranges carry the whole normalised path. */
  get(driver: DriverFolder, path: string, files: Snapshot): { unit: TranslationUnit; compiled: boolean } {
    const key = [path, ...driver.sources.includes, JSON.stringify(driver.sources.defines)].join('\n');
    const old = this.entries.get(key);
    if (old?.texts.every(([p, t]) => files.read(p) === t) && old.absent.every((p) => files.read(p) === undefined)) {
      this.keep(key, old);
      return { unit: old.unit, compiled: false };
    }
    const missing = new Set<string>();
    const unit = compileDriverUnit(driver, path, { files, headers: this.headers, missing }, path);
    const own = unit.includes.filter((f) => !f.builtin);
    this.keep(key, { unit, texts: [[path, files.read(path)], ...own.map((f) => [f.path, f.text] as const)], absent: [...missing] });
    return { unit, compiled: true };
  }

  private keep(key: string, entry: Entry): void {
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (this.entries.size > MAX_UNITS) for (const k of [...this.entries.keys()].slice(0, 1)) this.entries.delete(k);
  }
}
