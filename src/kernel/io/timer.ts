// Device timers (IoInitializeTimer): one kernel timer and DPC for all, once a second, calls the routine of every device whose timer is started.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { IO_GLOBALS, IOP_DEVICE_EXTENSION } from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { entries, insertTail, remove } from '../rtl/list.js';
import { extensionOf } from './device.js';

const ONE_SECOND = -10_000_000n;
const PERIOD_MS = 1000;

const stop = (k: Kernel, extension: Addr): void => {
  if (k.mem.u32(extension + IOP_DEVICE_EXTENSION.TimerActive) === 0) return;
  k.mem.setU32(extension + IOP_DEVICE_EXTENSION.TimerActive, 0);
  remove(k.mem, extension + IOP_DEVICE_EXTENSION.TimerLink);
};

export const routines: KernelRoutine[] = [
  {
    // (DeviceObject, TimerRoutine, Context)
    name: 'IoInitializeTimer',
    cost: 10,
    step(k, f) {
      const extension = extensionOf(k, f.ptr(0));
      k.mem.setPtr(extension + IOP_DEVICE_EXTENSION.TimerRoutine, f.ptr(1));
      k.mem.setPtr(extension + IOP_DEVICE_EXTENSION.TimerContext, f.ptr(2));
      return k.return(NT.SUCCESS);
    },
  },
  {
    name: 'IoStartTimer',
    cost: 15,
    locals: 1,
    step(k, f) {
      const g = k.globals.IO;
      if (f.pc === 0) {
        const extension = extensionOf(k, f.ptr(0));
        if (k.mem.u32(extension + IOP_DEVICE_EXTENSION.TimerActive) !== 0) return k.returnVoid();
        k.mem.setU32(extension + IOP_DEVICE_EXTENSION.TimerActive, 1);
        insertTail(k.mem, g + IO_GLOBALS.Timers, extension + IOP_DEVICE_EXTENSION.TimerLink);
        if (entries(k.mem, g + IO_GLOBALS.Timers).length > 1) return k.returnVoid();
        return k.call(f, 1, 'KeInitializeTimer', [g + IO_GLOBALS.Timer]);
      }
      if (f.pc === 1) return k.call(f, 2, 'KeInitializeDpc', [g + IO_GLOBALS.TimerDpc, k.addressOf('IopTimerDispatch'), 0]);
      if (f.pc === 2) return k.call(f, 3, 'KeSetTimerEx', [g + IO_GLOBALS.Timer, ONE_SECOND, PERIOD_MS, g + IO_GLOBALS.TimerDpc]);
      return k.returnVoid();
    },
  },
  {
    name: 'IoStopTimer',
    cost: 15,
    step(k, f) {
      if (f.pc === 1) return k.returnVoid();
      stop(k, extensionOf(k, f.ptr(0)));
      if (entries(k.mem, k.globals.IO + IO_GLOBALS.Timers).length > 0) return k.returnVoid();
      return k.call(f, 1, 'KeCancelTimer', [k.globals.IO + IO_GLOBALS.Timer]);
    },
  },
  {
    // DPC routine: (Dpc, Context, Argument1, Argument2). Local 0: how many routines were called.
    name: 'IopTimerDispatch',
    locals: 1,
    step(k, f) {
      const all = entries(k.mem, k.globals.IO + IO_GLOBALS.Timers);
      const i = f.get(0);
      if (i >= all.length) return k.returnVoid();
      f.set(0, i + 1);
      const extension = all[i] - IOP_DEVICE_EXTENSION.TimerLink;
      return k.call(f, 1, k.mem.ptr(extension + IOP_DEVICE_EXTENSION.TimerRoutine), [
        k.mem.ptr(extension + IOP_DEVICE_EXTENSION.DeviceObject),
        k.mem.ptr(extension + IOP_DEVICE_EXTENSION.TimerContext),
      ]);
    },
  },
];
