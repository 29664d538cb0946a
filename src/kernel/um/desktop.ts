// OpenDesktopW and CloseDesktop: the part of user32 that makes handles to the one desktop.
import type { KernelRoutine } from '../kernel.js';
import { PATH_SLOTS, putString, valueOr, wideArg, win32 } from './win32.js';

export const routines: KernelRoutine[] = [
  win32({
    // (Name, Flags, Inherit, DesiredAccess)
    name: 'OpenDesktopW',
    locals: 3 + PATH_SLOTS,
    service: 'NtOpenDesktop',
    args(k, f) {
      return [putString(k, f, 1, 3, wideArg(k, f.ptr(0))), f.u32(3), f.localAddress(0)];
    },
    result: (k, f, status) => valueOr(k, status, f.get(0), 0),
  }),
  win32({ name: 'CloseDesktop', service: 'NtClose', args: (_k, f) => [f.ptr(0)] }),
];
