// Extra create parameters (ECPs): what a creator of a file hands to the file system beside the name. A list of contexts by GUID; a context is the driver's memory
// behind a header of ours. Nothing carries a list from user mode here, and no create request has one.
import type { Addr, Status } from '../../machine/abi.js';
import { hex } from '../ke/dispatcher.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { FSRTLP_ECP as E, FSRTLP_ECP_LIST as L, LIST_ENTRY } from '../layouts.gen.js';
import { LIST_LIMIT } from './list.js';
import { STATUS } from './status.js';
import { initHead, insertAfter, unlink } from './touch-links.js';

const LIST_SIGNATURE = 0x6c706345; // 'Ecpl'
const SIGNATURE = 0x48706345; // 'EcpH'
const ACKNOWLEDGED = 1;
const NONPAGED = 2;
const LIST_TAG = 'FSel';
const GUID_BYTES = 16;

const header = (context: Addr): Addr => context - E.sizeof;
const isEcp = (k: Kernel, context: Addr): boolean => context !== 0 && k.mem.checked.u32(header(context) + E.Signature) === SIGNATURE;
const flagsOf = (k: Kernel, context: Addr): number => k.mem.checked.u32(header(context) + E.Flags);

/** Headers on a list. */
function* headers(k: Kernel, list: Addr): Generator<Addr> {
  const head = list + L.EcpList;
  let e = k.mem.checked.ptr(head + LIST_ENTRY.Flink);
  for (let n = 0; e !== head && n < LIST_LIMIT; n++) {
    const next = k.mem.checked.ptr(e + LIST_ENTRY.Flink);
    yield e - E.ListEntry;
    e = next;
  }
}
function find(k: Kernel, list: Addr, type: Addr): Addr {
  for (const h of headers(k, list)) if (k.mem.checked.mismatch(h + E.EcpType, type, GUID_BYTES) < 0) return h;
  return 0;
}

function allocate(k: Kernel, f: Frame, tag: number | string): Status {
  const size = f.u32(1);
  const h = k.pool.allocate(f.u32(2) & NONPAGED ? 'nonpaged' : 'paged', E.sizeof + size, tag);
  if (h === 0) return k.return(STATUS.INSUFFICIENT_RESOURCES);
  const m = k.mem.checked;
  m.fill(h, E.sizeof + size);
  m.setU32(h + E.Signature, SIGNATURE);
  m.setBytes(h + E.EcpType, m.bytes(f.ptr(0), GUID_BYTES).slice());
  m.setPtr(h + E.CleanupCallback, f.ptr(3));
  m.setU32(h + E.Size, size);
  m.setPtr(f.ptr(5), h + E.sizeof);
  return k.return(STATUS.SUCCESS);
}

/** Which bug check ends the run when a context is damaged or freed twice is not published: that of a bad pool block (U). */
const damaged = (k: Kernel, context: Addr, name: string): Status =>
  k.bugCheck(
    0xc2,
    0x7,
    0,
    0,
    context,
    `${name} of ${hex(context)}, which is no extra create parameter (freed twice, or memory of another kind)`,
  );

/** Calls the cleanup routine of a context; `next` is the place after it. */
function cleanUp(k: Kernel, f: Frame, h: Addr, next: number): Status | undefined {
  const callback = k.mem.checked.ptr(h + E.CleanupCallback);
  return callback === 0 ? undefined : k.call(f, next, callback, [h + E.sizeof, h + E.EcpType]);
}
function release(k: Kernel, h: Addr): void {
  k.mem.checked.setU32(h + E.Signature, 0);
  k.pool.free(h);
}

/** Stores what a search found; the last two may be left out. */
function answer(k: Kernel, h: Addr, context: Addr, size: Addr): Status {
  if (h === 0) return k.return(STATUS.NOT_FOUND);
  if (context !== 0) k.mem.checked.setPtr(context, h + E.sizeof);
  if (size !== 0) k.mem.checked.setU32(size, k.mem.checked.u32(h + E.Size));
  return k.return(STATUS.SUCCESS);
}

