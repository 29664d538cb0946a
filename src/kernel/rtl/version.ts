// What Windows says it is: version 10.0 with the build number of the scenario, workstation, no service pack.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { OSVERSIONINFOEXW as V } from '../layouts.gen.js';
import { STATUS } from './status.js';

const MAJOR = 10;
const MINOR = 0;
const PLATFORM_WIN32_NT = 2;
const WORKSTATION = 1;
const SUITE_SINGLEUSERTS = 0x100;
/** _WIN32_WINNT_WIN10 in the form of NTDDI_VERSION. */
const OS_VERSION = 0x0a000000;

/** Sizes that RtlGetVersion takes: RTL_OSVERSIONINFOW ends where the EX part begins. */
const BASIC_SIZE = V.wServicePackMajor;

function getVersion(k: Kernel, at: Addr): void {
  const m = k.mem.checked;
  const size = m.u32(at + V.dwOSVersionInfoSize);
  m.setU32(at + V.dwMajorVersion, MAJOR);
  m.setU32(at + V.dwMinorVersion, MINOR);
  m.setU32(at + V.dwBuildNumber, k.config.windowsBuild);
  m.setU32(at + V.dwPlatformId, PLATFORM_WIN32_NT);
  if (size === BASIC_SIZE || size === V.sizeof) m.fill(at + V.szCSDVersion, BASIC_SIZE - V.szCSDVersion);
  if (size !== V.sizeof) return;
  m.setU16(at + V.wServicePackMajor, 0);
  m.setU16(at + V.wServicePackMinor, 0);
  m.setU16(at + V.wSuiteMask, SUITE_SINGLEUSERTS);
  m.setU8(at + V.wProductType, WORKSTATION);
  m.setU8(at + V.wReserved, 0);
}

// VER_* bits of TypeMask; each has three bits of ConditionMask, in this order
const TYPES = { minor: 0, major: 1, build: 2, platform: 3, spMinor: 4, spMajor: 5, suite: 6, product: 7 } as const;
type Type = keyof typeof TYPES;

/** VER_EQUAL 1, GREATER 2, GREATER_EQUAL 3, LESS 4, LESS_EQUAL 5: is `ours` in that relation to `wanted`? */
function holds(ours: number, wanted: number, condition: number): boolean {
  switch (condition) {
    case 1:
      return ours === wanted;
    case 2:
      return ours > wanted;
    case 3:
      return ours >= wanted;
    case 4:
      return ours < wanted;
    case 5:
      return ours <= wanted;
    default:
      return false;
  }
}

function verify(k: Kernel, at: Addr, typeMask: number, conditions: bigint): number {
  const m = k.mem.checked;
  const has = (t: Type): boolean => (typeMask & (1 << TYPES[t])) !== 0;
  const condition = (t: Type): number => Number((conditions >> BigInt(3 * TYPES[t])) & 7n);
  if (typeMask === 0 || conditions === 0n) return STATUS.INVALID_PARAMETER;
  const values: readonly [Type, number, number][] = [
    ['major', MAJOR, m.u32(at + V.dwMajorVersion)],
    ['minor', MINOR, m.u32(at + V.dwMinorVersion)],
    ['spMajor', 0, has('spMajor') ? m.u16(at + V.wServicePackMajor) : 0],
    ['spMinor', 0, has('spMinor') ? m.u16(at + V.wServicePackMinor) : 0],
  ];
  // version and service pack are one number: a later part counts only while the earlier ones are equal, under the first part's condition
  const parts = values.filter(([t]) => has(t));
  if (parts.length) {
    const relation = condition(parts[0][0]);
    if (relation === 0) return STATUS.INVALID_PARAMETER;
    const differs = parts.find(([, ours, wanted]) => ours !== wanted) ?? parts[parts.length - 1];
    if (!holds(differs[1], differs[2], relation)) return STATUS.REVISION_MISMATCH;
  }
  const single: readonly [Type, number, () => number][] = [
    ['build', k.config.windowsBuild, () => m.u32(at + V.dwBuildNumber)],
    ['platform', PLATFORM_WIN32_NT, () => m.u32(at + V.dwPlatformId)],
    ['product', WORKSTATION, () => m.u8(at + V.wProductType)],
  ];
  for (const [t, ours, wanted] of single) {
    if (has(t) && !holds(ours, wanted(), condition(t))) return STATUS.REVISION_MISMATCH;
  }
  if (has('suite')) {
    const wanted = m.u16(at + V.wSuiteMask);
    const common = wanted & SUITE_SINGLEUSERTS;
    // VER_AND 6: all of them, VER_OR 7: one of them
    if (condition('suite') === 7 ? wanted !== 0 && common === 0 : common !== wanted) return STATUS.REVISION_MISMATCH;
  }
  return STATUS.SUCCESS;
}

export const routines: KernelRoutine[] = [
  {
    name: 'RtlGetVersion',
    step(k, f) {
      getVersion(k, f.ptr(0));
      return k.return(STATUS.SUCCESS);
    },
  },
  { name: 'RtlVerifyVersionInfo', step: (k, f) => k.return(verify(k, f.ptr(0), f.u32(1), f.u64(2))) },
  {
    // (ConditionMask, TypeMask, Condition): the three bits of the highest type in the mask are or-ed in, as VER_SET_CONDITION wants it type by type
    name: 'VerSetConditionMask',
    step(k, f) {
      const types = f.u32(1) & 0xff;
      const at = BigInt(3 * (31 - Math.clz32(types)));
      return k.returnBig(types === 0 ? f.u64(0) : f.u64(0) | (BigInt(f.u8(2) & 7) << at));
    },
  },
  // only whole versions can be asked for, no service packs
  {
    name: 'RtlIsNtDdiVersionAvailable',
    step: (k, f) => k.return((f.u32(0) & 0xffff) === 0 && f.u32(0) >= 0x06000000 && f.u32(0) <= OS_VERSION ? 1 : 0),
  },
  {
    name: 'RtlIsServicePackVersionInstalled',
    step: (k, f) => k.return((f.u32(0) & 0xffff0000) === OS_VERSION && (f.u32(0) & 0xff00) === 0 ? 1 : 0),
  },
  {
    name: 'RtlGetNtProductType',
    step(k, f) {
      k.mem.checked.setU32(f.ptr(0), WORKSTATION);
      return k.return(1);
    },
  },
  { name: 'RtlGetSuiteMask', step: (k) => k.return(SUITE_SINGLEUSERTS) },
  // SUITE_TYPE is the bit's number: SingleUserTS = 8
  { name: 'ExVerifySuite', step: (k, f) => k.return(f.u32(0) === 8 ? 1 : 0) },
];
