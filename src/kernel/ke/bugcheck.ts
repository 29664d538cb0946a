// Bug checks: the machine stops. Code and parameters are in memory (KiBugCheckData) like on Windows; the explanation in words goes to the trace
// and is kept beside, because it is about this run and not part of the simulated state.
import { type Addr, Reason, Reg, ROUTINE_BASE, type Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KE_GLOBALS, KI_BUGCHECK_DATA } from '../layouts.gen.js';
import { bugCheckName } from './bugcheck-names.js';

/** Thrown by kernel code deep inside a step; the step's wrapper turns it into the bug check. */
export class BugCheckError extends Error {
  constructor(
    readonly code: number,
    readonly parameters: readonly (number | bigint)[],
    readonly explanation: string,
  ) {
    super(`bug check 0x${code.toString(16)}`);
  }
}

export interface BugCheckInfo {
  readonly code: number;
  /** `IRQL_NOT_LESS_OR_EQUAL` */
  readonly name: string;
  /** Four parameters, unsigned 64-bit. */
  readonly parameters: readonly bigint[];
  readonly cpu: number;
  readonly thread: Addr;
  /** fp of the innermost frame. */
  readonly frame: number;
  /** Function, file and line of the innermost frame that is not the kernel's. */
  readonly where: string;
  readonly explanation: string;
}

const DATA = KE_GLOBALS.KiBugCheckData;

export function raiseBugCheck(k: Kernel, code: number, parameters: readonly (number | bigint)[], explanation: string): Status {
  const data = k.globals.KE + DATA;
  if (k.mem.ptr(data + KI_BUGCHECK_DATA.Active) === 0) {
    const top = k.machine.reg(Reg.Top);
    k.mem.setI64(data + KI_BUGCHECK_DATA.Code, BigInt(code >>> 0));
    for (let i = 0; i < 4; i++) k.mem.setI64(data + KI_BUGCHECK_DATA.Parameter1 + 8 * i, BigInt(parameters[i] ?? 0));
    k.mem.setPtr(data + KI_BUGCHECK_DATA.Cpu, k.cpuNumber);
    k.mem.setPtr(data + KI_BUGCHECK_DATA.Thread, k.currentThread());
    k.mem.setPtr(data + KI_BUGCHECK_DATA.Frame, top);
    k.mem.setPtr(data + KI_BUGCHECK_DATA.Active, 1);
    k.bugCheckExplanation = explanation;
    k.hooks.verifier?.bugCheckRaised(k, code >>> 0, parameters[0] ?? 0, explanation);
    const p = [0, 1, 2, 3].map((i) => BigInt.asUintN(64, BigInt(parameters[i] ?? 0)));
    k.event('ke.bugcheck', { code: code >>> 0, p1: p[0], p2: p[1], p3: p[2], p4: p[3], explanation });
  }
  return k.stop(Reason.BugCheck);
}

/** The innermost frame of compiled code at or above fp: where a driver did what ended badly; fp itself when there is none. */
export function driverFrame(k: Kernel, fp: number): number {
  const h = k.machine.headers;
  for (let at = fp, n = 0; at > 0 && n < 256; at = h.prev(at), n++) if (h.fn(at) < ROUTINE_BASE) return at;
  return fp;
}

export function readBugCheck(k: Kernel): BugCheckInfo | undefined {
  const data = k.globals.KE + DATA;
  if (k.mem.ptr(data + KI_BUGCHECK_DATA.Active) === 0) return undefined;
  const code = Number(k.mem.u64(data + KI_BUGCHECK_DATA.Code));
  const frame = k.mem.ptr(data + KI_BUGCHECK_DATA.Frame);
  return {
    code,
    name: bugCheckName(code),
    parameters: [0, 1, 2, 3].map((i) => k.mem.u64(data + KI_BUGCHECK_DATA.Parameter1 + 8 * i)),
    cpu: k.mem.ptr(data + KI_BUGCHECK_DATA.Cpu),
    thread: k.mem.ptr(data + KI_BUGCHECK_DATA.Thread),
    frame,
    where: k.where(driverFrame(k, frame)),
    explanation: k.bugCheckExplanation,
  };
}

const callerGaveUp = 'the driver called KeBugCheck(Ex) itself';

export const routines: KernelRoutine[] = [
  { name: 'KeBugCheck', step: (k: Kernel, f: Frame) => k.bugCheck(f.u32(0), 0, 0, 0, 0, callerGaveUp) },
  { name: 'KeBugCheckEx', step: (k: Kernel, f: Frame) => k.bugCheck(f.u32(0), f.u64(1), f.u64(2), f.u64(3), f.u64(4), callerGaveUp) },
];
