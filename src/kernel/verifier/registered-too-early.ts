// registered-too-early at run time: the callback runs and what it uses is not there yet: an object that was never initialised, or a pointer that is
// still NULL while DriverEntry has not returned.
import type { Addr } from '../../machine/abi.js';
import { DriverState } from '../io/driver-state.js';
import { imageContaining } from '../io/module.js';
import type { Kernel } from '../kernel.js';
import { IO_GLOBALS, IOP_DRIVER, VF_INVOCATION } from '../layouts.gen.js';
import { entries } from '../rtl/list.js';
import { callbackName, report } from './finding.js';
import { currentInvocation, kindWord } from './invocation.js';

/** Has DriverEntry of the driver with this callback not returned yet? */
export function entryRuns(k: Kernel, invocation: Addr): boolean {
  const module = imageContaining(k, k.mem.ptr(invocation + VF_INVOCATION.Routine));
  if (module === 0) return false;
  return entries(k.mem, k.globals.IO + IO_GLOBALS.Drivers).some(
    (e) =>
      k.mem.ptr(e - IOP_DRIVER.Link + IOP_DRIVER.Module) === module &&
      k.mem.u32(e - IOP_DRIVER.Link + IOP_DRIVER.State) === DriverState.Loading,
  );
}

/** A wait or lock call meets an object that nobody initialised; the bug check follows. */
export function uninitialised(k: Kernel, what: string): void {
  const invocation = currentInvocation(k);
  if (invocation !== 0) tooEarly(k, invocation, `uses ${what} that is not initialised`);
}

export function tooEarly(k: Kernel, invocation: Addr, what: string, frame?: number): void {
  const when = entryRuns(k, invocation) ? 'before DriverEntry has returned' : 'although it is registered already';
  report(k, {
    rule: 'registered-too-early',
    severity: 'error',
    text: `${callbackName(k, invocation)} ${what} in ${kindWord(k, invocation)} callback, ${when}: initialise what a callback uses before it is registered`,
    invocation,
    ...(frame === undefined ? {} : { frame }),
  });
}
