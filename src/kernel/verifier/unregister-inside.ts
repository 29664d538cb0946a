// unregister-inside at run time: a callback removes itself. The removal waits for the running invocation, which waits for the removal.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { OBP_CALLBACK_ITEM, OBP_REGISTRATION, VF_INVOCATION } from '../layouts.gen.js';
import type { EntryCheck } from './check.js';
import { callbackName, report } from './finding.js';
import { invocationsOf, kindWord } from './invocation.js';

/** Does one of the invocations that run on this thread belong to the routine? */
function runsHere(k: Kernel, invocation: Addr, routines: readonly Addr[]): Addr {
  for (const r of invocationsOf(k, invocation)) if (routines.includes(k.mem.ptr(r + VF_INVOCATION.Routine))) return r;
  return 0;
}

function tell(k: Kernel, frame: number, invocation: Addr, name: string): void {
  if (invocation === 0) return;
  report(k, {
    rule: 'unregister-inside',
    severity: 'error',
    text: `${callbackName(k, invocation)} calls ${name} for itself inside ${kindWord(k, invocation)} callback: the removal waits for this invocation to end, for ever`,
    frame,
    invocation,
  });
}

/** Routines of an object callback registration, none when the handle is not one. */
function routinesOf(k: Kernel, registration: Addr): Addr[] {
  if (!k.mem.allowed(registration, OBP_REGISTRATION.sizeof, false)) return [];
  const items = k.mem.ptr(registration + OBP_REGISTRATION.Items);
  const out: Addr[] = [];
  for (let i = 0; i < Math.min(64, k.mem.u16(registration + OBP_REGISTRATION.Count)); i++) {
    const item = items + i * OBP_CALLBACK_ITEM.sizeof;
    if (k.mem.allowed(item, OBP_CALLBACK_ITEM.sizeof, false))
      out.push(k.mem.ptr(item + OBP_CALLBACK_ITEM.PreOperation), k.mem.ptr(item + OBP_CALLBACK_ITEM.PostOperation));
  }
  return out.filter((a) => a !== 0);
}

export const checks: EntryCheck[] = [
  {
    routines: ['PsSetCreateProcessNotifyRoutine', 'PsSetCreateProcessNotifyRoutineEx'],
    check(k, f, invocation, name) {
      if (f.bool(1)) tell(k, f.fp, runsHere(k, invocation, [f.ptr(0)]), name);
    },
  },
  {
    routines: ['PsSetCreateProcessNotifyRoutineEx2'],
    check(k, f, invocation, name) {
      if (f.bool(2)) tell(k, f.fp, runsHere(k, invocation, [f.ptr(1)]), name);
    },
  },
  {
    routines: ['PsRemoveCreateThreadNotifyRoutine', 'PsRemoveLoadImageNotifyRoutine'],
    check: (k, f, invocation, name) => tell(k, f.fp, runsHere(k, invocation, [f.ptr(0)]), name),
  },
  {
    routines: ['ObUnRegisterCallbacks'],
    check: (k, f, invocation, name) => tell(k, f.fp, runsHere(k, invocation, routinesOf(k, f.ptr(0))), name),
  },
];
