// Key objects (CM_KEY_BODY) and the record of one registry operation that passes the callbacks.
import type { Addr } from '../../machine/abi.js';
import type { Frame, Kernel } from '../kernel.js';
import { CM_KEY_BODY, CMP_NODE, CMP_OPERATION } from '../layouts.gen.js';
import { allocateObject } from '../ob/object.js';
import { referenceFor } from '../ob/reference.js';
import { probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateUnicode, captureUnicode, freeUnicode, readUnicode } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { initListHead } from '../rtl/list.js';
import { hasRegistryCallbacks, KEY_BODY_TYPE } from './callbacks.js';

/** Key object for a node (one reference), 0: out of memory. */
export function createKeyObject(k: Kernel, node: Addr): Addr {
  const body = allocateObject(k, ObType.Key, CM_KEY_BODY.sizeof, 'CmKb');
  if (body === 0) return 0;
  k.mem.setU32(body + CM_KEY_BODY.Type, KEY_BODY_TYPE);
  k.mem.setPtr(body + CM_KEY_BODY.KeyControlBlock, node);
  initListHead(k.mem, body + CM_KEY_BODY.CallbackContexts);
  const bodies = node + CMP_NODE.Bodies;
  k.mem.setU32(bodies, k.mem.u32(bodies) + 1);
  return body;
}

export const nodeOf = (k: Kernel, body: Addr): Addr => k.mem.ptr(body + CM_KEY_BODY.KeyControlBlock);

/** Operation record when somebody listens, else 0. `fill` writes the pre information. */
export function begin(
  k: Kernel,
  preClass: number,
  postClass: number,
  object: Addr,
  name: string,
  contextOffset: number,
  fill: (info: Addr, op: Addr) => void,
): Addr {
  if (!hasRegistryCallbacks(k)) return 0;
  const op = k.pool.allocate('nonpaged', CMP_OPERATION.sizeof, 'CmCc');
  if (op === 0) return 0;
  const m = k.mem;
  m.fill(op, CMP_OPERATION.sizeof);
  m.setU32(op + CMP_OPERATION.PreClass, preClass);
  m.setU32(op + CMP_OPERATION.PostClass, postClass);
  m.setPtr(op + CMP_OPERATION.Object, object);
  m.setU32(op + CMP_OPERATION.CallContextOffset, contextOffset);
  allocateUnicode(k, op + CMP_OPERATION.Name, name, 'CmCc');
  m.setPtr(op + CMP_OPERATION.Info, object);
  fill(op + CMP_OPERATION.Info, op);
  return op;
}

export function end(k: Kernel, op: Addr): void {
  freeUnicode(k, op + CMP_OPERATION.Name);
  k.pool.free(op);
}

export interface KeyOperation {
  readonly name: string;
  readonly args: number;
  readonly access: number;
  readonly pre: number;
  readonly post: number;
  readonly contextOffset: number;
  /** Value or new name in the arguments, captured before the callbacks. */
  readonly nameArg?: number;
  readonly probe?: (k: Kernel, f: Frame) => void;
  readonly fill: (k: Kernel, f: Frame, info: Addr, op: Addr) => void;
  readonly perform: (k: Kernel, f: Frame, node: Addr, name: string) => number;
}

/** A service on an open key. Locals: 0 key object, 1 operation, 2 status. */
export function onKey(o: KeyOperation): ServiceDefinition {
  const nameOf = (k: Kernel, f: Frame): string =>
    o.nameArg === undefined || f.ptr(o.nameArg) === 0 ? '' : captureUnicode(k, f.ptr(o.nameArg));
  const perform = (k: Kernel, f: Frame): number => {
    const node = nodeOf(k, f.get(0));
    if (k.mem.u32(node + CMP_NODE.Deleted) !== 0) return NT.KEY_DELETED;
    const status = o.perform(k, f, node, nameOf(k, f));
    k.event('cm.operation', { service: o.name, key: readUnicode(k, node + CMP_NODE.FullName), status: status >>> 0 });
    return status;
  };
  return {
    name: o.name,
    args: o.args,
    locals: 3,
    cost: 60,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          if (o.nameArg !== undefined && f.ptr(o.nameArg) !== 0) {
            probeUser(k, f.ptr(o.nameArg), 16);
            nameOf(k, f);
          }
          o.probe?.(k, f);
          const r = referenceFor(k, f.ptr(0), o.access, ObType.Key);
          if (!ntSuccess(r.status)) return k.return(r.status);
          f.set(0, r.body);
          const op = begin(k, o.pre, o.post, r.body, nameOf(k, f), o.contextOffset, (info, record) => o.fill(k, f, info, record));
          f.set(1, op);
          if (op !== 0) return k.call(f, 1, 'CmpCallPreCallbacks', [op]);
          return k.call(f, 3, 'ObfDereferenceObject', [keepStatus(f, perform(k, f), r.body)]);
        }
        case 1: {
          const pre = f.result32 | 0;
          const status = pre === NT.CALLBACK_BYPASS ? NT.SUCCESS : ntSuccess(pre) ? perform(k, f) : pre;
          return k.call(f, 2, 'CmpCallPostCallbacks', [f.get(1), status]);
        }
        case 2:
          end(k, f.get(1));
          return k.call(f, 3, 'ObfDereferenceObject', [keepStatus(f, f.result32 | 0, f.get(0))]);
        default:
          return k.return(f.get(2));
      }
    },
  };
}

function keepStatus(f: Frame, status: number, body: Addr): Addr {
  f.set(2, status);
  return body;
}
