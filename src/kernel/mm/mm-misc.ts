// The rest of the memory manager that drivers call: is an address valid, physical addresses, memory of special kinds, copying with faults caught, names of
// kernel routines. Physical memory is linear memory; there are no devices, so device memory cannot be mapped, and that is what the routines say.
import { type Addr, DENY_UNMAPPED, Deny, KERNEL_BASE, MAP, MEMORY_SIZE, PAGE_SHIFT, PAGE_SIZE, type Status } from '../../machine/abi.js';
import { APC_LEVEL } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { MM_GLOBALS, PHYSICAL_MEMORY_RANGE } from '../layouts.gen.js';
import { isExportedRoutine } from '../nt-image.js';
import { unicodeText } from '../rtl/counted-string.js';
import { initListHead } from '../rtl/list.js';
import { STATUS } from '../rtl/status.js';
import { USER_END } from './probe.js';

const SYSTEM_RANGE_START = -0x800000000000; // 0xFFFF8000_00000000

/** Variables that drivers import; their addresses are fixed before boot. */
export function registerMmExports(k: Kernel): void {
  k.exportData('MmHighestUserAddress', k.globals.MM + MM_GLOBALS.MmHighestUserAddress);
  k.exportData('MmSystemRangeStart', k.globals.MM + MM_GLOBALS.MmSystemRangeStart);
  k.exportData('MmUserProbeAddress', k.globals.MM + MM_GLOBALS.MmUserProbeAddress);
}
/** Fills the memory manager's globals at boot. */
export function initializeMm(k: Kernel): void {
  const g = k.globals.MM;
  k.mem.setPtr(g + MM_GLOBALS.MmHighestUserAddress, USER_END - 1);
  k.mem.setPtr(g + MM_GLOBALS.MmSystemRangeStart, SYSTEM_RANGE_START);
  k.mem.setPtr(g + MM_GLOBALS.MmUserProbeAddress, USER_END);
  initListHead(k.mem, g + MM_GLOBALS.LookasideListHead);
}

/** Is there a page behind the address now? Pageable pages count as present: at raised IRQL they may be gone when they are touched, as on Windows. */
function isValid(k: Kernel, address: Addr): boolean {
  const o = k.mem.offsetOf(address);
  return o >= 0 && (k.mem.deny[o >>> PAGE_SHIFT] & (DENY_UNMAPPED & ~Deny.Write & ~Deny.Execute)) === 0;
}

const physicalOf = (k: Kernel, address: Addr): number => (isValid(k, address) ? k.mem.offsetOf(address) : 0);

/** Whole pages of nonpaged memory; a request below a page gets a page. */
function wholePages(k: Kernel, bytes: number): Addr {
  if (bytes <= 0 || bytes > MEMORY_SIZE) return 0;
  return k.pool.allocate('nonpaged', Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE, 'MmCm');
}
/** Such pages where all of them lie between two physical addresses (64 bits, both included); 0 when the ones that there are do not. */
function pagesWithin(k: Kernel, bytes: number, lowest: bigint, highest: bigint): Addr {
  const at = wholePages(k, bytes);
  if (at === 0) return 0;
  const first = BigInt(k.mem.offsetOf(at));
  const last = first + BigInt(Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE - 1);
  if (first >= lowest && last <= highest) return at;
  k.pool.free(at);
  return 0;
}
/** (NumberOfBytes, ..., HighestAcceptableAddress, ...): which argument that is, and which one the lowest. */
const contiguous = (name: string, highest: number, lowest = 0): KernelRoutine => ({
  name,
  cost: 50,
  step: (k, f) => k.return(pagesWithin(k, f.ptr(0), lowest === 0 ? 0n : f.u64(lowest), f.u64(highest))),
});
const release = (name: string): KernelRoutine => ({
  name,
  cost: 30,
  step(k, f) {
    k.pool.free(f.ptr(0));
    return k.returnVoid();
  },
});

