// MDLs, probes and the small routines of the memory manager, one call at a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IRP, KPROCESS, MDL } from '../../../src/kernel/layouts.gen.js';
import { routines as copyVirtual } from '../../../src/kernel/mm/copy-virtual.js';
import { MdlFlag, routines as mdlRoutines } from '../../../src/kernel/mm/mdl.js';
import { routines as mdlMap } from '../../../src/kernel/mm/mdl-map.js';
import { routines as mdlPages } from '../../../src/kernel/mm/mdl-pages.js';
import { routines as mdlReserved } from '../../../src/kernel/mm/mdl-reserved.js';
import { routines as misc } from '../../../src/kernel/mm/mm-misc.js';
import { lockedPages } from '../../../src/kernel/mm/page-lock.js';
import { routines as poolRoutines } from '../../../src/kernel/mm/pool-routines.js';
import { routines as probe } from '../../../src/kernel/mm/probe.js';
import { KERNEL_BASE, MAP, PAGE_SIZE, Reg, USER_BASE } from '../../../src/machine/abi.js';
import { Rig } from '../rtl/rig.js';

const rigOf = (): Rig => new Rig([mdlRoutines, mdlMap, mdlPages, mdlReserved, misc, poolRoutines, probe]);
const ACCESS_VIOLATION = 0xc0000005;

function findings(rig: Rig): string[] {
  const out: string[] = [];
  for (let i = 0; i < rig.k.trace.length; i++) {
    const e = rig.k.trace.get(i);
    if (e.kind === 'verifier.finding') out.push(String(e.data.id));
  }
  return out;
}
const setIrql = (rig: Rig, irql: number): void => {
  rig.k.machine.setReg(Reg.Irql, irql);
  rig.k.mem.registers.updateMasks();
};

test('IoAllocateMdl describes the range and chains to an IRP', () => {
  const rig = rigOf();
  const m = rig.k.mem;
  const irp = rig.alloc(IRP.sizeof);
  const va = KERNEL_BASE + MAP.drivers.start + 0x234;
  const first = rig.call('IoAllocateMdl', va, 0x2000, 0, 0, irp);
  const second = rig.call('IoAllocateMdl', va, 16, 1, 0, irp);
  assert.equal(m.ptr(irp + IRP.MdlAddress), first);
  assert.equal(m.ptr(first + MDL.Next), second);
  assert.deepEqual(
    [m.u16(first + MDL.Size), m.u32(first + MDL.ByteCount), m.u32(first + MDL.ByteOffset), m.ptr(first + MDL.StartVa)],
    [0x30 + 24, 0x2000, 0x234, va - 0x234],
  );
  assert.equal(rig.call('MmSizeOfMdl', va, 0x2000), 0x48);
  rig.call('IoFreeMdl', first);
  rig.call('IoFreeMdl', second);
  assert.equal(rig.k.pool.live().length, 0);
  assert.equal(rig.fails('IoFreeMdl', second).exception?.address !== undefined || rig.k.bugCheckInfo()?.code === 0xc2, true);
});

test('MmBuildMdlForNonPagedPool and a partial MDL', () => {
  const rig = rigOf();
  const m = rig.k.mem;
  const buffer = rig.k.pool.allocate('nonpaged', 3 * PAGE_SIZE, 'Test');
  const mdl = rig.call('IoAllocateMdl', buffer + 0x10, 2 * PAGE_SIZE, 0, 0, 0);
  rig.call('MmBuildMdlForNonPagedPool', mdl);
  assert.equal(m.ptr(mdl + MDL.MappedSystemVa), buffer + 0x10);
  assert.equal(m.ptr(mdl + MDL.sizeof + 8) * PAGE_SIZE, buffer - KERNEL_BASE + PAGE_SIZE);
  const part = rig.call('IoAllocateMdl', buffer + PAGE_SIZE, 0x100, 0, 0, 0);
  rig.call('IoBuildPartialMdl', mdl, part, buffer + PAGE_SIZE + 8, 0x20);
  assert.equal(m.ptr(part + MDL.MappedSystemVa), buffer + PAGE_SIZE + 8);
  assert.equal(m.u32(part + MDL.ByteCount), 0x20);
  assert.equal(m.ptr(part + MDL.sizeof), m.ptr(mdl + MDL.sizeof + 8));
  assert.equal(rig.fails('IoBuildPartialMdl', mdl, part, buffer + 0x10, 2 * PAGE_SIZE).bugCheck, 0x40);
});

