// The pico provider: the paired driver of a subsystem, which answers system calls and user exceptions of pico processes (reference: subsystem-processes.md 4).
// One at most, registered while the core drivers load. Without one the kernel's own provider (src/kernel/lx) answers.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, ETHREAD, PS_GLOBALS, PS_PICO_PROVIDER_ROUTINES, PS_PICO_ROUTINES } from '../layouts.gen.js';
import { isType, objectType } from '../ob/object.js';
import { previousMode, USER_MODE } from '../ob/service.js';
import { NT } from '../ob/status.js';
import { mapAccess, ObType } from '../ob/types.js';
import { isSubsystemProcess, processOf } from './state.js';

const TABLE = PS_GLOBALS.PspPicoProviderRoutines;
/** SubsystemInformationType came with Windows 10 1703. */
const RS2 = 15063;
export const SUBSYSTEM_WSL = 1;

/** Members of PS_PICO_ROUTINES in order, with the kernel routine that each points to. */
const PICO_ROUTINES: readonly (readonly [keyof typeof PS_PICO_ROUTINES, string])[] = [
  ['CreateProcess', 'PspPicoCreateProcess'],
  ['CreateThread', 'PspPicoCreateThread'],
  ['GetProcessContext', 'PspPicoGetProcessContext'],
  ['GetThreadContext', 'PspPicoGetThreadContext'],
  ['GetContextThreadInternal', 'PspPicoGetContextThreadInternal'],
  ['SetContextThreadInternal', 'PspPicoSetContextThreadInternal'],
  ['TerminateThread', 'PspPicoTerminateThread'],
  ['ResumeThread', 'PspPicoResumeThread'],
  ['SetThreadDescriptorBase', 'PspPicoSetThreadDescriptorBase'],
  ['SuspendThread', 'PspPicoSuspendThread'],
  ['TerminateProcess', 'PspPicoTerminateProcess'],
];

export const hasProvider = (k: Kernel): boolean => k.mem.ptr(k.globals.PS + TABLE + PS_PICO_PROVIDER_ROUTINES.Size) !== 0;

/** A routine of the provider, 0 when there is no provider or it has none. */
export function providerRoutine(k: Kernel, member: Exclude<keyof typeof PS_PICO_PROVIDER_ROUTINES, 'sizeof'>): Addr {
  return hasProvider(k) ? k.mem.ptr(k.globals.PS + TABLE + PS_PICO_PROVIDER_ROUTINES[member]) : 0;
}

export const isPicoThread = (k: Kernel, thread: Addr): boolean => isSubsystemProcess(k, processOf(k, thread));

/** Frees the registers that a pico thread was to begin with. */
export function freePicoFrame(k: Kernel, thread: Addr): void {
  const frame = k.mem.ptr(thread + ETHREAD.PicoFrame);
  if (frame === 0) return;
  k.mem.setPtr(thread + ETHREAD.PicoFrame, 0);
  k.pool.free(frame);
}

/** What the subsystem queries answer for a pico process. */
export function subsystemType(k: Kernel): number {
  if (!hasProvider(k) || k.config.windowsBuild < RS2) return SUBSYSTEM_WSL;
  return k.mem.u32(k.globals.PS + TABLE + PS_PICO_PROVIDER_ROUTINES.SubsystemInformationType);
}

const MAXIMUM_ALLOWED = 0x02000000;

/**
 * Access to ask for when user mode opens a process or thread: the provider says what it may have of pico ones at most; undefined: it asks for more. Kernel mode
 * and other processes are not limited, nor is anybody by the built-in provider (U).
 */
export function picoAccess(k: Kernel, body: Addr, desired: number): number | undefined {
  const thread = isType(k, body, ObType.Thread);
  if (previousMode(k) !== USER_MODE || !hasProvider(k) || !isSubsystemProcess(k, thread ? processOf(k, body) : body)) return desired;
  const allowed = k.mem.u32(k.globals.PS + TABLE + PS_PICO_PROVIDER_ROUTINES[thread ? 'OpenThread' : 'OpenProcess']);
  if (desired & MAXIMUM_ALLOWED) return allowed;
  return mapAccess(k, objectType(k, body), desired) & ~allowed ? undefined : desired;
}

/** The core drivers have been loaded: nobody can register any more. */
export function closeRegistration(k: Kernel): void {
  k.mem.setU32(k.globals.PS + PS_GLOBALS.PspPicoRegistrationDisabled, 1);
}

function register(k: Kernel, provider: Addr, routines: Addr): number {
  const c = k.mem.checked;
  // (U) which of two reasons to refuse goes first
  if (k.mem.u32(k.globals.PS + PS_GLOBALS.PspPicoRegistrationDisabled) !== 0) return NT.TOO_LATE;
  const size = k.config.windowsBuild < RS2 ? PS_PICO_PROVIDER_ROUTINES.SubsystemInformationType : PS_PICO_PROVIDER_ROUTINES.sizeof;
  if (c.ptr(provider + PS_PICO_PROVIDER_ROUTINES.Size) !== size) return NT.INFO_LENGTH_MISMATCH;
  if (c.ptr(routines + PS_PICO_ROUTINES.Size) !== PS_PICO_ROUTINES.sizeof) return NT.INFO_LENGTH_MISMATCH;
  k.mem.setBytes(k.globals.PS + TABLE, c.bytes(provider, size));
  for (const [member, name] of PICO_ROUTINES) c.setPtr(routines + PS_PICO_ROUTINES[member], k.addressOf(name));
  closeRegistration(k);
  k.event('ps.pico-provider', { routine: k.mem.ptr(k.globals.PS + TABLE + PS_PICO_PROVIDER_ROUTINES.DispatchSystemCall) });
  return NT.SUCCESS;
}

export const routines: KernelRoutine[] = [
  {
    // (ProviderRoutines, PicoRoutines)
    name: 'PsRegisterPicoProvider',
    cost: 50,
    step: (k, f) => k.return(register(k, f.ptr(0), f.ptr(1))),
  },
  { name: 'PspPicoGetProcessContext', cost: 2, step: (k, f) => k.return(k.mem.checked.ptr(f.ptr(0) + EPROCESS.PicoContext)) },
  { name: 'PspPicoGetThreadContext', cost: 2, step: (k, f) => k.return(k.mem.checked.ptr(f.ptr(0) + ETHREAD.PicoContext)) },
];
