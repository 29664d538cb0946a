// The units of the drivers that are being edited, kept while nothing that went into them has changed: then editing one file compiles that file and no other.
import type { TranslationUnit } from '../c/tree.js';
import { UnitStore } from '../c/unit-store.js';
import { type DriverFolder, driverUnitOptions } from '../scenario/driver-folder.js';
import type { Snapshot } from './workspace.js';

export class UnitCache {
  private readonly units = new UnitStore();

  constructor(private readonly headers: Record<string, string>) {}

  /** The unit of a source, and whether it had to be compiled. Its ranges carry the whole normalised path. */
  get(driver: DriverFolder, path: string, files: Snapshot): { unit: TranslationUnit; compiled: boolean } {
    return this.units.get(path, driverUnitOptions(driver, path, { files, headers: this.headers }), path);
  }
}
