// OpenDesktopW and CloseDesktop: the part of user32 that makes handles to the one desktop.
import type { KernelRoutine } from '../kernel.js';
import { UNICODE_STRING } from '../layouts.gen.js';
import { PATH_SLOTS, putPath, valueOr, wideArg, win32 } from './win32.js';

export const routines: KernelRoutine[] = [
  win32({
    // (Name, Flags, Inherit, DesiredAccess)
    name: 'OpenDesktopW',
    locals: 3 + PATH_SLOTS,
    service: 'NtOpenDesktop',
    args(k, f) {
      const path = putPath(k, f, 3, wideArg(k, f.ptr(0)));
      const us = f.localAddress(1);
      k.mem.setU16(us + UNICODE_STRING.Length, path.bytes);
      k.mem.setU16(us + UNICODE_STRING.MaximumLength, path.bytes + 2);
      k.mem.setPtr(us + UNICODE_STRING.Buffer, path.address);
      return [us, f.u32(3), f.localAddress(0)];
    },
    result: (k, f, status) => valueOr(k, status, f.get(0), 0),
  }),
  win32({ name: 'CloseDesktop', service: 'NtClose', args: (_k, f) => [f.ptr(0)] }),
];
