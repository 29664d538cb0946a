// Processor instructions that driver code reaches through compiler intrinsics and that need the kernel: time stamp, CPUID, control and model-specific
// registers, the processor control region, return addresses, 128-bit division. The compiler turns each into a call of the routine of its name.
// What the simulated processor is: an Intel-like x64 of one package, one core a CPU, SSE2 but no AVX, no virtualization, no RDRAND; Windows' own choices of
// CR0, CR4 and EFER. None of the numbers is documented for drivers, so all of them are a choice (U), made so that they agree with each other.
// Not simulated stays what would change how the machine works (writes of CR0, CR3, CR4 and MSRs, interrupts off, ports, descriptor tables).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { KE_GLOBALS, KPCR, KPRCB } from '../layouts.gen.js';
import { stopNotSimulated } from '../not-simulated.js';
import { callers } from '../rtl/stack-trace.js';

/** Time-stamp counts a nanosecond: a 2 GHz invariant counter. */
const TSC_PER_NS = 2;
const timeStamp = (k: Kernel): bigint => BigInt(Math.floor(k.now * k.config.stepNs * TSC_PER_NS));

const STATUS_INTEGER_DIVIDE_BY_ZERO = 0xc0000094;
const STATUS_INTEGER_OVERFLOW = 0xc0000095;

const CR0 = 0x80050033n; // PG AM WP NE ET MP PE
const CR4 = 0x3506f8n; // SMAP SMEP OSXSAVE FSGSBASE OSXMMEXCPT OSFXSR PGE MCE PAE PSE DE
const EFLAGS = 0x202n; // interrupts on
const MXCSR = 0x1f80;
const XCR0 = 3n; // x87 and SSE state

// ---------------------------------------------------------------- CPUID
type Leaf = readonly [eax: number, ebx: number, ecx: number, edx: number];
const BRAND = 'Interlock Simulated CPU @ 2.00GHz';
const word = (text: string, at: number): number =>
  [0, 1, 2, 3].reduce((w, i) => w | ((at + i < text.length ? text.charCodeAt(at + i) : 0) << (8 * i)), 0);
const brand = (part: number): Leaf => [0, 4, 8, 12].map((at) => word(BRAND, 16 * part + at)) as unknown as Leaf;
const bits = (...list: readonly number[]): number => list.reduce((w, b) => w | (1 << b), 0);

const HIGHEST_LEAF = 0x16;
const HIGHEST_EXTENDED = 0x80000008;

function cpuid(k: Kernel, asked: number, subleaf: number): Leaf {
  const cpus = k.config.cpus;
  // beyond the highest leaf an Intel processor answers as for the highest basic one
  const basic = asked < 0x80000000;
  const leaf = (basic && asked > HIGHEST_LEAF) || (!basic && asked > HIGHEST_EXTENDED) ? HIGHEST_LEAF : asked;
  switch (leaf) {
    case 0:
      return [HIGHEST_LEAF, word('Genu', 0), word('ntel', 0), word('ineI', 0)];
    case 1:
      return [
        0x000906ea,
        (k.cpuNumber << 24) | (Math.min(cpus, 255) << 16) | (8 << 8),
        bits(0, 9, 13, 19, 20, 23, 26, 27), // SSE3 SSSE3 CX16 SSE4.1 SSE4.2 POPCNT XSAVE OSXSAVE
        bits(0, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 19, 23, 24, 25, 26, ...(cpus > 1 ? [28] : [])),
      ];
    case 7:
      return subleaf === 0 ? [0, bits(0, 3, 7, 9, 20), 0, 0] : [0, 0, 0, 0]; // FSGSBASE BMI1 SMEP ERMS SMAP
    case 0xb:
      return subleaf === 1 ? [6, cpus, 0x201, k.cpuNumber] : [0, subleaf === 0 ? 1 : 0, subleaf === 0 ? 0x100 : subleaf, k.cpuNumber];
    case 0xd:
      return subleaf === 0 ? [3, 576, 576, 0] : [0, 0, 0, 0];
    case 0x15:
      return [1, 80, 25_000_000, 0]; // 25 MHz crystal x 80 = 2 GHz
    case 0x16:
      return [2000, 2000, 100, 0];
    case 0x80000000:
      return [HIGHEST_EXTENDED, 0, 0, 0];
    case 0x80000001:
      return [0, 0, bits(0, 5), bits(11, 20, 27, 29)]; // LAHF LZCNT; SYSCALL NX RDTSCP LM
    case 0x80000002:
    case 0x80000003:
    case 0x80000004:
      return brand(leaf - 0x80000002);
    case 0x80000007:
      return [0, 0, 0, bits(8)]; // invariant time stamp
    case 0x80000008:
      return [0x3027, 0, 0, 0]; // 39 bits physical, 48 linear
    default:
      return [0, 0, 0, 0];
  }
}