const MM_COPY_MEMORY_PHYSICAL = 1;
const MM_COPY_MEMORY_VIRTUAL = 2;

/** (TargetAddress, SourceAddress, NumberOfBytes, Flags, NumberOfBytesTransferred): stops at the first page that is not there instead of faulting. */
function copyMemory(k: Kernel, f: Frame): Status {
  const flags = f.u32(3);
  if (flags !== MM_COPY_MEMORY_PHYSICAL && flags !== MM_COPY_MEMORY_VIRTUAL) return k.return(STATUS.INVALID_PARAMETER_4);
  if (k.irql > APC_LEVEL)
    return k.bugCheck(0xa, f.ptr(1), k.irql, 0, k.addressOf('MmCopyMemory'), `MmCopyMemory is called at IRQL ${k.irql}`);
  const source = flags === MM_COPY_MEMORY_PHYSICAL ? KERNEL_BASE + f.ptr(1) : f.ptr(1);
  const size = f.ptr(2);
  let done = 0;
  while (done < size && isValid(k, source + done)) {
    const n = Math.min(size - done, PAGE_SIZE - ((((source + done) % PAGE_SIZE) + PAGE_SIZE) % PAGE_SIZE));
    k.mem.checked.setBytes(f.ptr(0) + done, k.mem.bytes(source + done, n));
    done += n;
  }
  k.mem.checked.setPtr(f.ptr(4), done);
  k.machine.charge(done >> 6);
  return k.return(done === size ? STATUS.SUCCESS : done === 0 ? STATUS.INVALID_ADDRESS : STATUS.PARTIAL_COPY);
}

/** There is no device memory: NULL, and the trace says why. */
const noDevice = (name: string): KernelRoutine => ({
  name,
  cost: 30,
  step(k, f) {
    k.event('mm.iospace', { physical: f.u64(0), bytes: f.ptr(1), result: 'not simulated: there is no device memory' });
    return k.return(0);
  },
});

/** Array of the one range of physical memory, ended by an empty one; the caller frees it. */
function memoryRanges(k: Kernel): Status {
  const at = k.pool.allocate('nonpaged', 2 * PHYSICAL_MEMORY_RANGE.sizeof, 'MmPh');
  if (at === 0) return k.return(0);
  k.mem.fill(at, 2 * PHYSICAL_MEMORY_RANGE.sizeof);
  k.mem.setPtr(at + PHYSICAL_MEMORY_RANGE.NumberOfBytes, MEMORY_SIZE);
  return k.return(at);
}

/** Does the address lie in the image of a driver? */
function inDriver(k: Kernel, address: Addr): boolean {
  const o = k.mem.offsetOf(address);
  return o >= MAP.drivers.start && o < MAP.drivers.end && isValid(k, address);
}

/** Address of a routine or variable that the kernel exports, 0 when there is none. Internal routines (Ki, Psp ...) are no exports. */
export function systemRoutine(k: Kernel, name: string): Addr {
  return k.exportedVariable(name) ?? (isExportedRoutine(name) && k.routineIndex.has(name) ? k.addressOf(name) : 0);
}