test('MmBuildMdlForNonPagedPool of paged pool is a bug check', () => {
  const rig = rigOf();
  const buffer = rig.k.pool.allocate('paged', 64, 'Test');
  const mdl = rig.call('IoAllocateMdl', buffer, 64, 0, 0, 0);
  const failure = rig.fails('MmBuildMdlForNonPagedPool', mdl);
  assert.equal(failure.bugCheck, 0xc4);
  assert.match(failure.explanation!, /MmProbeAndLockPages/);
});

test('locked user memory is seen through its kernel address, at any IRQL', () => {
  const rig = rigOf();
  const m = rig.k.mem;
  const offset = rig.userWindow(4);
  const va = USER_BASE + 0xff0;
  m.writeAnsi(va, 'hello user');
  const mdl = rig.call('IoAllocateMdl', va, 0x20, 0, 0, 0);
  rig.call('MmProbeAndLockPages', mdl, 1, 0);
  assert.equal(m.u16(mdl + MDL.MdlFlags) & MdlFlag.PagesLocked, MdlFlag.PagesLocked);
  assert.equal(lockedPages(rig.k, offset, 4 * PAGE_SIZE), 2);
  const system = rig.call('MmMapLockedPagesSpecifyCache', mdl, 0, 1, 0, 0, 16);
  assert.equal(m.readAnsi(system, 10), 'hello user');
  setIrql(rig, 2);
  assert.equal(m.checked.u8(system), 0x68); // locked, hence resident
  assert.throws(() => m.checked.u8(USER_BASE + 2 * PAGE_SIZE)); // its neighbour is not
  setIrql(rig, 0);
  assert.equal(rig.call('MmMapLockedPagesSpecifyCache', mdl, 1, 1, 0, 0, 16), va);
  rig.call('MmUnmapLockedPages', system, mdl);
  rig.call('MmUnlockPages', mdl);
  assert.equal(lockedPages(rig.k, offset, 4 * PAGE_SIZE), 0);
  setIrql(rig, 2);
  assert.throws(() => m.checked.u8(system)); // pageable again
  setIrql(rig, 0);
  assert.equal(rig.fails('MmUnlockPages', mdl).bugCheck, 0x76);
});

test('locks count: the page becomes pageable with the last one', () => {
  const rig = rigOf();
  const offset = rig.userWindow(1);
  const mdls = [0, 1].map(() => rig.call('IoAllocateMdl', USER_BASE, 16, 0, 0, 0));
  for (const mdl of mdls) rig.call('MmProbeAndLockPages', mdl, 1, 0);
  rig.call('MmUnlockPages', mdls[0]);
  assert.equal(rig.k.mem.pages.query(offset).pageable, false);
  rig.call('MmUnlockPages', mdls[1]);
  assert.equal(rig.k.mem.pages.query(offset).pageable, true);
});

test("MmProbeAndLockPages raises for memory that is not there, read-only, or not the user's", () => {
  const rig = rigOf();
  rig.userWindow(1, { writable: false });
  const raises = (va: number, length: number, mode: number, operation: number): number | undefined => {
    const mdl = rig.call('IoAllocateMdl', va, length, 0, 0, 0);
    return rig.fails('MmProbeAndLockPages', mdl, mode, operation).exception?.code;
  };
  assert.equal(raises(USER_BASE + PAGE_SIZE, 8, 1, 0), ACCESS_VIOLATION);
  assert.equal(raises(USER_BASE, 8, 1, 1), ACCESS_VIOLATION);
  assert.equal(raises(USER_BASE + PAGE_SIZE - 4, 8, 1, 0), ACCESS_VIOLATION); // second page
  const kernel = rig.k.pool.allocate('nonpaged', 16, 'Test');
  assert.equal(raises(kernel, 8, 1, 0), ACCESS_VIOLATION);
  const mdl = rig.call('IoAllocateMdl', kernel, 8, 0, 0, 0);
  rig.call('MmProbeAndLockPages', mdl, 0, 2); // the same for kernel mode is fine
});

