// NtCreateFile/NtOpenFile on devices: name to device, file object, IRP_MJ_CREATE, handle; closing the other way round (IRP_MJ_CLEANUP at the last handle,
// IRP_MJ_CLOSE at the last reference). Files of the disk go the same way: the device of the volume has dispatch routines of ours (fs/).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  ACCESS_STATE,
  DEVICE_OBJECT,
  FILE_OBJECT,
  IO_GLOBALS,
  IO_SECURITY_CONTEXT,
  IO_STACK_LOCATION,
  IO_STATUS_BLOCK,
  IOP_DEVICE_EXTENSION,
  IOP_REQUEST,
  IRP,
  KTHREAD,
} from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { captureAttributes, lookupPath } from '../ob/namespace.js';
import { isType } from '../ob/object.js';
import { forwarded, KERNEL_MODE, makeServices, previousMode, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { captureUnicode, freeUnicode } from '../ob/strings.js';
import { mapAccess, ObType, typeOf } from '../ob/types.js';
import { startSystemThread } from '../ps/system-thread.js';
import { DO_DEVICE_INITIALIZING, DO_EXCLUSIVE, DOE_DELETE_PENDING, DOE_UNLOAD_PENDING, extensionOf, topOfStack } from './device.js';
import { createFileObject, FileFlag } from './file.js';
import { Major } from './major.js';
import { irpOf, newRequest, send, stackOf } from './request.js';

const FILE_SYNCHRONOUS_IO_ALERT = 0x10;
const FILE_SYNCHRONOUS_IO_NONALERT = 0x20;
const FILE_OPEN = 1;
const IRP_CREATE_OPERATION = 0x80;
const IRP_CLOSE_OPERATION = 0x400;

interface OpenRequest {
  readonly path: string;
  readonly access: number;
  readonly disposition: number;
  readonly options: number;
  readonly attributes: number;
  readonly share: number;
}

/** Finds the device and prepares file object and packet; the request, or a status. */
function prepareOpen(k: Kernel, o: OpenRequest): { readonly status: number; readonly request: Addr; readonly file: Addr } {
  const m = k.mem;
  const no = (status: number) => ({ status, request: 0, file: 0 });
  const found = lookupPath(k, o.path);
  if (!ntSuccess(found.status)) return no(found.status);
  if (!isType(k, found.body, ObType.Device)) return no(NT.OBJECT_TYPE_MISMATCH);
  const device = found.body;
  if (m.u32(device + DEVICE_OBJECT.Flags) & DO_DEVICE_INITIALIZING) return no(NT.NO_SUCH_DEVICE);
  if (m.u32(extensionOf(k, device) + IOP_DEVICE_EXTENSION.ExtensionFlags) & DOE_DELETE_PENDING) return no(NT.NO_SUCH_DEVICE);
  if (m.u32(device + DEVICE_OBJECT.Flags) & DO_EXCLUSIVE && m.i32(device + DEVICE_OBJECT.ReferenceCount) > 0) return no(NT.ACCESS_DENIED);
  const file = createFileObject(k, device, found.remaining);
  if (file === 0) return no(NT.INSUFFICIENT_RESOURCES);
  const granted = mapAccess(k, typeOf(k, ObType.File), o.access);
  m.setU8(file + FILE_OBJECT.ReadAccess, granted & 1 ? 1 : 0);
  m.setU8(file + FILE_OBJECT.WriteAccess, granted & 2 ? 1 : 0);
  m.setU8(file + FILE_OBJECT.SharedRead, o.share & 1);
  m.setU8(file + FILE_OBJECT.SharedWrite, (o.share >> 1) & 1);
  m.setU8(file + FILE_OBJECT.SharedDelete, (o.share >> 2) & 1);
  const synchronous = (o.options & (FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT)) !== 0;
  m.setU32(
    file + FILE_OBJECT.Flags,
    (synchronous ? FileFlag.Synchronous : 0) | (o.options & FILE_SYNCHRONOUS_IO_ALERT ? FileFlag.Alertable : 0),
  );
  const request = newRequest(k, device, file, Major.Create);
  if (request === 0) return no(NT.INSUFFICIENT_RESOURCES);
  const context = request + IOP_REQUEST.SecurityContext;
  m.setPtr(context + IO_SECURITY_CONTEXT.AccessState, request + IOP_REQUEST.AccessState);
  m.setU32(context + IO_SECURITY_CONTEXT.DesiredAccess, granted);
  m.setU32(context + IO_SECURITY_CONTEXT.FullCreateOptions, o.options);
  m.setU32(request + IOP_REQUEST.AccessState + ACCESS_STATE.OriginalDesiredAccess, o.access);
  m.setU32(request + IOP_REQUEST.AccessState + ACCESS_STATE.PreviouslyGrantedAccess, granted);
  const irp = irpOf(k, request);
  m.setU32(irp + IRP.Flags, IRP_CREATE_OPERATION);
  const stack = stackOf(k, request);
  m.setPtr(stack + IO_STACK_LOCATION.Parameters_Create_SecurityContext, context);
  m.setU32(stack + IO_STACK_LOCATION.Parameters_Create_Options, ((o.disposition << 24) | (o.options & 0xffffff)) >>> 0);
  m.setU16(stack + IO_STACK_LOCATION.Parameters_Create_FileAttributes, o.attributes);
  m.setU16(stack + IO_STACK_LOCATION.Parameters_Create_ShareAccess, o.share);
  return { status: NT.SUCCESS, request, file };
}

/** Where the arguments of a create service are. */
interface OpenArgs {
  readonly allocation?: number;
  readonly attributes?: number;
  readonly share: number;
  readonly disposition?: number;
  readonly options: number;
}

/** (*FileHandle, Access, ObjectAttributes, IoStatusBlock, ...). Locals: 0 file, 1 status, 2 handle, 3 information. */
function openSteps(a: OpenArgs): (k: Kernel, f: Frame) => Status {
  return (k, f) => {
    const m = k.mem;
    switch (f.pc) {
      case 0: {
        probeUser(k, f.ptr(0), 8, true);
        probeUser(k, f.ptr(3), IO_STATUS_BLOCK.sizeof, true);
        const attributes = captureAttributes(k, f.ptr(2));
        if (!ntSuccess(attributes.status)) return k.return(attributes.status);
        if (attributes.name === undefined) return k.return(NT.OBJECT_PATH_SYNTAX_BAD);
        f.set(4, attributes.flags);
        const open = prepareOpen(k, {
          path: attributes.name,
          access: f.u32(1),
          disposition: a.disposition === undefined ? FILE_OPEN : f.u32(a.disposition),
          options: f.u32(a.options),
          attributes: a.attributes === undefined ? 0 : f.u32(a.attributes),
          share: f.u32(a.share),
        });
        if (!ntSuccess(open.status)) return k.return(open.status);
        f.set(0, open.file);
        return send(k, f, 1, open.request, f.localAddress(3));
      }
      case 1: {
        const status = f.result32 | 0;
        f.set(1, status);
        if (!ntSuccess(status)) {
          // The create failed: the file object never becomes open, no cleanup and no close are sent.
          m.setU32(f.get(0) + FILE_OBJECT.Flags, m.u32(f.get(0) + FILE_OBJECT.Flags) | FileFlag.CleanupComplete);
          return k.call(f, 3, 'ObfDereferenceObject', [f.get(0)]);
        }
        m.setU32(f.get(0) + FILE_OBJECT.Flags, m.u32(f.get(0) + FILE_OBJECT.Flags) | FileFlag.Opened);
        return k.call(f, 2, 'ObpCreateHandle', [
          f.get(0),
          f.u32(1),
          f.get(4),
          previousMode(k),
          0,
          f.localAddress(2),
          OB_OPERATION_HANDLE_CREATE,
          0,
        ]);
      }
      case 2: {
        const status = f.result32 | 0;
        if (!ntSuccess(status)) f.set(1, status);
        else {
          m.checked.setPtr(f.ptr(0), f.get(2));
          m.checked.setU32(f.ptr(3) + IO_STATUS_BLOCK.Status, f.get(1) >>> 0);
          m.checked.setPtr(f.ptr(3) + IO_STATUS_BLOCK.Information, f.get(3));
        }
        return k.call(f, 3, 'ObfDereferenceObject', [f.get(0)]);
      }
      default:
        return k.return(f.get(1));
    }
  };
}

const createFile = { allocation: 4, attributes: 5, share: 6, disposition: 7, options: 8 };

const services: ServiceDefinition[] = [
  // (*Handle, Access, ObjectAttributes, Iosb, AllocationSize, FileAttributes, ShareAccess, CreateDisposition, CreateOptions, EaBuffer, EaLength)
  { name: 'CreateFile', args: 11, locals: 5, cost: 80, step: openSteps(createFile) },
  // (*Handle, Access, ObjectAttributes, Iosb, ShareAccess, OpenOptions)
  { name: 'OpenFile', args: 6, locals: 5, cost: 80, step: openSteps({ share: 4, options: 5 }) },
];

const IO_NO_PARAMETER_CHECKING = 0x100;
/**
 * (the arguments of NtCreateFile, CreateFileType, InternalParameters, Options 13, ...): NtCreateFile for whoever is the previous mode, so that in a thread of
 * user mode the driver's own buffers are refused, unless IO_NO_PARAMETER_CHECKING says that the kernel asks. Local: the previous mode.
 */
function ioCreateFile(name: string): KernelRoutine {
  const mode = (k: Kernel): Addr => k.currentThread() + KTHREAD.PreviousMode;
  return {
    name,
    locals: 1,
    step(k, f) {
      if (f.pc === 0) {
        f.set(0, previousMode(k));
        if (f.u32(13) & IO_NO_PARAMETER_CHECKING) k.mem.setU8(mode(k), KERNEL_MODE);
        return k.call(f, 1, 'NtCreateFile', forwarded(f, 11));
      }
      k.mem.setU8(mode(k), f.get(0));
      return k.return(f.result32 | 0);
    },
    unwind(k, f) {
      if (f.pc !== 0) k.mem.setU8(mode(k), f.get(0));
    },
  };
}

/** Does the file belong to a driver that wants cleanup and close? File objects of images were never opened by a request. */
const driven = (k: Kernel, file: Addr): boolean =>
  (k.mem.u32(file + FILE_OBJECT.Flags) & FileFlag.Opened) !== 0 &&
  (k.mem.ptr(file + FILE_OBJECT.DeviceObject) !== k.mem.ptr(k.globals.IO + IO_GLOBALS.DiskDevice) ||
    k.mem.ptr(file + FILE_OBJECT.FsContext) !== 0);

export const routines: KernelRoutine[] = [
  ...makeServices(services),
  ...['IoCreateFile', 'IoCreateFileEx'].map(ioCreateFile),
  {
    // (FileObject, HandlesLeft): IRP_MJ_CLEANUP when the last handle goes
    name: 'IopCloseFile',
    step(k, f) {
      const file = f.ptr(0);
      if (f.pc === 1) return k.returnVoid();
      const flags = file + FILE_OBJECT.Flags;
      if (f.ptr(1) > 0 || !driven(k, file) || k.mem.u32(flags) & FileFlag.CleanupComplete) return k.returnVoid();
      k.mem.setU32(flags, k.mem.u32(flags) | FileFlag.CleanupComplete);
      const request = newRequest(k, k.mem.ptr(file + FILE_OBJECT.DeviceObject), file, Major.Cleanup);
      if (request === 0) return k.returnVoid();
      return send(k, f, 1, request, 0);
    },
  },
  {
    // Delete procedure: (FileObject): IRP_MJ_CLOSE, then the reference on the device
    name: 'IopDeleteFile',
    step(k, f) {
      const m = k.mem;
      const file = f.ptr(0);
      const device = m.ptr(file + FILE_OBJECT.DeviceObject);
      if (f.pc === 0 && driven(k, file)) {
        const request = newRequest(k, device, file, Major.Close);
        if (request !== 0) {
          m.setU32(irpOf(k, request) + IRP.Flags, IRP_CLOSE_OPERATION);
          return send(k, f, 1, request, 0);
        }
      }
      if (f.pc === 2) return k.returnVoid();
      freeUnicode(k, file + FILE_OBJECT.FileName);
      // head of the list of per-file-object contexts (FsRtlInsertPerFileObjectContext)
      const extension = m.ptr(file + FILE_OBJECT.FileObjectExtension);
      if (extension !== 0 && k.pool.sizeOf(extension) !== undefined) k.pool.free(extension);
      const count = device + DEVICE_OBJECT.ReferenceCount;
      m.setI32(count, m.i32(count) - 1);
      if (m.i32(count) !== 0) return k.returnVoid();
      const flags = m.u32(extensionOf(k, device) + IOP_DEVICE_EXTENSION.ExtensionFlags);
      // The unload that waited for this device goes on in a thread of its own.
      if (flags & DOE_UNLOAD_PENDING) startSystemThread(k, 'unload', 'IopUnloadDriver', m.ptr(device + DEVICE_OBJECT.DriverObject));
      if (flags & DOE_DELETE_PENDING) return k.call(f, 2, 'IopCompleteDeleteDevice', [device]);
      return k.returnVoid();
    },
  },
  {
    // (ObjectName, DesiredAccess, *FileObject, *DeviceObject): opens the device, keeps the file object, closes the handle
    name: 'IoGetDeviceObjectPointer',
    cost: 80,
    locals: 3,
    step(k, f) {
      const m = k.mem;
      switch (f.pc) {
        case 0: {
          const open = prepareOpen(k, {
            path: captureUnicode(k, f.ptr(0)),
            access: f.u32(1),
            disposition: FILE_OPEN,
            options: 0x40,
            attributes: 0,
            share: 0,
          });
          if (!ntSuccess(open.status)) return k.return(open.status);
          f.set(0, open.file);
          return send(k, f, 1, open.request, 0);
        }
        case 1: {
          const status = f.result32 | 0;
          f.set(1, status);
          const flags = f.get(0) + FILE_OBJECT.Flags;
          if (!ntSuccess(status)) {
            m.setU32(flags, m.u32(flags) | FileFlag.CleanupComplete);
            return k.call(f, 3, 'ObfDereferenceObject', [f.get(0)]);
          }
          m.setU32(flags, m.u32(flags) | FileFlag.Opened);
          // As on Windows the handle of the open is closed at once: the driver sees IRP_MJ_CLEANUP now and IRP_MJ_CLOSE at the last dereference.
          return k.call(f, 2, 'IopCloseFile', [f.get(0), 0]);
        }
        case 2:
          m.checked.setPtr(f.ptr(2), f.get(0));
          m.checked.setPtr(f.ptr(3), topOfStack(k, m.ptr(f.get(0) + FILE_OBJECT.DeviceObject)));
          return k.return(NT.SUCCESS);
        default:
          return k.return(f.get(1));
      }
    },
  },
  {
    name: 'IoGetRelatedDeviceObject',
    cost: 5,
    step: (k, f) => k.return(topOfStack(k, k.mem.checked.ptr(f.ptr(0) + FILE_OBJECT.DeviceObject))),
  },
  {
    name: 'IoGetRequestorProcess',
    cost: 3,
    step(k, f) {
      const thread = k.mem.checked.ptr(f.ptr(0) + IRP.Tail_Overlay_Thread);
      return k.return(thread === 0 ? 0 : k.mem.ptr(thread + KTHREAD.Process));
    },
  },
];
