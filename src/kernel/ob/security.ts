// Security descriptors of objects: given at the creation, or by default that of the creator's token. ObGetObjectSecurity hands out the object's own (counted), or a copy in pool
// where the type keeps it elsewhere (devices and the files on them). Objects without a name have none, but for processes, threads, tokens, jobs and directories.
import type { Addr, Status } from '../../machine/abi.js';
import { hex } from '../ke/dispatcher.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  EPROCESS,
  FILE_OBJECT,
  KTHREAD,
  OBJECT_ATTRIBUTES,
  OBJECT_HEADER,
  OBJECT_HEADER_NAME_INFO,
  OBJECT_TYPE,
  OBJECT_TYPE_INITIALIZER,
  UNICODE_STRING,
} from '../layouts.gen.js';
import { stopNotSimulated } from '../not-simulated.js';
import { descriptorLength } from '../rtl/security-descriptor.js';
import { mapGeneric } from '../se/access-check.js';
import { Account, accountOfToken, currentAccount } from '../se/account.js';
import { defaultDacl, deviceDacl } from '../se/default-dacl.js';
import { captureDescriptor, type Descriptor, mapAcl, selfRelative } from '../se/descriptor.js';
import { ADMINISTRATORS, SYSTEM, sidBytes, USER } from '../se/sids.js';
import { allocateObject, freeObject, headerOf, isTypeIndex, nameInfoOf, objectType } from './object.js';
import { attachDescriptor, countDescriptor, descriptorOf, held, isShared } from './security-block.js';
import { NT } from './status.js';
import { ObType, type ObTypeIndex } from './types.js';

/** Blocks that ObGetObjectSecurity allocated: the driver gives them back. */
export const COPY_TAG = 'ObSq';
/** They have a descriptor although they have no name. */
const REQUIRED: ReadonlySet<number> = new Set([ObType.Process, ObType.Thread, ObType.Token, ObType.Job, ObType.Directory]);

const mapping = (k: Kernel, body: Addr): Addr => objectType(k, body) + OBJECT_TYPE.TypeInfo + OBJECT_TYPE_INITIALIZER.GenericMapping;

/** What is missing in `d` comes from the account; generic rights become those of the type. */
function complete(k: Kernel, body: Addr, account: number, d: Descriptor, dacl: Uint8Array): Uint8Array {
  const map = (acl: Uint8Array): Uint8Array => mapAcl(acl, (mask) => mapGeneric(k, mask, mapping(k, body)));
  const list = d.dacl === undefined ? dacl : d.dacl;
  return selfRelative({
    control: d.control,
    owner: d.owner ?? sidBytes(ADMINISTRATORS),
    group: d.group ?? sidBytes(account === Account.System ? SYSTEM : USER),
    ...(d.sacl === undefined ? {} : { sacl: d.sacl && map(d.sacl) }),
    dacl: list && map(list),
  });
}

/** SecurityDescriptor of OBJECT_ATTRIBUTES (NULL allowed): its parts, undefined: none, or the status with which it is refused. */
export function captureSecurity(k: Kernel, attributes: Addr): Descriptor | undefined | number {
  const sd = attributes === 0 ? 0 : k.mem.checked.ptr(attributes + OBJECT_ATTRIBUTES.SecurityDescriptor);
  return sd === 0 ? undefined : captureDescriptor(k, sd);
}

/** The new object gets what its creator gave; false: out of memory. */
export function assignSecurity(k: Kernel, body: Addr, given: Descriptor | undefined): boolean {
  if (given === undefined) return true;
  const account = currentAccount(k);
  return attachDescriptor(k, body, complete(k, body, account, given, defaultDacl(account === Account.System))) !== 0;
}

/** allocateObject with the descriptor that its creator gave; 0: out of memory. */
export function allocateSecured(k: Kernel, type: ObTypeIndex, size: number, tag: string, given: Descriptor | undefined): Addr {
  const body = allocateObject(k, type, size, tag);
  if (body === 0 || assignSecurity(k, body, given)) return body;
  freeObject(k, body);
  return 0;
}

