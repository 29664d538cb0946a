// not-unregistered at run time: a callback that is still registered when its driver goes, at unload or after a DriverEntry that failed.
import type { Kernel } from '../kernel.js';
import { report } from './finding.js';

export function leftRegistered(k: Kernel, routine: number, driver: string, text: string, entryFailed: boolean): void {
  const fn = k.machine.functionAt(routine);
  report(k, {
    rule: 'not-unregistered',
    severity: 'error',
    text: `driver ${driver} ${entryFailed ? 'fails in DriverEntry (DriverUnload is not called then)' : 'unloads'} and ${text}: the next event calls code that is gone`,
    site: fn ? fn.stepBase : 0,
  });
}