function storeLeaf(k: Kernel, at: Addr, leaf: Leaf): Status {
  leaf.forEach((w, i) => k.mem.checked.setU32(at + 4 * i, w >>> 0));
  return k.returnVoid();
}

// ---------------------------------------------------------------- processor control region
/** KPCR of this CPU: made when a driver first asks, since nothing else uses it. Its copy of the IRQL is brought up to date at every asking. */
function controlRegion(k: Kernel): Addr {
  const slot = k.globals.KE + KE_GLOBALS.ControlRegions + 8 * k.cpuNumber;
  let pcr = k.mem.ptr(slot);
  if (pcr === 0) {
    pcr = k.pool.allocate('nonpaged', KPCR.sizeof, 'Kpcr');
    k.mem.fill(pcr, KPCR.sizeof);
    k.mem.setPtr(pcr + KPCR.Self, pcr);
    k.mem.setPtr(pcr + KPCR.CurrentPrcb, k.prcb());
    k.mem.setU16(pcr + KPCR.MajorVersion, 1);
    k.mem.setU16(pcr + KPCR.MinorVersion, 1);
    k.mem.setPtr(slot, pcr);
  }
  k.mem.setU8(pcr + KPCR.Irql, k.irql);
  return pcr;
}

/** Threads of the KPRCB that follows the KPCR in Windows (at gs:[0x180]): CurrentThread, NextThread, IdleThread. */
const PRCB_THREADS: ReadonlyMap<number, number> = new Map([
  [0x188, KPRCB.CurrentThread],
  [0x190, KPRCB.NextThread],
  [0x198, KPRCB.IdleThread],
]);
const PRCB_NUMBER = 0x1a4;

/** `__readgs*`: what lies at these offsets is either in the KPCR or one of the well-known words of the KPRCB. */
function readGs(name: string, size: 1 | 2 | 4 | 8): KernelRoutine {
  return {
    name,
    cost: 1,
    step(k, f) {
      const offset = f.u32(0);
      const thread = PRCB_THREADS.get(offset);
      if (thread !== undefined && size === 8) return k.return(k.mem.ptr(k.prcb() + thread));
      if (offset === PRCB_NUMBER && size <= 4) return k.return(k.cpuNumber);
      const known: readonly number[] = [KPCR.Self, KPCR.CurrentPrcb, KPCR.Irql, KPCR.MajorVersion, KPCR.MinorVersion];
      if (!known.includes(offset)) return stopNotSimulated(k, f, `${name}(0x${offset.toString(16)})`);
      const at = controlRegion(k) + offset;
      if (size === 8) return k.returnBig(k.mem.u64(at));
      return k.return(size === 4 ? k.mem.u32(at) : size === 2 ? k.mem.u16(at) : k.mem.u8(at));
    },
  };
}