test('misuse that Windows survives is reported, what it does not survive stops', () => {
  const rig = rigOf();
  rig.userWindow(1);
  const mdl = rig.call('IoAllocateMdl', USER_BASE, 16, 0, 0, 0);
  assert.equal(rig.fails('MmMapLockedPages', mdl, 0).bugCheck, 0xc4); // not locked
  const two = rigOf();
  two.userWindow(1);
  const other = two.call('IoAllocateMdl', USER_BASE, 16, 0, 0, 0);
  two.call('MmProbeAndLockPages', other, 1, 0);
  two.call('MmMapLockedPages', other, 0);
  two.call('MmMapLockedPages', other, 0);
  two.call('IoFreeMdl', other);
  assert.deepEqual(findings(two), ['mdl-mapped-twice', 'mdl-freed-locked']);
});

test('unmapping something else is bug check 0xDA; the System process has no addresses to map to', () => {
  const rig = rigOf();
  const mdl = rig.call('IoAllocateMdl', rig.k.pool.allocate('nonpaged', 64, 'Test'), 64, 0, 0, 0);
  rig.call('MmBuildMdlForNonPagedPool', mdl);
  assert.equal(rig.fails('MmMapLockedPagesSpecifyCache', mdl, 1, 1, 0, 0, 16).exception?.code, 0xc000000d);
  assert.equal(rig.fails('MmUnmapLockedPages', KERNEL_BASE, mdl).bugCheck, 0xda);
});

test('pages that an MDL brings with it', () => {
  const rig = rigOf();
  const m = rig.k.mem;
  const mdl = rig.call('MmAllocatePagesForMdl', 0, -1, 0, 3 * PAGE_SIZE - 5);
  assert.equal(m.u32(mdl + MDL.ByteCount), 3 * PAGE_SIZE);
  const at = rig.call('MmMapLockedPagesSpecifyCache', mdl, 0, 1, 0, 0, 16);
  assert.equal(m.checked.u32(at), 0);
  m.checked.setU32(at + 2 * PAGE_SIZE, 7);
  rig.call('MmUnmapLockedPages', at, mdl);
  rig.call('MmFreePagesFromMdl', mdl);
  assert.throws(() => m.checked.u32(at));
  rig.call('ExFreePool', mdl);
  assert.equal(rig.k.pool.live().length, 0);
});

test('ProbeForRead and ProbeForWrite', () => {
  const rig = rigOf();
  rig.userWindow(2, { writable: false });
  const code = (name: string, ...args: number[]): number | undefined => rig.fails(name, ...args).exception?.code;
  rig.call('ProbeForRead', USER_BASE, 16, 4);
  rig.call('ProbeForRead', USER_BASE + 64 * PAGE_SIZE, 16, 1); // reading is not tried
  rig.call('ProbeForRead', KERNEL_BASE, 0, 1); // length 0 is never a fault
  rig.call('ProbeForRead', 0x7fffffff0000 - 16, 16, 1);
  assert.equal(code('ProbeForRead', USER_BASE + 2, 16, 4), 0x80000002);
  assert.equal(code('ProbeForRead', 0x7fffffff0000 - 16, 17, 1), ACCESS_VIOLATION);
  assert.equal(code('ProbeForRead', KERNEL_BASE + MAP.drivers.start, 4, 1), ACCESS_VIOLATION);
  assert.equal(code('ProbeForRead', USER_BASE, -1, 1), ACCESS_VIOLATION); // wraps around
  const write = rig.fails('ProbeForWrite', USER_BASE, 16, 1);
  assert.equal(write.exception?.code, ACCESS_VIOLATION);
  assert.equal(write.exception?.address, USER_BASE);
  const other = rigOf();
  other.userWindow(1);
  other.call('ProbeForWrite', USER_BASE + 8, PAGE_SIZE - 8, 8);
  assert.equal(other.fails('ProbeForWrite', USER_BASE + 8, PAGE_SIZE, 8).exception?.address, USER_BASE + PAGE_SIZE);
});

test('addresses', () => {
  const rig = rigOf();
  const page = rig.guardedPage({ pageable: true });
  assert.equal(rig.call('MmIsAddressValid', page), 1);
  assert.equal(rig.call('MmIsAddressValid', page + PAGE_SIZE), 0);
  assert.equal(rig.call('MmIsAddressValid', 0), 0);
  assert.equal(rig.call('MmIsNonPagedSystemAddressValid', page), 0);
  const physical = rig.call('MmGetPhysicalAddress', page + 5);
  assert.equal(rig.call('MmGetVirtualForPhysical', physical), page + 5);
  assert.equal(rig.call('MmGetPhysicalAddress', page + PAGE_SIZE), 0);
  assert.equal(rig.call('MmMapIoSpace', 0xfee00000, 0x1000, 0), 0);
  const block = rig.call('MmAllocateContiguousMemory', 100, -1);
  assert.equal(block % PAGE_SIZE === 0, true);
  rig.call('MmFreeContiguousMemory', block);
  assert.equal(rig.k.pool.live().length, 0);
});

