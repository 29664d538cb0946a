// NtCreateKey and NtOpenKey(Ex): from a path to a key handle, through the registry callbacks.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel } from '../kernel.js';
import { CMP_OPERATION, REG_NOTIFY_CLASS as Notify, REG_CREATE_KEY_INFORMATION } from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { captureAttributes, lookupPath } from '../ob/namespace.js';
import { previousMode, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { sameName } from '../ob/strings.js';
import { ObType, typeOf } from '../ob/types.js';
import { createNode, nodeAt } from './hive.js';
import { begin, createKeyObject, end } from './key-object.js';

const REG_CREATED_NEW_KEY = 1;
const REG_OPENED_EXISTING_KEY = 2;

interface OpenShape {
  readonly create: boolean;
  readonly args: number;
}

/** Finds or makes the node for an absolute path. */
function resolve(k: Kernel, path: string, create: boolean): { readonly status: number; readonly node: Addr; readonly disposition: number } {
  const existing = nodeAt(k, path);
  if (existing !== 0) return { status: NT.SUCCESS, node: existing, disposition: REG_OPENED_EXISTING_KEY };
  if (!create) return { status: NT.OBJECT_NAME_NOT_FOUND, node: 0, disposition: 0 };
  const cut = path.lastIndexOf('\\');
  const parent = nodeAt(k, path.slice(0, cut));
  // Only one level is created at a time, as on Windows.
  if (parent === 0) return { status: NT.OBJECT_NAME_NOT_FOUND, node: 0, disposition: 0 };
  const node = createNode(k, parent, path.slice(cut + 1));
  return node === 0
    ? { status: NT.INSUFFICIENT_RESOURCES, node: 0, disposition: 0 }
    : { status: NT.SUCCESS, node, disposition: REG_CREATED_NEW_KEY };
}

/** Locals: 0 operation, 1 status, 2 key object, 3 handle, 4 disposition, 5 attribute flags. */
export function openKey(name: string, shape: OpenShape): ServiceDefinition {
  const perform = (k: Kernel, f: Frame): Status => {
    const a = captureAttributes(k, f.ptr(2));
    const found = resolve(k, (a.name ?? '').replace(/\\+$/, ''), shape.create);
    f.set(1, found.status);
    k.event('cm.operation', { service: name, key: a.name ?? '', status: found.status >>> 0 });
    if (!ntSuccess(found.status)) return after(k, f);
    const body = createKeyObject(k, found.node);
    f.set(2, body);
    f.set(4, found.disposition);
    if (body === 0) {
      f.set(1, NT.INSUFFICIENT_RESOURCES);
      return after(k, f);
    }
    return k.call(f, 2, 'ObpCreateHandle', [
      body,
      f.u32(1),
      f.get(5),
      previousMode(k),
      0,
      f.localAddress(3),
      OB_OPERATION_HANDLE_CREATE,
      0,
    ]);
  };
  const after = (k: Kernel, f: Frame): Status => {
    const op = f.get(0);
    if (op === 0) return finish(k, f);
    k.mem.setPtr(op + CMP_OPERATION.Object, f.get(2));
    return k.call(f, 3, 'CmpCallPostCallbacks', [op, f.get(1)]);
  };
  const finish = (k: Kernel, f: Frame): Status => {
    if (ntSuccess(f.get(1)) && f.get(3) !== 0) {
      k.mem.checked.setPtr(f.ptr(0), f.get(3));
      if (shape.create && f.ptr(6) !== 0) k.mem.checked.setU32(f.ptr(6), f.get(4));
    }
    if (f.get(2) !== 0) return k.call(f, 4, 'ObfDereferenceObject', [f.get(2)]);
    return k.return(f.get(1));
  };
  return {
    name,
    args: shape.args,
    locals: 6,
    cost: 80,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          probeUser(k, f.ptr(0), 8, true);
          const a = captureAttributes(k, f.ptr(2));
          if (!ntSuccess(a.status)) return k.return(a.status);
          if (a.name === undefined || !sameName(a.name.slice(0, 9), '\\REGISTRY')) return k.return(NT.OBJECT_NAME_INVALID);
          f.set(5, a.flags);
          const op = begin(
            k,
            shape.create ? Notify.RegNtPreCreateKeyEx : Notify.RegNtPreOpenKeyEx,
            shape.create ? Notify.RegNtPostCreateKeyEx : Notify.RegNtPostOpenKeyEx,
            0,
            a.name,
            REG_CREATE_KEY_INFORMATION.CallContext,
            (info, record) => fillOpen(k, f, info, record),
          );
          f.set(0, op);
          return op === 0 ? perform(k, f) : k.call(f, 1, 'CmpCallPreCallbacks', [op]);
        }
        case 1: {
          const pre = f.result32 | 0;
          if (ntSuccess(pre)) return perform(k, f);
          f.set(1, pre === NT.CALLBACK_BYPASS ? NT.SUCCESS : pre);
          return after(k, f);
        }
        case 2:
          f.set(1, f.result32 | 0);
          return after(k, f);
        case 3:
          f.set(1, f.result32 | 0);
          end(k, f.get(0));
          return finish(k, f);
        default:
          return k.return(f.get(1));
      }
    },
  };
}

function fillOpen(k: Kernel, f: Frame, info: Addr, op: Addr): void {
  const m = k.mem;
  m.setPtr(info + REG_CREATE_KEY_INFORMATION.CompleteName, op + CMP_OPERATION.Name);
  m.setPtr(info + REG_CREATE_KEY_INFORMATION.RootObject, rootObject(k));
  m.setPtr(info + REG_CREATE_KEY_INFORMATION.ObjectType, typeOf(k, ObType.Key));
  m.setU32(info + REG_CREATE_KEY_INFORMATION.DesiredAccess, f.u32(1));
  m.setPtr(info + REG_CREATE_KEY_INFORMATION.ResultObject, op + CMP_OPERATION.ResultObject);
  m.setPtr(info + REG_CREATE_KEY_INFORMATION.Disposition, op + CMP_OPERATION.Disposition);
}
/** Key object of \REGISTRY. */
const rootObject = (k: Kernel): Addr => lookupPath(k, '\\REGISTRY').body;
