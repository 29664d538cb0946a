// IoSetCompletionRoutineEx: a completion routine whose driver stays loaded until it has returned, because its device is referenced that long.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { IOP_UNLOAD_SAFE_COMPLETION as C, IO_STACK_LOCATION } from '../layouts.gen.js';
import { referenceObject } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { nextStack, SL_INVOKE_ON_CANCEL, SL_INVOKE_ON_ERROR, SL_INVOKE_ON_SUCCESS } from './irp.js';

const TAG = 'IoUs';

/** (DeviceObject, Irp, Routine, Context, OnSuccess, OnError, OnCancel): the device, and with it its driver, is referenced until the routine has run. */
function setCompletion(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const block = k.pool.allocate('nonpaged', C.sizeof, TAG);
  if (block === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
  referenceObject(k, f.ptr(0));
  m.setPtr(block + C.DeviceObject, f.ptr(0));
  m.setPtr(block + C.CompletionRoutine, f.ptr(2));
  m.setPtr(block + C.Context, f.ptr(3));
  const stack = nextStack(k, f.ptr(1));
  m.setPtr(stack + IO_STACK_LOCATION.CompletionRoutine, k.addressOf('IopUnloadSafeCompletion'));
  m.setPtr(stack + IO_STACK_LOCATION.Context, block);
  const control = (f.bool(4) ? SL_INVOKE_ON_SUCCESS : 0) | (f.bool(5) ? SL_INVOKE_ON_ERROR : 0) | (f.bool(6) ? SL_INVOKE_ON_CANCEL : 0);
  m.setU8(stack + IO_STACK_LOCATION.Control, control);
  return k.return(NT.SUCCESS);
}

/** IO_COMPLETION_ROUTINE. Local 0: what the driver's routine returned. */
function unloadSafe(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const block = f.ptr(2);
  if (f.pc === 0) return k.call(f, 1, m.ptr(block + C.CompletionRoutine), [f.ptr(0), f.ptr(1), m.ptr(block + C.Context)]);
  if (f.pc === 2) return k.return(f.get(0));
  f.set(0, f.result32 | 0);
  const device: Addr = m.ptr(block + C.DeviceObject);
  k.pool.free(block);
  return k.call(f, 2, 'ObDereferenceObjectDeferDelete', [device]);
}

export const routines: KernelRoutine[] = [
  { name: 'IoSetCompletionRoutineEx', cost: 15, step: setCompletion },
  { name: 'IopUnloadSafeCompletion', locals: 1, cost: 6, step: unloadSafe },
];
