// Hard errors: what Windows shows the user in a dialog box when a device fails. The message comes in the context of the thread whose request failed, by a kernel APC, or
// in a system worker thread when there is none. Nobody sits at the machine: it is recorded and answered at once, so a failed IRP completes with its status (U: no retry).
import type { Addr, Status } from '../../machine/abi.js';
import { initializeApc, insertQueueApc } from '../ke/apc.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, ETHREAD, IO_GLOBALS, IO_STATUS_BLOCK, IOP_HARD_ERROR, IRP, KTHREAD, VPB, WORK_QUEUE_ITEM } from '../layouts.gen.js';
import { fullName } from '../ob/namespace.js';
import { pidOf } from '../ob/note.js';
import { allocateUnicode, captureUnicode, freeUnicode, readUnicode } from '../ob/strings.js';
import { entries, insertTail, remove } from '../rtl/list.js';
import { isDevice } from './device.js';
import { IRP_INPUT_OPERATION } from './irp.js';

const IO_DISK_INCREMENT = 1;
const CRITICAL_WORK_QUEUE = 0;
/** Informational messages that may be outstanding (U: the number is not documented). */
const MAXIMUM = 25;
/** EPROCESS.DefaultHardErrorProcessing: SEM_FAILCRITICALERRORS clears it. */
const PROCESS_HARDERROR_DEFAULT = 1;
const TAG = 'IoHe';
const APC = IOP_HARD_ERROR.Apc;

const disabled = (k: Kernel, thread: Addr): boolean => k.mem.checked.u8(thread + ETHREAD.HardErrorsAreDisabled) !== 0;
const messages = (k: Kernel): Addr[] => entries(k.mem, k.globals.IO + IO_GLOBALS.HardErrors).map((e) => e - IOP_HARD_ERROR.Link);

/** New message, on the list of those that are to be shown. 0: out of memory. */
function newMessage(k: Kernel, status: number, text: string): Addr {
  const block = k.pool.allocate('nonpaged', IOP_HARD_ERROR.sizeof, TAG);
  if (block === 0) return 0;
  k.mem.fill(block, IOP_HARD_ERROR.sizeof);
  if (!allocateUnicode(k, block + IOP_HARD_ERROR.String, text, TAG)) {
    k.pool.free(block);
    return 0;
  }
  k.mem.setI32(block + IOP_HARD_ERROR.Status, status);
  insertTail(k.mem, k.globals.IO + IO_GLOBALS.HardErrors, block + IOP_HARD_ERROR.Link);
  return block;
}

function freeMessage(k: Kernel, block: Addr): void {
  remove(k.mem, block + IOP_HARD_ERROR.Link);
  freeUnicode(k, block + IOP_HARD_ERROR.String);
  k.pool.free(block);
}

/** The dialog box, in the context of the current thread. */
function show(k: Kernel, block: Addr): void {
  const process = k.mem.ptr(k.currentThread() + KTHREAD.Process);
  k.event('io.hard-error', {
    status: k.mem.u32(block + IOP_HARD_ERROR.Status),
    text: readUnicode(k, block + IOP_HARD_ERROR.String),
    process: pidOf(k, process),
    shown: k.mem.u32(process + EPROCESS.DefaultHardErrorProcessing) & PROCESS_HARDERROR_DEFAULT ? 1 : 0,
  });
}

/** A normal kernel APC of the thread that shows the message. False: the thread takes none any more. */
function sendToThread(k: Kernel, block: Addr, thread: Addr): boolean {
  initializeApc(k, block + APC, thread, {
    kernelRoutine: k.addressOf('IopHardErrorKernelRoutine'),
    rundownRoutine: k.addressOf('IopHardErrorRundown'),
    normalRoutine: k.addressOf('IopShowHardError'),
    context: block,
  });
  return insertQueueApc(k, block + APC, 0, 0, 0);
}

/** The failed request goes on its way up. What its input buffer holds is not to be copied to the caller. */
function complete(k: Kernel, f: Frame, nextPc: number, irp: Addr): Status {
  const m = k.mem;
  if (m.u32(irp + IRP.Flags) & IRP_INPUT_OPERATION) m.setPtr(irp + IRP.IoStatus + IO_STATUS_BLOCK.Information, 0);
  return k.call(f, nextPc, 'IofCompleteRequest', [irp, IO_DISK_INCREMENT]);
}

/** Which device, in words: its name (else that of its address) and the label of the volume on it. */
function deviceText(k: Kernel, device: Addr, vpb: Addr): string {
  const name = (isDevice(k, device) && fullName(k, device)) || 'a device without name';
  const label =
    vpb === 0 ? '' : k.mem.checked.readUtf16(vpb + VPB.VolumeLabel, Math.min(64, k.mem.checked.u16(vpb + VPB.VolumeLabelLength)));
  return label === '' ? name : `${name} (volume ${label})`;
}

