// Contexts that filters hang on a stream, a file or a file object (FsRtlInsertPerStreamContext and its relatives): plain lists, searched by owner and, when given,
// instance. A stream's list is in its advanced header, a file's and a file object's list head is allocated with the first context. The caller's structure
// is linked itself; teardown calls the free routine of each. The locks that Windows takes around a list are not needed: an operation is one step.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { FSRTL_PER_STREAM_CONTEXT as C, FILE_OBJECT, FSRTL_ADVANCED_FCB_HEADER as H, LIST_ENTRY } from '../layouts.gen.js';
import { LIST_LIMIT } from './list.js';
import { STATUS } from './status.js';
import { initHead, insertAfter, isOwnHead, unlink } from './touch-links.js';

const SUPPORTS_FILTER_CONTEXTS = 2;
const TAG = 'FSfc';

/** First context of an owner (0: any) and instance (0: any). */
function find(k: Kernel, head: Addr, owner: Addr, instance: Addr): Addr {
  const m = k.mem.checked;
  let e = m.ptr(head + LIST_ENTRY.Flink);
  for (let n = 0; e !== head && n < LIST_LIMIT; n++, e = m.ptr(e + LIST_ENTRY.Flink)) {
    const same = (field: number, wanted: Addr): boolean => wanted === 0 || m.ptr(e + field) === wanted;
    if (same(C.OwnerId, owner) && same(C.InstanceId, instance)) return e;
  }
  return 0;
}
function take(k: Kernel, head: Addr, owner: Addr, instance: Addr): Addr {
  const e = find(k, head, owner, instance);
  if (e !== 0) unlink(k, e);
  return e;
}

/** The list behind a pointer, made when it is not there; 0 without memory. */
function listAt(k: Kernel, pointer: Addr, make: boolean): Addr {
  const known = k.mem.checked.ptr(pointer);
  if (known !== 0 || !make) return known;
  const head = k.pool.allocate('nonpaged', LIST_ENTRY.sizeof, TAG);
  if (head === 0) return 0;
  initHead(k, head);
  k.mem.checked.setPtr(pointer, head);
  return head;
}
const supports = (k: Kernel, header: Addr): boolean =>
  header !== 0 && (k.mem.checked.u8(header + H.Flags2) & SUPPORTS_FILTER_CONTEXTS) !== 0;

/** One context after the other is taken off and freed by its own routine; then the list head, when it is ours. */
const teardown = (name: string, headOf: (k: Kernel, f: Frame) => Addr, done: (k: Kernel, f: Frame, head: Addr) => void): KernelRoutine => ({
  name,
  cost: 20,
  step(k, f): Status {
    const head = headOf(k, f);
    if (head === 0) return k.returnVoid();
    if (isOwnHead(k, head)) {
      done(k, f, head);
      return k.returnVoid();
    }
    const e = k.mem.checked.ptr(head + LIST_ENTRY.Flink);
    unlink(k, e);
    return k.call(f, 1, k.mem.checked.ptr(e + C.FreeCallback), [e]);
  },
});

/** Insert, look up and remove over a pointer to a list head. `pointer`: where it is, from the first argument. */
const pointed = (kind: string, pointer: (k: Kernel, a: Addr) => Addr): KernelRoutine[] => [
  {
    name: `FsRtlInsertPer${kind}Context`,
    step(k, f) {
      const at = f.ptr(0) === 0 ? 0 : pointer(k, f.ptr(0));
      if (at === 0) return k.return(STATUS.INVALID_DEVICE_REQUEST);
      const head = listAt(k, at, true);
      if (head === 0) return k.return(STATUS.INSUFFICIENT_RESOURCES);
      insertAfter(k, head, f.ptr(1));
      return k.return(STATUS.SUCCESS);
    },
  },
  {
    name: `FsRtlLookupPer${kind}Context`,
    step(k, f) {
      const head = f.ptr(0) === 0 ? 0 : listAt(k, pointer(k, f.ptr(0)), false);
      return k.return(head === 0 ? 0 : find(k, head, f.ptr(1), f.ptr(2)));
    },
  },
  {
    name: `FsRtlRemovePer${kind}Context`,
    step(k, f) {
      const head = f.ptr(0) === 0 ? 0 : listAt(k, pointer(k, f.ptr(0)), false);
      return k.return(head === 0 ? 0 : take(k, head, f.ptr(1), f.ptr(2)));
    },
  },
];

export const routines: KernelRoutine[] = [
  {
    name: 'FsRtlInsertPerStreamContext',
    step(k, f) {
      if (!supports(k, f.ptr(0))) return k.return(STATUS.INVALID_DEVICE_REQUEST);
      insertAfter(k, f.ptr(0) + H.FilterContexts, f.ptr(1));
      return k.return(STATUS.SUCCESS);
    },
  },
  {
    name: 'FsRtlLookupPerStreamContextInternal',
    step: (k, f) => k.return(supports(k, f.ptr(0)) ? find(k, f.ptr(0) + H.FilterContexts, f.ptr(1), f.ptr(2)) : 0),
  },
  {
    name: 'FsRtlRemovePerStreamContext',
    step: (k, f) => k.return(supports(k, f.ptr(0)) ? take(k, f.ptr(0) + H.FilterContexts, f.ptr(1), f.ptr(2)) : 0),
  },
  teardown(
    'FsRtlTeardownPerStreamContexts',
    (_k, f) => f.ptr(0) + H.FilterContexts,
    (k, f) => k.mem.checked.setU8(f.ptr(0) + H.Flags2, k.mem.checked.u8(f.ptr(0) + H.Flags2) & ~SUPPORTS_FILTER_CONTEXTS),
  ),
  ...pointed('File', (_k, a) => a),
  teardown(
    'FsRtlTeardownPerFileContexts',
    (k, f) => k.mem.checked.ptr(f.ptr(0)),
    (k, f, head) => {
      k.pool.free(head);
      k.mem.checked.setPtr(f.ptr(0), 0);
    },
  ),
  ...pointed('FileObject', (_k, a) => a + FILE_OBJECT.FileObjectExtension),
];