/** Whose default the object gets. Processes and threads: of the account that they run as (U: what the scenario starts is as if a logon had started it). */
function accountOf(k: Kernel, body: Addr, type: number): number {
  if (type === ObType.Token) return accountOfToken(k, body);
  const process = type === ObType.Process ? body : type === ObType.Thread ? k.mem.ptr(body + KTHREAD.Process) : 0;
  return process !== 0 ? accountOfToken(k, k.mem.ptr(process + EPROCESS.Token)) : k.mem.u32(headerOf(body) + OBJECT_HEADER.Account);
}

const NOTHING: Descriptor = { control: 0 };

/** A copy of a device's descriptor, for the caller. 0: out of memory. */
function copyOfDevice(k: Kernel, device: Addr): Addr {
  const account = k.mem.u32(headerOf(device) + OBJECT_HEADER.Account);
  const own = descriptorOf(k, device); // of IoCreateDeviceSecure
  const bytes = own !== 0 ? k.mem.bytes(own, descriptorLength(k, own)) : complete(k, device, account, NOTHING, deviceDacl());
  const block = k.pool.allocate('paged', bytes.length, COPY_TAG);
  if (block !== 0) k.mem.setBytes(block, bytes);
  return block;
}

/** (Object, *SecurityDescriptor, *MemoryAllocated) */
function get(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  const body = f.ptr(0);
  const answer = (sd: Addr, allocated: boolean, status: number = NT.SUCCESS): Status => {
    c.setPtr(f.ptr(1), sd);
    c.setU8(f.ptr(2), allocated ? 1 : 0);
    return k.return(status);
  };
  const type = c.u8(headerOf(body) + OBJECT_HEADER.TypeIndex);
  if (!isTypeIndex(k, type))
    return k.bugCheck(
      0x189,
      headerOf(body),
      type,
      0,
      0,
      `ObGetObjectSecurity: what is at ${hex(body)} is no object, its header says type ${type}`,
    );
  if (type === ObType.Key) return stopNotSimulated(k, f, 'ObGetObjectSecurity of a registry key');
  const file = type === ObType.File;
  // a file object without name stands for the device itself
  if (file && k.mem.u16(body + FILE_OBJECT.FileName + UNICODE_STRING.Length) !== 0)
    return stopNotSimulated(k, f, 'ObGetObjectSecurity of a file');
  if (file || type === ObType.Device) {
    const copy = copyOfDevice(k, file ? k.mem.ptr(body + FILE_OBJECT.DeviceObject) : body);
    return copy === 0 ? answer(0, false, NT.INSUFFICIENT_RESOURCES) : answer(copy, true);
  }
  let sd = descriptorOf(k, body);
  if (sd === 0) {
    const named = k.mem.ptr(nameInfoOf(body) + OBJECT_HEADER_NAME_INFO.Directory) !== 0;
    if (!named && !REQUIRED.has(type)) return answer(0, false);
    const account = accountOf(k, body, type);
    sd = attachDescriptor(k, body, complete(k, body, account, NOTHING, defaultDacl(account === Account.System)));
    if (sd === 0) return answer(0, false, NT.INSUFFICIENT_RESOURCES);
  }
  countDescriptor(k, sd, 1);
  return answer(sd, false);
}

/** (SecurityDescriptor, MemoryAllocated) */
function release(k: Kernel, f: Frame): Status {
  const sd = f.ptr(0);
  if (f.pc === 1 || sd === 0) return k.returnVoid();
  if (f.bool(1)) return k.call(f, 1, 'ExFreePoolWithTag', [sd, 0]);
  // Windows counts down whatever is there, and frees a descriptor that its object still uses.
  if (!isShared(k, sd)) {
    const text = `ObReleaseObjectSecurity of ${hex(sd)} without MemoryAllocated, which is no descriptor of an object: pass what ObGetObjectSecurity said`;
    k.finding('object-security-released', text);
  } else if (held(k, sd) <= 0)
    k.finding('object-security-released', `ObReleaseObjectSecurity of ${hex(sd)} more often than ObGetObjectSecurity gave it`);
  else countDescriptor(k, sd, -1);
  return k.returnVoid();
}

export const routines: KernelRoutine[] = [
  { name: 'ObGetObjectSecurity', cost: 30, step: get },
  { name: 'ObReleaseObjectSecurity', cost: 8, step: release },
];