export const routines: KernelRoutine[] = [
  {
    // (Flags, EcpList)
    name: 'FsRtlAllocateExtraCreateParameterList',
    step(k, f) {
      const list = k.pool.allocate('paged', L.sizeof, LIST_TAG);
      if (list === 0) return k.return(STATUS.INSUFFICIENT_RESOURCES);
      k.mem.checked.fill(list, L.sizeof);
      k.mem.checked.setU32(list + L.Signature, LIST_SIGNATURE);
      initHead(k, list + L.EcpList);
      k.mem.checked.setPtr(f.ptr(1), list);
      return k.return(STATUS.SUCCESS);
    },
  },
  // (EcpType, SizeOfContext, Flags, CleanupCallback, PoolTag, EcpContext)
  { name: 'FsRtlAllocateExtraCreateParameter', step: (k, f) => allocate(k, f, f.u32(4)) },
  {
    // (EcpContext): not on a list any more
    name: 'FsRtlFreeExtraCreateParameter',
    step(k, f) {
      if (f.ptr(0) === 0) return k.returnVoid();
      if (f.pc === 0) {
        if (!isEcp(k, f.ptr(0))) return damaged(k, f.ptr(0), 'FsRtlFreeExtraCreateParameter');
        const called = cleanUp(k, f, header(f.ptr(0)), 1);
        if (called !== undefined) return called;
      }
      release(k, header(f.ptr(0)));
      return k.returnVoid();
    },
  },
  {
    // (EcpList): with everything that is on it. Local 0: the header whose cleanup routine runs
    name: 'FsRtlFreeExtraCreateParameterList',
    locals: 1,
    step(k, f) {
      if (f.pc === 1) release(k, f.get(0));
      for (const h of headers(k, f.ptr(0))) {
        unlink(k, h + E.ListEntry);
        f.set(0, h);
        const called = cleanUp(k, f, h, 1);
        if (called !== undefined) return called;
        release(k, h);
      }
      k.mem.checked.setU32(f.ptr(0) + L.Signature, 0);
      k.pool.free(f.ptr(0));
      return k.returnVoid();
    },
  },
  {
    // (EcpList, EcpContext): one of each type
    name: 'FsRtlInsertExtraCreateParameter',
    step(k, f) {
      if (!isEcp(k, f.ptr(1))) return k.return(STATUS.INVALID_PARAMETER);
      const h = header(f.ptr(1));
      if (find(k, f.ptr(0), h + E.EcpType) !== 0) return k.return(STATUS.INVALID_PARAMETER);
      insertAfter(k, k.mem.checked.ptr(f.ptr(0) + L.EcpList + LIST_ENTRY.Blink), h + E.ListEntry);
      return k.return(STATUS.SUCCESS);
    },
  },
  { name: 'FsRtlFindExtraCreateParameter', step: (k, f) => answer(k, find(k, f.ptr(0), f.ptr(1)), f.ptr(2), f.ptr(3)) },
  {
    name: 'FsRtlRemoveExtraCreateParameter',
    step(k, f) {
      const h = find(k, f.ptr(0), f.ptr(1));
      if (h !== 0) unlink(k, h + E.ListEntry);
      return answer(k, h, f.ptr(2), f.ptr(3));
    },
  },
  {
    // (EcpList, CurrentEcpContext, NextEcpType, NextEcpContext, NextEcpContextSize)
    name: 'FsRtlGetNextExtraCreateParameter',
    step(k, f) {
      const all = [...headers(k, f.ptr(0))];
      const i = f.ptr(1) === 0 ? 0 : all.indexOf(header(f.ptr(1))) + 1;
      if (f.ptr(1) !== 0 && i === 0) return k.return(STATUS.INVALID_PARAMETER);
      const h = all[i] ?? 0;
      if (h !== 0 && f.ptr(2) !== 0) k.mem.checked.setBytes(f.ptr(2), k.mem.checked.bytes(h + E.EcpType, GUID_BYTES).slice());
      return answer(k, h, f.ptr(3), f.ptr(4));
    },
  },
  {
    name: 'FsRtlAcknowledgeEcp',
    step(k, f) {
      if (isEcp(k, f.ptr(0))) k.mem.checked.setU32(header(f.ptr(0)) + E.Flags, flagsOf(k, f.ptr(0)) | ACKNOWLEDGED);
      return k.returnVoid();
    },
  },
  {
    name: 'FsRtlPrepareToReuseEcp',
    step(k, f) {
      if (isEcp(k, f.ptr(0))) k.mem.checked.setU32(header(f.ptr(0)) + E.Flags, flagsOf(k, f.ptr(0)) & ~ACKNOWLEDGED);
      return k.returnVoid();
    },
  },
  { name: 'FsRtlIsEcpAcknowledged', step: (k, f) => k.return(isEcp(k, f.ptr(0)) && flagsOf(k, f.ptr(0)) & ACKNOWLEDGED ? 1 : 0) },
  { name: 'FsRtlIsEcpFromUserMode', step: (k) => k.return(0) },
];