export const routines: KernelRoutine[] = [
  { name: 'MmIsAddressValid', step: (k, f) => k.return(isValid(k, f.ptr(0)) ? 1 : 0) },
  {
    name: 'MmIsNonPagedSystemAddressValid',
    step: (k, f) => k.return(f.ptr(0) < 0 && isValid(k, f.ptr(0)) && !k.mem.pages.query(k.mem.offsetOf(f.ptr(0))).pageable ? 1 : 0),
  },
  { name: 'MmGetPhysicalAddress', step: (k, f) => k.return(physicalOf(k, f.ptr(0))) },
  { name: 'MmGetVirtualForPhysical', step: (k, f) => k.return(f.ptr(0) >= 0 && f.ptr(0) < MEMORY_SIZE ? KERNEL_BASE + f.ptr(0) : 0) },
  { name: 'MmGetPhysicalMemoryRanges', cost: 30, step: memoryRanges },
  { name: 'MmGetPhysicalMemoryRangesEx', cost: 30, step: memoryRanges },
  { name: 'MmGetPhysicalMemoryRangesEx2', cost: 30, step: memoryRanges },
  contiguous('MmAllocateContiguousMemory', 1),
  contiguous('MmAllocateContiguousMemorySpecifyCache', 2, 1),
  contiguous('MmAllocateContiguousMemorySpecifyCacheNode', 2, 1),
  contiguous('MmAllocateContiguousNodeMemory', 2, 1),
  {
    // (PSIZE_T NumberOfBytes, Lowest, Highest, Boundary, Node, Protect, Partition, Tag, Flags, PVOID *BaseAddress): a status, unlike the others
    name: 'MmAllocateContiguousMemoryEx',
    cost: 50,
    step(k, f) {
      const at = pagesWithin(k, k.mem.checked.ptr(f.ptr(0)), f.u64(1), f.u64(2));
      k.mem.checked.setPtr(f.ptr(9), at);
      return k.return(at === 0 ? STATUS.INSUFFICIENT_RESOURCES : STATUS.SUCCESS);
    },
  },
  { name: 'MmAllocateNonCachedMemory', cost: 50, step: (k, f) => k.return(wholePages(k, f.ptr(0))) },
  release('MmFreeContiguousMemory'),
  release('MmFreeContiguousMemorySpecifyCache'),
  release('MmFreeNonCachedMemory'),
  noDevice('MmMapIoSpace'),
  noDevice('MmMapIoSpaceEx'),
  noDevice('MmMapVideoDisplay'),
  // only what the routines above gave could be unmapped, and they gave nothing
  ...['MmUnmapIoSpace', 'MmUnmapVideoDisplay'].map((name): KernelRoutine => ({ name, step: (k) => k.returnVoid() })),
  { name: 'MmIsIoSpaceActive', step: (k) => k.return(0) },
  { name: 'MmCopyMemory', cost: 20, step: copyMemory },
  { name: 'MmGetSystemRoutineAddress', cost: 30, step: (k, f) => k.return(systemRoutine(k, unicodeText(k, f.ptr(0)))) },
  {
    // (ModuleName, FunctionName): the kernel and the HAL are one module here; other modules export nothing
    name: 'MmGetSystemRoutineAddressEx',
    cost: 30,
    step: (k, f) =>
      k.return(/^(ntoskrnl\.exe|hal\.dll)$/i.test(unicodeText(k, f.ptr(0))) ? systemRoutine(k, k.mem.checked.readAnsiz(f.ptr(1), 256)) : 0),
  },
  { name: 'MmQuerySystemSize', step: (k) => k.return(2) }, // MmLargeSystem
  { name: 'MmIsThisAnNtAsSystem', step: (k) => k.return(0) },
  // Driver Verifier watches all drivers or, with no option on, none
  { name: 'MmIsDriverVerifying', step: (k, f) => k.return(f.ptr(0) !== 0 && k.config.verifierFlags !== 0 ? 1 : 0) },
  { name: 'MmIsDriverSuspectForVerifier', step: (k, f) => k.return(f.ptr(0) !== 0 && k.config.verifierFlags !== 0 ? 1 : 0) },
  { name: 'MmIsDriverVerifyingByAddress', step: (k, f) => k.return(k.config.verifierFlags !== 0 && inDriver(k, f.ptr(0)) ? 1 : 0) },
  {
    name: 'MmIsVerifierEnabled',
    step(k, f) {
      k.mem.checked.setU32(f.ptr(0), k.config.verifierFlags);
      return k.return(k.config.verifierFlags === 0 ? STATUS.NOT_SUPPORTED : STATUS.SUCCESS);
    },
  },
  { name: 'MmIsRecursiveIoFault', step: (k) => k.return(0) },
];
