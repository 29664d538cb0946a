// Which driver each open document belongs to, and the last analysis of each driver. A driver is kept as long as one of its documents is open.
import type { AnalysedDriver } from './driver-analysis.js';

export class DriverResults {
  private readonly keys = new Map<string, string>();
  private readonly results = new Map<string, AnalysedDriver>();

  /** `dropped` is told of drivers that no open document belongs to any more. */
  constructor(private readonly dropped: (key: string) => void) {}

  /** The last analysis of the driver that an open document belongs to. */
  of(path: string): AnalysedDriver | undefined {
    const key = this.keys.get(path);
    return key === undefined ? undefined : this.results.get(key);
  }

  /** The last analysis of a driver. */
  byKey(key: string): AnalysedDriver | undefined {
    return this.results.get(key);
  }

  /** A document was analysed with its driver, or belongs to none. */
  assign(path: string, result: AnalysedDriver | undefined): void {
    const before = this.keys.get(path);
    if (result) {
      this.keys.set(path, result.driver.key);
      this.results.set(result.driver.key, result);
    } else this.keys.delete(path);
    if (before !== undefined && before !== result?.driver.key && this.members(before).length === 0) {
      this.results.delete(before);
      this.dropped(before);
    }
  }

  /** Open documents of a driver. */
  members(key: string): string[] {
    return [...this.keys].filter(([, k]) => k === key).map(([path]) => path);
  }

  /** One open document of each driver whose last analysis read this file. */
  readersOf(path: string): string[] {
    return [...this.results.values()]
      .filter((r) => r.files.has(path) || r.alsoRead.has(path))
      .flatMap((r) => this.members(r.driver.key).slice(0, 1));
  }
}
