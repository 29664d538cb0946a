// not-unregistered at run time: a callback that is still registered when its driver goes, at unload or after a DriverEntry that failed.
import type { Kernel } from '../kernel.js';
import { report, siteOfFunction } from './finding.js';

export function leftRegistered(k: Kernel, routine: number, driver: string, text: string, entryFailed: boolean): void {
  report(k, {
    rule: 'not-unregistered',
    severity: 'error',
    text: `driver ${driver} ${entryFailed ? 'fails in DriverEntry (DriverUnload is not called then)' : 'unloads'} and ${text}: the next event calls code that is gone`,
    site: siteOfFunction(k, routine),
  });
}
