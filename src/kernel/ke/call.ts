// Calls from routines to anything: driver functions by address, kernel routines and kernel C functions by name.
import { type Addr, ROUTINE_BASE, type Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel } from '../kernel.js';

/** Global function number of a kernel routine or kernel C function. A wrong name is a mistake of ours, not of a driver: it throws. */
export function functionNumber(k: Kernel, name: string): number {
  const id = k.routineIndex.get(name);
  if (id !== undefined) return ROUTINE_BASE + id;
  const f = k.machine.images.functionNamed(name);
  if (!f) throw new Error(`kernel function ${name} does not exist`);
  return f.number;
}

export function callTarget(k: Kernel, f: Frame, nextPc: number, target: Addr | string, args: readonly (number | bigint)[]): Status {
  f.pc = nextPc;
  return typeof target === 'string' ? k.machine.callNumber(functionNumber(k, target), args) : k.machine.call(target, args);
}
