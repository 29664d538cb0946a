// ZwLoadDriver and ZwUnloadDriver: the path of a service key names the driver, its ImagePath the image, which is one of the scenario's. The work is done in a system worker
// thread, so that DriverEntry and DriverUnload run in the System process whoever asked; a caller that is in it already does it itself.
import type { Addr, Status } from '../../machine/abi.js';
import { nodeAt, textOf, valueData, valueNamed } from '../cm/hive.js';
import { KernelMode, WaitReason } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { CMP_NODE, CMP_VALUE, IOP_LOAD_PACKET as P, UNICODE_STRING, WORK_QUEUE_ITEM } from '../layouts.gen.js';
import { initEvent, NotificationEvent } from '../ob/event-object.js';
import { lookupPath } from '../ob/namespace.js';
import { isType } from '../ob/object.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateUnicode, freeUnicode, readUnicode, sameName } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { driverOfScenario } from '../ps/scenario.js';
import { systemProcess } from '../ps/state.js';
import { holdsPrivilege } from '../se/access-check.js';
import { driverNamed, LoadFlag } from './driver-load.js';

const SE_LOAD_DRIVER_PRIVILEGE = 10;
const CRITICAL_WORK_QUEUE = 0;
const SLOTS = P.sizeof / 8;

/** The service key at a path: its node, or the status of opening it. */
function serviceNode(k: Kernel, path: string): { readonly status: number; readonly node: Addr } {
  const parts = path.split('\\').filter((p) => p !== '');
  if (!path.startsWith('\\')) return { status: NT.OBJECT_PATH_SYNTAX_BAD, node: 0 };
  if (parts.length > 0 && sameName(parts[0], 'REGISTRY')) {
    const node = nodeAt(k, path);
    return { status: node === 0 ? NT.OBJECT_NAME_NOT_FOUND : NT.SUCCESS, node };
  }
  const found = lookupPath(k, path);
  if (!ntSuccess(found.status)) return { status: found.status, node: 0 };
  return { status: isType(k, found.body, ObType.Key) ? NT.OBJECT_NAME_NOT_FOUND : NT.OBJECT_TYPE_MISMATCH, node: 0 };
}

/** `\SystemRoot\System32\drivers\x.sys` -> `x`; without ImagePath the driver is in the file that has the name of the service. */
function imageName(k: Kernel, node: Addr, service: string): string {
  const value = valueNamed(k, node, 'ImagePath');
  if (value === 0) return service;
  const { Type, Length, Data } = CMP_VALUE;
  const kind = k.mem.u32(value + Type);
  if ((kind !== 1 && kind !== 2) || k.mem.u32(value + Length) < 2 || k.mem.ptr(value + Data) === 0) return service;
  return textOf(valueData(k, value))
    .replace(/^.*[\\/]/s, '')
    .replace(/\.sys$/i, '');
}

/** IopLoadUnloadDriver(IOP_LOAD_PACKET *): in the System process. */
function loadUnload(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const packet = f.ptr(0);
  if (f.pc === 1) return done(k, packet, f.result32 | 0);
  const path = readUnicode(k, packet + P.ServiceName).replace(/\\+$/, '');
  const { status, node } = serviceNode(k, path);
  if (!ntSuccess(status)) return done(k, packet, status);
  const service = readUnicode(k, node + CMP_NODE.Name);
  if (m.u32(packet + P.Load) === 0) {
    const driver = driverNamed(k, service);
    return driver === 0 ? done(k, packet, NT.OBJECT_NAME_NOT_FOUND) : k.call(f, 1, 'IopUnloadDriver', [driver]);
  }
  const image = driverOfScenario(k, imageName(k, node, service));
  if (!image) return done(k, packet, NT.OBJECT_NAME_NOT_FOUND); // no such file
  return k.call(f, 1, 'IopLoadDriver', [node + CMP_NODE.Name, image.imageIndex, image.flags & ~LoadFlag.BootStart, 0]);
}

/** The status goes into the packet; whoever waits for it goes on. */
function done(k: Kernel, packet: Addr, status: number): Status {
  k.mem.setI32(packet + P.Status, status);
  k.signalEvent(packet + P.Event, 0);
  return k.returnVoid();
}

/** (PUNICODE_STRING DriverServiceName). Locals: the packet. */
const service = (name: string, load: boolean): ServiceDefinition => ({
  name,
  args: 1,
  locals: SLOTS,
  step(k, f) {
    const c = k.mem.checked;
    const packet = f.localAddress(0);
    switch (f.pc) {
      case 0: {
        if (!holdsPrivilege(k, SE_LOAD_DRIVER_PRIVILEGE, previousMode(k))) return k.return(NT.PRIVILEGE_NOT_HELD);
        probeUser(k, f.ptr(0), UNICODE_STRING.sizeof);
        const [buffer, length] = [c.ptr(f.ptr(0) + UNICODE_STRING.Buffer), c.u16(f.ptr(0))];
        if (length === 0) return k.return(NT.INVALID_PARAMETER);
        probeUser(k, buffer, length);
        if (!allocateUnicode(k, packet + P.ServiceName, c.readUtf16(buffer, length), 'IoLd')) return k.return(NT.INSUFFICIENT_RESOURCES);
        k.mem.setU32(packet + P.Load, load ? 1 : 0);
        initEvent(k, packet + P.Event, NotificationEvent, false);
        if (k.currentProcess() === systemProcess(k)) return k.call(f, 2, 'IopLoadUnloadDriver', [packet]);
        k.mem.setPtr(packet + P.Item + WORK_QUEUE_ITEM.WorkerRoutine, k.addressOf('IopLoadUnloadDriver'));
        k.mem.setPtr(packet + P.Item + WORK_QUEUE_ITEM.Parameter, packet);
        return k.call(f, 1, 'ExQueueWorkItem', [packet + P.Item, CRITICAL_WORK_QUEUE]);
      }
      case 1:
        return k.wait(f, 2, { object: packet + P.Event, reason: WaitReason.UserRequest, mode: KernelMode });
      default:
        freeUnicode(k, packet + P.ServiceName);
        return k.return(k.mem.i32(packet + P.Status));
    }
  },
});

export const routines: KernelRoutine[] = [
  ...makeServices([service('LoadDriver', true), service('UnloadDriver', false)]),
  { name: 'IopLoadUnloadDriver', cost: 40, step: loadUnload },
];
