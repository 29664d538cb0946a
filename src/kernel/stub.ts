// Calls of functions that nothing provides. Each comes to routine 0 with the name of what is missing: a stub of the scenario answers, or the run stops, because
// whatever the driver did next would say nothing about Windows. Stubs are part of the build, not of the simulated state.
import { formatRange, type Range } from '../base/source.js';
import { Reason, type Status } from '../machine/abi.js';
import { frameAt } from '../machine/walk.js';
import { type IrqlLimit, wrongIrql } from './irql-limit.js';
import type { Frame, Kernel } from './kernel.js';

/** What a call of one function comes to, for one image. */
export interface StubRoutine {
  readonly name: string;
  /** As the caller gets it, 0 for functions that return nothing. */
  readonly value: bigint;
  /** Written, in order, through arguments that are not NULL. `size` in bytes. */
  readonly outputs: readonly { readonly argument: number; readonly size: 1 | 2 | 4 | 8; readonly value: bigint }[];
  /** From the annotations of its declaration. */
  readonly irql?: IrqlLimit;
}

/** The call that ended the run because nothing answers for it. */
export interface NotSimulated {
  readonly name: string;
  /** Image whose call it was; empty when that is not known. */
  readonly image: string;
  /** `driver.c:12:5`: the call in the driver's own text. */
  readonly where: string;
  /** Global step of the call, -1 when that is not known. */
  readonly site: number;
}

const MAX_FRAMES = 64;

/** The innermost step below a routine's frame that the user wrote: headers of ours are passed over. */
function callSite(k: Kernel, fp: number): { readonly range: Range; readonly site: number } | undefined {
  const { machine } = k;
  for (let at = machine.headers.prev(fp), n = 0; at !== 0 && n < MAX_FRAMES; at = machine.headers.prev(at), n++) {
    const frame = frameAt(machine, at);
    if (!frame) return undefined;
    if (!frame.step || !frame.info || frame.step.range.file.builtin) continue;
    return { range: frame.step.range, site: frame.info.stepBase + frame.info.steps.indexOf(frame.step) };
  }
  return undefined;
}

/** Step of routine 0: the frame is that of a call of a function which its image does not have. */
export function unresolvedCall(k: Kernel, f: Frame): Status {
  const u = k.machine.unresolved(f.fp);
  const stub = u && k.stubs.get(u.image.name)?.get(u.name);
  if (stub) return callStub(k, f, stub);
  const name = u?.name ?? 'an unknown function';
  k.hooks.verifier?.unresolvedCall(k, f.fp, name);
  return stopAtCall(k, f, name, u?.image.name ?? '', u && formatRange(u.range));
}

/** Ends the run at the call behind `f`. `declared`: the place to name when the call itself has none. */
export function stopAtCall(k: Kernel, f: Frame, name: string, image: string, declared?: string): Status {
  const site = callSite(k, f.fp);
  k.notSimulated = { name, image, where: site ? formatRange(site.range) : (declared ?? k.where(f.fp)), site: site?.site ?? -1 };
  k.event('ke.notsimulated', { name, where: k.notSimulated.where });
  return k.machine.stop(Reason.BugCheck);
}

function callStub(k: Kernel, f: Frame, stub: StubRoutine): Status {
  k.hooks.verifier?.unresolvedCall(k, f.fp, stub.name);
  const { irql } = k;
  const stop = stub.irql && (irql > stub.irql.max || irql < stub.irql.min) ? wrongIrql(k, stub.name, irql, stub.irql) : undefined;
  if (stop !== undefined) return stop;
  for (const o of stub.outputs) {
    const to = f.ptr(o.argument);
    if (to === 0) continue;
    // a pointer that leads nowhere is the driver's mistake, as in the routine itself
    const m = k.mem.checked;
    if (o.size === 8) m.setU64(to, o.value);
    else if (o.size === 4) m.setU32(to, Number(BigInt.asUintN(32, o.value)));
    else if (o.size === 2) m.setU16(to, Number(BigInt.asUintN(16, o.value)));
    else m.setU8(to, Number(BigInt.asUintN(8, o.value)));
  }
  k.event('ke.stub', { name: stub.name, result: stub.value });
  return k.returnBig(stub.value);
}
