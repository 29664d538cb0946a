// Share access: who has a file open for reading, writing and deleting, and what each of them lets others do (reference: IoCheckShareAccess). The counters are
// the caller's SHARE_ACCESS, which file systems keep with each file; the caller holds the lock that guards it.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { FILE_OBJECT, SHARE_ACCESS } from '../layouts.gen.js';
import { NT } from '../ob/status.js';

const READ = 0x21; // FILE_READ_DATA | FILE_EXECUTE
const WRITE = 0x6; // FILE_WRITE_DATA | FILE_APPEND_DATA
const DELETE = 0x10000;

/** [field of FILE_OBJECT, counter of SHARE_ACCESS]: who accesses, what is shared. */
const COUNTERS = [
  [FILE_OBJECT.ReadAccess, SHARE_ACCESS.Readers],
  [FILE_OBJECT.WriteAccess, SHARE_ACCESS.Writers],
  [FILE_OBJECT.DeleteAccess, SHARE_ACCESS.Deleters],
  [FILE_OBJECT.SharedRead, SHARE_ACCESS.SharedRead],
  [FILE_OBJECT.SharedWrite, SHARE_ACCESS.SharedWrite],
  [FILE_OBJECT.SharedDelete, SHARE_ACCESS.SharedDelete],
] as const;

/** Notes in the file object what this open wants and shares; false: nothing that counts (attributes only). */
function note(k: Kernel, access: number, share: number, file: Addr): boolean {
  const c = k.mem.checked;
  const flags = [access & READ, access & WRITE, access & DELETE];
  const counts = flags.some((x) => x !== 0);
  flags.forEach((x, i) => c.setU8(file + COUNTERS[i][0], x !== 0 ? 1 : 0));
  [1, 2, 4].forEach((bit, i) => c.setU8(file + COUNTERS[3 + i][0], counts && share & bit ? 1 : 0));
  return counts;
}

/** Adds this open to the counters, or takes it out. */
function count(k: Kernel, file: Addr, shared: Addr, delta: 1 | -1): void {
  const c = k.mem.checked;
  if (c.u8(file + FILE_OBJECT.ReadAccess) + c.u8(file + FILE_OBJECT.WriteAccess) + c.u8(file + FILE_OBJECT.DeleteAccess) === 0) return;
  c.setU32(shared + SHARE_ACCESS.OpenCount, c.u32(shared + SHARE_ACCESS.OpenCount) + delta);
  for (const [field, counter] of COUNTERS) c.setU32(shared + counter, c.u32(shared + counter) + delta * c.u8(file + field));
}

export function checkShareAccess(k: Kernel, access: number, share: number, file: Addr, shared: Addr, update: boolean): number {
  if (!note(k, access, share, file)) return NT.SUCCESS;
  const c = k.mem.checked;
  const opens = c.u32(shared + SHARE_ACCESS.OpenCount);
  for (let i = 0; i < 3; i++) {
    // what this open wants must be shared by all others, and what others do must be shared by this one
    const wants = c.u8(file + COUNTERS[i][0]) !== 0 && c.u32(shared + COUNTERS[3 + i][1]) < opens;
    const denies = c.u32(shared + COUNTERS[i][1]) !== 0 && c.u8(file + COUNTERS[3 + i][0]) === 0;
    if (wants || denies) return NT.SHARING_VIOLATION;
  }
  if (update) count(k, file, shared, 1);
  return NT.SUCCESS;
}

export function setShareAccess(k: Kernel, access: number, share: number, file: Addr, shared: Addr): void {
  k.mem.checked.fill(shared, SHARE_ACCESS.sizeof);
  if (note(k, access, share, file)) count(k, file, shared, 1);
}

export const removeShareAccess = (k: Kernel, file: Addr, shared: Addr): void => count(k, file, shared, -1);

export const routines: KernelRoutine[] = [
  {
    // (DesiredAccess, DesiredShareAccess, FileObject, ShareAccess, Update)
    name: 'IoCheckShareAccess',
    step: (k, f) => k.return(checkShareAccess(k, f.u32(0), f.u32(1), f.ptr(2), f.ptr(3), f.bool(4))),
  },
  {
    // (DesiredAccess, DesiredShareAccess, FileObject, ShareAccess)
    name: 'IoSetShareAccess',
    step: (k, f) => (setShareAccess(k, f.u32(0), f.u32(1), f.ptr(2), f.ptr(3)), k.returnVoid()),
  },
  { name: 'IoRemoveShareAccess', step: (k, f) => (removeShareAccess(k, f.ptr(0), f.ptr(1)), k.returnVoid()) },
  { name: 'IoUpdateShareAccess', step: (k, f) => (count(k, f.ptr(0), f.ptr(1), 1), k.returnVoid()) },
];