/** (Irp, Vpb, RealDeviceObject) */
function raise(k: Kernel, f: Frame): Status {
  if (f.pc === 1) return k.returnVoid();
  const c = k.mem.checked;
  const irp = f.ptr(0);
  const thread = c.ptr(irp + IRP.Tail_Overlay_Thread);
  if (disabled(k, thread)) return complete(k, f, 1, irp);
  const block = newMessage(k, c.i32(irp + IRP.IoStatus + IO_STATUS_BLOCK.Status), deviceText(k, f.ptr(2), f.ptr(1)));
  if (block === 0) return complete(k, f, 1, irp);
  k.mem.setPtr(block + IOP_HARD_ERROR.Irp, irp);
  k.mem.setPtr(block + IOP_HARD_ERROR.Vpb, f.ptr(1));
  k.mem.setPtr(block + IOP_HARD_ERROR.RealDevice, f.ptr(2));
  if (sendToThread(k, block, thread)) return k.returnVoid();
  freeMessage(k, block);
  return complete(k, f, 1, irp);
}

/** (ErrorStatus, String, Thread): FALSE when nothing was queued. Without a thread the current one's mode counts (U), and a worker shows it. */
function inform(k: Kernel, f: Frame): Status {
  if (f.pc === 1) return k.return(1);
  const thread = f.ptr(2);
  const text = f.ptr(1) === 0 ? '' : captureUnicode(k, f.ptr(1));
  if (disabled(k, thread === 0 ? k.currentThread() : thread)) return k.return(0);
  const waiting = messages(k).filter((b) => k.mem.ptr(b + IOP_HARD_ERROR.Irp) === 0);
  const same = (b: Addr): boolean =>
    k.mem.i32(b + IOP_HARD_ERROR.Status) === f.i32(0) && readUnicode(k, b + IOP_HARD_ERROR.String) === text;
  if (waiting.length >= MAXIMUM || waiting.some(same)) return k.return(0);
  const block = newMessage(k, f.i32(0), text);
  if (block === 0) return k.return(0);
  if (thread !== 0) {
    if (sendToThread(k, block, thread)) return k.return(1);
    freeMessage(k, block);
    return k.return(0);
  }
  k.mem.setPtr(block + IOP_HARD_ERROR.Item + WORK_QUEUE_ITEM.WorkerRoutine, k.addressOf('IopShowHardError'));
  k.mem.setPtr(block + IOP_HARD_ERROR.Item + WORK_QUEUE_ITEM.Parameter, block);
  return k.call(f, 1, 'ExQueueWorkItem', [block + IOP_HARD_ERROR.Item, CRITICAL_WORK_QUEUE]);
}

/** Takes the message away and completes its request.*/
function finish(k: Kernel, f: Frame, block: Addr): Status {
  const irp = k.mem.ptr(block + IOP_HARD_ERROR.Irp);
  freeMessage(k, block);
  return irp === 0 ? k.returnVoid() : complete(k, f, 1, irp);
}

export const routines: KernelRoutine[] = [
  { name: 'IoRaiseHardError', cost: 30, step: raise },
  { name: 'IoRaiseInformationalHardError', cost: 30, step: inform },
  {
    // (EnableHardErrors) -> whether they were enabled
    name: 'IoSetThreadHardErrorMode',
    cost: 3,
    step(k, f) {
      const at = k.currentThread() + ETHREAD.HardErrorsAreDisabled;
      const was = k.mem.u8(at) === 0;
      k.mem.setU8(at, f.bool(0) ? 0 : 1);
      return k.return(was ? 1 : 0);
    },
  },
  // Kernel routine of the APC: everything is done by the normal routine, at PASSIVE_LEVEL
  { name: 'IopHardErrorKernelRoutine', cost: 2, step: (k) => k.returnVoid() },
  {
    // Normal routine of the APC, and work routine: (IOP_HARD_ERROR *, ...)
    name: 'IopShowHardError',
    cost: 20,
    step(k, f) {
      if (f.pc === 1) return k.returnVoid();
      show(k, f.ptr(0));
      return finish(k, f, f.ptr(0));
    },
  },
  {
    // (Apc): the thread ends before it could show the message
    name: 'IopHardErrorRundown',
    cost: 5,
    step: (k, f) => (f.pc === 1 ? k.returnVoid() : finish(k, f, f.ptr(0) - APC)),
  },
];
