// What scenario bodies may call: Win32 and C runtime routines by their names, Nt and Zw services through their user-mode stubs (`ntdll!NtX`). Kernel routines
// are not visible to user mode: a body that names one is told so when it is compiled.
import { ROUTINE_BASE } from '../../machine/abi.js';
import type { Imports } from '../../machine/image.js';
import { routineFixedSize } from '../../machine/routine.js';
import { looksExported } from '../imports.js';
import type { Kernel } from '../kernel.js';

const KERNEL_ONLY = /^(Ke|Ki|Kf|Kd|Ex|Exp|Ps|Psp|Ob|Obp|Io|Iop|Mm|Mi|Se|Sep|Cm|Cmp|Zw|Nt|Hal|Po|FsRtl|Flt)[A-Z]|^(Obf|Iof|Interlocked)/;

/** What bodies of `subsystem wsl` have besides their own routines: memory and string functions of the C library. */
const C_LIBRARY = /^(mem|str|_?v?s?n?printf$|v?snprintf$|sprintf$|ato[il]|is[a-z]+$|to(lower|upper)$|abs$|labs$|qsort$|bsearch$)/;

/** Import resolution for user images. */
export function userImports(k: Kernel, subsystem: 'win32' | 'wsl' = 'win32'): Imports {
  const win32 = (name: string): number | undefined =>
    k.routineIndex.get(`ntdll!${name}`) ?? (KERNEL_ONLY.test(name) ? undefined : k.routineIndex.get(name));
  const linux = (name: string): number | undefined =>
    k.routineIndex.get(`lx!${name}`) ?? (C_LIBRARY.test(name) ? k.routineIndex.get(name) : undefined);
  return {
    func(name) {
      const id = subsystem === 'wsl' ? linux(name) : win32(name);
      if (id === undefined) return undefined;
      return { number: ROUTINE_BASE + id, fixedSize: routineFixedSize(k.routines[id].locals), address: k.routineAddress(id) };
    },
    data: () => undefined,
    exported: looksExported,
  };
}
