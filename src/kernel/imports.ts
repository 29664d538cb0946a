// What compiled images may call and name: kernel routines, functions of images compiled before, exported variables. Also the place where the IRQL rules
// that the headers declare become run-time limits, because here the declaration and the routine meet.

import type { FunctionSymbol, SalAnnotation } from '../c/tree.js';
import { ROUTINE_BASE } from '../machine/abi.js';
import type { CompiledImage, Imports } from '../machine/image.js';
import { routineFixedSize } from '../machine/routine.js';
import type { Kernel } from './kernel.js';

export interface IrqlLimit {
  readonly min: number;
  readonly max: number;
}

const LEVELS: Record<string, number> = {
  PASSIVE_LEVEL: 0,
  LOW_LEVEL: 0,
  APC_LEVEL: 1,
  DISPATCH_LEVEL: 2,
  DPC_LEVEL: 2,
  CMCI_LEVEL: 5,
  SYNCH_LEVEL: 12,
  CLOCK_LEVEL: 13,
  IPI_LEVEL: 14,
  DRS_LEVEL: 14,
  POWER_LEVEL: 14,
  PROFILE_LEVEL: 15,
  HIGH_LEVEL: 15,
};

/** `DISPATCH_LEVEL`, `IPI_LEVEL-1`, `2`, also in parentheses. Undefined: not understood, no check. */
export function irqlOf(text: string): number | undefined {
  const t = text.replace(/[()\s]/g, '');
  const m = /^([A-Za-z_]+|\d+)(?:-(\d+))?$/.exec(t);
  if (!m) return undefined;
  const base = LEVELS[m[1]] ?? (/^\d+$/.test(m[1]) ? Number(m[1]) : undefined);
  return base === undefined ? undefined : base - Number(m[2] ?? 0);
}

/** Limits that the annotations of a declaration give; conditional ones (`_When_`) are the routine's own business. */
export function irqlLimit(sal: readonly SalAnnotation[]): IrqlLimit | undefined {
  let min = 0;
  let max = 15;
  for (const a of sal) {
    const level = a.args.length ? irqlOf(a.args[0]) : undefined;
    if (level === undefined) continue;
    if (a.name === '_IRQL_requires_max_') max = Math.min(max, level);
    else if (a.name === '_IRQL_requires_min_') min = Math.max(min, level);
    else if (a.name === '_IRQL_requires_') {
      min = Math.max(min, level);
      max = Math.min(max, level);
    }
  }
  return min === 0 && max === 15 ? undefined : { min, max };
}

/** Routines whose step judges the IRQL itself, with the bug check that Windows has for it. */
const OWN_CHECK =
  /^(KeWaitFor|KeDelayExecution|KeAcquire|KeRelease|Kf|KeRaiseIrql|KeLowerIrql|Ex(Acquire|Release|TryTo|Allocate|Free)|KeEnter|KeLeave|KeBugCheck|KeGetCurrent|KeSetEvent)/;

function setLimit(k: Kernel, name: string, symbol: FunctionSymbol): void {
  const limit = OWN_CHECK.test(name) ? undefined : irqlLimit(symbol.sal);
  if (limit) k.irqlLimits.set(name, limit);
}

/** IRQL limits for images that were compiled earlier (against another kernel object): what `kernelImports` does while it resolves. */
export function registerIrqlLimits(k: Kernel, images: readonly CompiledImage[]): void {
  for (const image of images) {
    for (const unit of image.units) {
      for (const s of unit.scope.names.values())
        if (s.kind === 'function' && s.builtin && k.routineIndex.has(s.name)) setLimit(k, s.name, s);
    }
  }
}

/** Import resolution for images that run on this kernel. `others`: images compiled before, whose functions may be called by name. */
export function kernelImports(k: Kernel, others: readonly CompiledImage[] = []): Imports {
  const functions = new Map(others.flatMap((i) => i.functions.filter((f) => f.parent === undefined).map((f) => [f.name, f] as const)));
  return {
    func(name: string, symbol: FunctionSymbol) {
      const id = k.routineIndex.get(name);
      if (id !== undefined) {
        setLimit(k, name, symbol);
        return { number: ROUTINE_BASE + id, fixedSize: routineFixedSize(k.routines[id].locals), address: k.routineAddress(id) };
      }
      const f = functions.get(name);
      return f && { number: f.number, fixedSize: f.fixedSize, address: k.codeAddress(f.codeOffset) };
    },
    data: (name) => k.dataExports.get(name),
  };
}
