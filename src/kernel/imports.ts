// What compiled images may call and name: kernel routines, functions of images compiled before, exported variables. Also the place where the IRQL rules
// that the headers declare become run-time limits, because here the declaration and the routine meet.

import type { FunctionSymbol } from '../c/tree.js';
import { ROUTINE_BASE } from '../machine/abi.js';
import type { CompiledImage, Imports } from '../machine/image.js';
import { routineFixedSize } from '../machine/routine.js';
import { irqlLimit } from './irql-limit.js';
import type { Kernel } from './kernel.js';

/** Callable at any IRQL since Server 2003 SP1, whatever their annotation says (reference: scheduler.md §16). */
const ANY_IRQL = /^Io(GetStackLimits|GetRemainingStackSize)$/;

/**
 * Routines whose step judges the IRQL itself, with the bug check that Windows has for it. Not their neighbours: rundown protection, guarded regions, timers and
 * the release of resources have nothing but the header's limit.
 */
const OWN_CHECK =
  /^(KeWaitFor|KeDelayExecution|Kef?(Acquire|Release|Try)\w*(SpinLock|GuardedMutex)|Kf|KeRaiseIrql|KeLowerIrql|Ex(Acquire|Release|Try|Enter)\w*(FastMutex|PushLock|SpinLock)|Ex(Acquire|TryToAcquire|Enter)\w*(Resource|Shared)|Ex(Allocate|Free)Pool|Ke(Enter|Leave)CriticalRegion|KeBugCheck|KeSetEvent|Ke(Stack)?AttachProcess)/;

/** How the routines that the kernel, the HAL, the filter manager and the other drivers of Windows export begin. */
const EXPORT =
  /^(?:Zw|Nt|Ke|Ki|Kd|Ex|Mm|Mi|Io|Iof|Ps|Ob|Se|Sep|Cm|Cc|Ci|Po|Pf|Hal|HAL|Rtl|Etw|Em|Fs|FsRtl|Flt|Lpc|Alpc|Vf|Wmi|Tm|Dbg|Inbv|Hvl|Hvi|Whea|Bg|Sk|Ndis|Tdi|BCrypt|Aux|Csr|Ldr|Pcw|Clfs)[A-Z0-9]/;

/** The name is that of an export of Windows by its form. No list of them is complete: drivers declare what no header has. */
export const looksExported = (name: string): boolean => EXPORT.test(name);

function setLimit(k: Kernel, id: number, name: string, symbol: FunctionSymbol): void {
  const limit = OWN_CHECK.test(name) || ANY_IRQL.test(name) ? undefined : irqlLimit(symbol.sal);
  if (limit) k.irqlLimits[id] = limit;
}

/** IRQL limits for images that were compiled earlier (against another kernel object): what `kernelImports` does while it resolves. */
export function registerIrqlLimits(k: Kernel, images: readonly CompiledImage[]): void {
  for (const image of images) {
    for (const unit of image.units) {
      for (const s of unit.scope.names.values()) {
        const id = s.kind === 'function' && s.builtin ? k.routineIndex.get(s.name) : undefined;
        if (id !== undefined && s.kind === 'function') setLimit(k, id, s.name, s);
      }
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
        setLimit(k, id, name, symbol);
        return { number: ROUTINE_BASE + id, fixedSize: routineFixedSize(k.routines[id].locals), address: k.routineAddress(id) };
      }
      const f = functions.get(name);
      return f && { number: f.number, fixedSize: f.fixedSize, address: k.codeAddress(f.codeOffset) };
    },
    data: (name) => k.dataExports.get(name),
    exported: looksExported,
  };
}
