// What a request, file object or process tells when asked: who sent it, whether it is synchronous, its priority, its origin. Paging files are not simulated, so nothing
// is one.

import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import {
  DRIVER_OBJECT,
  EPROCESS,
  FILE_OBJECT,
  IO_GLOBALS,
  IO_STACK_LOCATION,
  IRP,
  KTHREAD,
  LDR_DATA_TABLE_ENTRY,
  OBJECT_TYPE,
  OBJECT_TYPE_INITIALIZER,
  UNICODE_STRING,
} from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { ObType, typeOf } from '../ob/types.js';
import { FileFlag } from './file.js';
import { currentStack, IRP_SYNCHRONOUS_API } from './irp.js';

const IRP_PAGING_IO = 2;
const IRP_SYNCHRONOUS_PAGING_IO = 0x40;
/** IRP.Flags: IO_PRIORITY_HINT + 1. */
const PRIORITY_SHIFT = 17;
const PRIORITY_MASK = 0xe0000;
const MAX_PRIORITY_TYPES = 5;
const IO_PRIORITY_NORMAL = 2;

const requestor = (k: Kernel, irp: Addr): Addr => {
  const thread = k.mem.checked.ptr(irp + IRP.Tail_Overlay_Thread);
  return thread === 0 ? 0 : k.mem.ptr(thread + KTHREAD.Process);
};
const vpbLock = (k: Kernel): Addr => k.globals.IO + IO_GLOBALS.VpbLock;
const constant = (name: string, value: number): KernelRoutine => ({ name, cost: 4, step: (k) => k.return(value) });

export const routines: KernelRoutine[] = [
  {
    name: 'IoGetRequestorProcessId',
    cost: 4,
    step: (k, f) => k.return(requestor(k, f.ptr(0)) === 0 ? 0 : k.mem.ptr(requestor(k, f.ptr(0)) + EPROCESS.UniqueProcessId)),
  },
  {
    // (Irp, PULONG SessionId)
    name: 'IoGetRequestorSessionId',
    cost: 5,
    step(k, f) {
      const process = requestor(k, f.ptr(0));
      k.mem.checked.setU32(f.ptr(1), process === 0 ? 0xffffffff : k.mem.u32(process + EPROCESS.SessionId));
      return k.return(process === 0 ? NT.UNSUCCESSFUL : NT.SUCCESS);
    },
  },
  {
    name: 'IoGetFileObjectGenericMapping',
    cost: 3,
    step: (k) => k.return(typeOf(k, ObType.File) + OBJECT_TYPE.TypeInfo + OBJECT_TYPE_INITIALIZER.GenericMapping),
  },
  {
    // (Irp): a synchronous file object or paging I/O that somebody waits for
    name: 'IoIsOperationSynchronous',
    cost: 4,
    step(k, f) {
      const flags = k.mem.checked.u32(f.ptr(0) + IRP.Flags);
      const file = k.mem.ptr(currentStack(k, f.ptr(0)) + IO_STACK_LOCATION.FileObject);
      const synchronous = file !== 0 && (k.mem.u32(file + FILE_OBJECT.Flags) & FileFlag.Synchronous) !== 0;
      const paging = (flags & IRP_PAGING_IO) !== 0;
      return k.return(paging ? (flags & IRP_SYNCHRONOUS_PAGING_IO ? 1 : 0) : synchronous || flags & IRP_SYNCHRONOUS_API ? 1 : 0);
    },
  },
  {
    // (Irp, IO_PRIORITY_HINT)
    name: 'IoSetIoPriorityHint',
    cost: 4,
    step(k, f) {
      if (f.u32(1) >= MAX_PRIORITY_TYPES) return k.return(NT.INVALID_PARAMETER);
      const at = f.ptr(0) + IRP.Flags;
      k.mem.checked.setU32(at, (k.mem.checked.u32(at) & ~PRIORITY_MASK) | ((f.u32(1) + 1) << PRIORITY_SHIFT));
      return k.return(NT.SUCCESS);
    },
  },
  {
    name: 'IoGetIoPriorityHint',
    cost: 4,
    step(k, f) {
      const hint = (k.mem.checked.u32(f.ptr(0) + IRP.Flags) & PRIORITY_MASK) >>> PRIORITY_SHIFT;
      return k.return(hint === 0 ? IO_PRIORITY_NORMAL : hint - 1);
    },
  },
  {
    // (Irp): IoPagingPriorityInvalid 0 for what is no paging I/O, else IoPagingPriorityNormal 1
    name: 'IoGetPagingIoPriority',
    cost: 4,
    step: (k, f) => k.return(k.mem.checked.u32(f.ptr(0) + IRP.Flags) & IRP_PAGING_IO ? 1 : 0),
  },
  constant('IoIsFileOriginRemote', 0),
  constant('IoIsFileObjectIgnoringSharing', 0),
  // No transactions and no debuggers are simulated: nothing is bound to one, nobody is debugged.
  { name: 'CmGetBoundTransaction', cost: 4, step: (k) => k.return(0) },
  { name: 'IoGetTransactionParameterBlock', cost: 4, step: (k) => k.return(0) },
  { name: 'PsIsProcessBeingDebugged', cost: 4, step: (k, f) => k.return(k.mem.checked.ptr(f.ptr(0) + EPROCESS.DebugPort) !== 0 ? 1 : 0) },
  { name: 'IoGetInitialStack', cost: 3, step: (k) => k.return(k.mem.ptr(k.currentThread() + KTHREAD.InitialStack)) },
  {
    // (PKIRQL): one lock for all VPBs
    name: 'IoAcquireVpbSpinLock',
    cost: 2,
    step(k, f) {
      if (f.pc === 0) return k.call(f, 1, 'KeAcquireSpinLockRaiseToDpc', [vpbLock(k)]);
      k.mem.checked.setU8(f.ptr(0), f.result32);
      return k.returnVoid();
    },
  },
  {
    name: 'IoReleaseVpbSpinLock',
    cost: 2,
    step: (k, f) => (f.pc === 0 ? k.call(f, 1, 'KeReleaseSpinLock', [vpbLock(k), f.u8(0)]) : k.returnVoid()),
  },
  {
    // (DriverObject, FullPath): the caller frees the buffer
    name: 'IoQueryFullDriverPath',
    cost: 20,
    step(k, f) {
      const module = k.mem.checked.ptr(f.ptr(0) + DRIVER_OBJECT.DriverSection);
      if (module === 0) return k.return(NT.OBJECT_NAME_NOT_FOUND);
      const name = readUnicode(k, module + LDR_DATA_TABLE_ENTRY.FullDllName);
      const buffer = k.pool.allocate('paged', name.length * 2 + 2, 'IoDp');
      if (buffer === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
      k.mem.writeUtf16(buffer, name, true);
      k.mem.checked.setU16(f.ptr(1) + UNICODE_STRING.Length, name.length * 2);
      k.mem.checked.setU16(f.ptr(1) + UNICODE_STRING.MaximumLength, name.length * 2 + 2);
      k.mem.checked.setPtr(f.ptr(1) + UNICODE_STRING.Buffer, buffer);
      return k.return(NT.SUCCESS);
    },
  },
];
