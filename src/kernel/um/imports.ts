// What scenario bodies may call: Win32 functions and helpers (`kernel32!X`), the user-mode stubs of the services (`ntdll!NtX`), and the routines that exist
// in user mode and in the kernel under one name (CRT strings, memory, Rtl strings).
import { ROUTINE_BASE } from '../../machine/abi.js';
import type { Imports } from '../../machine/image.js';
import { routineFixedSize } from '../../machine/routine.js';
import type { Kernel } from '../kernel.js';
import { routines as crtStrings } from '../rtl/crt-strings.js';
import { routines as memory } from '../rtl/memory.js';
import { routines as print } from '../rtl/print.js';
import { routines as strings } from '../rtl/unicode-string.js';

/** Routines without kernel state, callable from user mode as they are. */
const SHARED: ReadonlySet<string> = new Set([...crtStrings, ...memory, ...print, ...strings].map((r) => r.name).filter((n) => !/^v?DbgPrint/.test(n)));

export function userImports(k: Kernel): Imports {
  return {
    func(name) {
      const id = k.routineIndex.get(`kernel32!${name}`) ?? k.routineIndex.get(`ntdll!${name}`) ?? (SHARED.has(name) ? k.routineIndex.get(name) : undefined);
      return id === undefined ? undefined : { number: ROUTINE_BASE + id, fixedSize: routineFixedSize(k.routines[id].locals), address: k.routineAddress(id) };
    },
    data: () => undefined,
  };
}