// ---------------------------------------------------------------- model-specific registers
function readMsr(k: Kernel, f: Frame): Status {
  const msr = f.u32(0);
  switch (msr) {
    case 0x10: // IA32_TIME_STAMP_COUNTER
      return k.returnBig(timeStamp(k));
    case 0x1b: // IA32_APIC_BASE: enabled, the boot processor marked
      return k.returnBig(0xfee00800n | (k.cpuNumber === 0 ? 0x100n : 0n));
    case 0xc0000080: // IA32_EFER: SCE LME LMA NXE
      return k.returnBig(0xd01n);
    case 0xc0000081: // IA32_STAR: selectors of system call and return
      return k.returnBig(0x0023001000000000n);
    case 0xc0000084: // IA32_FMASK
      return k.returnBig(0x4700n);
    case 0xc0000101: // IA32_GS_BASE
      return k.return(controlRegion(k));
    case 0xc0000103: // IA32_TSC_AUX
      return k.return(k.cpuNumber);
    default:
      return stopNotSimulated(k, f, `__readmsr(0x${msr.toString(16).toUpperCase()})`);
  }
}

// ---------------------------------------------------------------- 128-bit division
function divide(k: Kernel, f: Frame, signed: boolean): Status {
  const divisor = signed ? f.i64(2) : f.u64(2);
  if (divisor === 0n) return k.raiseStatus(STATUS_INTEGER_DIVIDE_BY_ZERO);
  const dividend = ((signed ? f.i64(0) : f.u64(0)) << 64n) | f.u64(1);
  const quotient = dividend / divisor;
  if (quotient !== (signed ? BigInt.asIntN(64, quotient) : BigInt.asUintN(64, quotient))) return k.raiseStatus(STATUS_INTEGER_OVERFLOW);
  k.mem.checked.setU64(f.ptr(3), BigInt.asUintN(64, dividend % divisor));
  return k.returnBig(quotient);
}

const constant = (name: string, value: bigint): KernelRoutine => ({ name, cost: 1, step: (k) => k.returnBig(value) });

export const routines: KernelRoutine[] = [
  { name: '__rdtsc', cost: 1, step: (k) => k.returnBig(timeStamp(k)) },
  {
    name: '__rdtscp',
    cost: 1,
    step(k, f) {
      k.mem.checked.setU32(f.ptr(0), k.cpuNumber);
      return k.returnBig(timeStamp(k));
    },
  },
  { name: '__cpuid', cost: 5, step: (k, f) => storeLeaf(k, f.ptr(0), cpuid(k, f.u32(1), 0)) },
  { name: '__cpuidex', cost: 5, step: (k, f) => storeLeaf(k, f.ptr(0), cpuid(k, f.u32(1), f.u32(2))) },
  constant('__readcr0', CR0),
  // address of the last page fault that the machine saw
  { name: '__readcr2', cost: 1, step: (k) => k.return(k.mem.registers.faultAddress) },
  constant('__readcr4', CR4),
  constant('__readeflags', EFLAGS),
  constant('__getcallerseflags', EFLAGS),
  { name: '_mm_getcsr', cost: 1, step: (k) => k.return(MXCSR) },
  { name: '_xgetbv', cost: 1, step: (k, f) => (f.u32(0) === 0 ? k.returnBig(XCR0) : stopNotSimulated(k, f, `_xgetbv(${f.u32(0)})`)) },
  { name: '__readmsr', cost: 3, step: readMsr },
  readGs('__readgsbyte', 1),
  readGs('__readgsword', 2),
  readGs('__readgsdword', 4),
  readGs('__readgsqword', 8),
  {
    // waits for the next interrupt of this CPU: its clock
    name: '__halt',
    cost: 1,
    step(k) {
      const left = k.mem.ptr(k.prcb() + KPRCB.NextTick) - k.now;
      if (left > 0) k.machine.charge(left);
      return k.returnVoid();
    },
  },
  // the code address of the function that called the asking one: addresses of code have no finer place here (rtl/stack-trace.ts)
  { name: '_ReturnAddress', cost: 1, step: (k, f) => k.return(callers(k, f)[1] ?? 0) },
  { name: '_udiv128', cost: 3, step: (k, f) => divide(k, f, false) },
  { name: '_div128', cost: 3, step: (k, f) => divide(k, f, true) },
];
