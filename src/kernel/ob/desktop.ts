// The one desktop, WinSta0\\Default: it exists so that handles to it can be opened and duplicated, which object callbacks see (reference: callbacks.md 5).
import type { KernelRoutine } from '../kernel.js';
import { OB_GLOBALS, UNICODE_STRING } from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from './callbacks.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition } from './service.js';
import { NT, ntSuccess } from './status.js';
import { captureUnicode, sameName } from './strings.js';

const services: ServiceDefinition[] = [
  {
    // Ours, in the place of win32k's: (PUNICODE_STRING Name, DesiredAccess, *Handle)
    name: 'OpenDesktop',
    args: 3,
    locals: 1,
    step(k, f) {
      if (f.pc === 0) {
        probeUser(k, f.ptr(0), UNICODE_STRING.sizeof);
        probeUser(k, f.ptr(2), 8, true);
        if (!sameName(captureUnicode(k, f.ptr(0)), 'Default')) return k.return(NT.OBJECT_NAME_NOT_FOUND);
        const desktop = k.mem.ptr(k.globals.OB + OB_GLOBALS.DefaultDesktop);
        return k.call(f, 1, 'ObpCreateHandle', [
          desktop,
          f.u32(1),
          0,
          previousMode(k),
          0,
          f.localAddress(0),
          OB_OPERATION_HANDLE_CREATE,
          0,
        ]);
      }
      const status = f.result32 | 0;
      if (ntSuccess(status)) k.mem.checked.setPtr(f.ptr(2), f.get(0));
      return k.return(status);
    },
  },
];

export const routines: KernelRoutine[] = makeServices(services);
