// What scenario bodies may call: Win32 and C runtime routines by their names, Nt and Zw services through their user-mode stubs (`ntdll!NtX`). Kernel routines
// are not visible to user mode: a body that names one is told so when it is compiled.
import { ROUTINE_BASE } from '../../machine/abi.js';
import type { Imports } from '../../machine/image.js';
import { routineFixedSize } from '../../machine/routine.js';
import { looksExported } from '../imports.js';
import type { Kernel } from '../kernel.js';

const KERNEL_ONLY = /^(Ke|Ki|Kf|Kd|Ex|Exp|Ps|Psp|Ob|Obp|Io|Iop|Mm|Mi|Se|Sep|Cm|Cmp|Zw|Nt|Hal|Po|FsRtl|Flt)[A-Z]|^(Obf|Iof|Interlocked)/;

/** Import resolution for user images. */
export function userImports(k: Kernel): Imports {
  return {
    func(name) {
      const id = k.routineIndex.get(`ntdll!${name}`) ?? (KERNEL_ONLY.test(name) ? undefined : k.routineIndex.get(name));
      if (id === undefined) return undefined;
      return { number: ROUTINE_BASE + id, fixedSize: routineFixedSize(k.routines[id].locals), address: k.routineAddress(id) };
    },
    data: () => undefined,
    exported: looksExported,
  };
}