test('MmCopyMemory stops where memory ends', () => {
  const rig = rigOf();
  const m = rig.k.mem;
  const page = rig.guardedPage();
  const d = rig.alloc(64);
  const done = rig.alloc(8);
  m.writeAnsi(page + PAGE_SIZE - 4, 'tail');
  assert.equal(rig.status('MmCopyMemory', d, page + PAGE_SIZE - 4, 16, 2, done), 0x8000000d);
  assert.deepEqual([m.ptr(done), m.readAnsi(d, 4)], [4, 'tail']);
  assert.equal(rig.status('MmCopyMemory', d, page + PAGE_SIZE, 16, 2, done), 0xc0000141);
  assert.equal(rig.status('MmCopyMemory', d, page, 16, 3, done), 0xc00000f2);
  assert.equal(rig.status('MmCopyMemory', d, rig.call('MmGetPhysicalAddress', page), 16, 1, done), 0);
});

test('MmGetSystemRoutineAddress knows exports, not internals', () => {
  const rig = rigOf();
  assert.equal(rig.call('MmGetSystemRoutineAddress', rig.unicode('IoAllocateMdl')), rig.k.addressOf('IoAllocateMdl'));
  assert.equal(rig.call('MmGetSystemRoutineAddress', rig.unicode('NoSuchRoutine')), 0);
  assert.equal(rig.call('MmGetSystemRoutineAddress', rig.unicode('KiUnresolvedCall')), 0);
  assert.equal(rig.call('MmGetSystemRoutineAddress', rig.unicode('MmUserProbeAddress')), rig.k.dataExports.get('MmUserProbeAddress'));
  assert.equal(rig.k.mem.ptr(rig.k.dataExports.get('MmUserProbeAddress')!), 0x7fffffff0000);
});

test('MmCopyVirtualMemory between two processes', () => {
  const rig = new Rig([copyVirtual]);
  const m = rig.k.mem;
  const process = (index: number): { at: number; offset: number } => {
    const offset = MAP.user.start + index * 0x100000;
    m.pages.map(offset, 2 * PAGE_SIZE, { writable: index === 0, user: true, pageable: true });
    const at = rig.alloc(KPROCESS.sizeof);
    m.setU32(at + KPROCESS.UserOffset, offset);
    m.setU32(at + KPROCESS.UserSize, 4 * PAGE_SIZE);
    return { at, offset };
  };
  const a = process(0);
  const b = process(1);
  const done = rig.alloc(8);
  m.raw.writeAnsi(b.offset + PAGE_SIZE - 2, 'crossing');
  assert.equal(rig.status('MmCopyVirtualMemory', b.at, USER_BASE + PAGE_SIZE - 2, a.at, USER_BASE + 5, 8, 1, done), 0);
  assert.equal(m.raw.readAnsi(a.offset + 5, 8), 'crossing');
  assert.equal(m.ptr(done), 8);
  assert.equal(rig.status('MmCopyVirtualMemory', b.at, USER_BASE + 2 * PAGE_SIZE - 3, a.at, USER_BASE, 8, 1, done), 0x8000000d);
  assert.equal(m.ptr(done), 3);
  assert.equal(rig.status('MmCopyVirtualMemory', a.at, USER_BASE, b.at, USER_BASE, 8, 0, done), 0x8000000d); // read-only
  assert.equal(rig.status('MmCopyVirtualMemory', a.at, rig.alloc(8), b.at, USER_BASE, 8, 1, done), ACCESS_VIOLATION); // kernel memory for a user
  m.raw.writeAnsi(a.offset + 5, 'crossing');
  const kernel = rig.alloc(16);
  assert.equal(rig.status('MmCopyVirtualMemory', a.at, USER_BASE + 5, a.at, kernel, 8, 0, done), 0);
  assert.equal(m.readAnsi(kernel, 8), 'crossing');
});
