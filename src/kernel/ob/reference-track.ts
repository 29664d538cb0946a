// References to objects and handles that drivers hold: who took them where, so that what is never given back is named when the driver unloads. Windows counts
// references but does not know their holders; object reference tracing records them like this. Only references that driver code takes itself count: what the
// kernel takes and drops on a driver's behalf is its own business.
import { type Addr, FRAME, ROUTINE_BASE, toAddress } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel } from '../kernel.js';
import { OB_GLOBALS, OBP_HELD_REFERENCE as R } from '../layouts.gen.js';

/** OB_GLOBALS.Held has this many; what does not fit is not tracked (and so never reported). */
const CAPACITY = 1024;

/** Routines that hand a referenced object to their caller: which argument points to the variable that receives it, or `'result'`, or the object itself. */
const TAKES: Readonly<Record<string, { readonly out: number } | { readonly object: number } | 'result'>> = {
  PsLookupProcessByProcessId: { out: 1 },
  PsLookupThreadByThreadId: { out: 1 },
  ObReferenceObjectByHandle: { out: 4 },
  ObReferenceObjectByHandleWithTag: { out: 5 },
  ObReferenceObjectByName: { out: 7 },
  ObReferenceObjectByPointer: { object: 0 },
  ObReferenceObjectByPointerWithTag: { object: 0 },
  ObfReferenceObject: { object: 0 },
  ObfReferenceObjectWithTag: { object: 0 },
  ObReferenceObject: { object: 0 },
  ObReferenceObjectWithTag: { object: 0 },
  PsReferenceProcessFilePointer: { out: 1 },
  PsReferencePrimaryToken: 'result',
  PsReferenceImpersonationToken: 'result',
  IoGetAttachedDeviceReference: 'result',
};
/** Of those that hand out through an argument or test what they are given, the result is a status. */
const ANSWERS_STATUS = /^(PsLookup|ObReferenceObjectBy|PsReferenceProcessFilePointer)/;
/** Routines that take a reference away, and the argument that is the object. */
const GIVES: Readonly<Record<string, number>> = {
  ObfDereferenceObject: 0,
  ObfDereferenceObjectWithTag: 0,
  ObDereferenceObject: 0,
  ObDereferenceObjectWithTag: 0,
  ObDereferenceObjectDeferDelete: 0,
  ObDereferenceObjectDeferDeleteWithTag: 0,
  PsDereferencePrimaryToken: 0,
  PsDereferenceImpersonationToken: 0,
};

const base = (k: Kernel): Addr => k.globals.OB + OB_GLOBALS.Held;
const used = (k: Kernel): number => k.mem.u32(k.globals.OB + OB_GLOBALS.HeldCount);

/** Function, step and image of the compiled code that called this routine directly; undefined when a routine of the kernel did. */
function caller(k: Kernel, f: Frame): Place | undefined {
  const fp = k.machine.headers.prev(f.fp);
  return fp > 0 && k.machine.headers.fn(fp) < ROUTINE_BASE ? compiled(k, fp) : undefined;
}

/** Where the code of a compiled frame stands. */
function compiled(k: Kernel, fp: number): Place {
  const fn = k.machine.headers.fn(fp);
  const code = k.machine.function(fn)?.codeOffset ?? 0;
  const image = k.machine.images.images.findIndex((i) => code >= i.start && code < i.end);
  return { fn, step: k.mem.raw.i32(fp + FRAME.pc), image };
}

function take(k: Kernel, f: Frame, object: Addr): void {
  const by = object === 0 ? undefined : caller(k, f);
  if (by) record(k, by, object, 0);
}

/** A handle was made: it belongs to the driver whose code is innermost, not to a program. `entry`: its HANDLE_TABLE_ENTRY. */
export function noteHandle(k: Kernel, f: Frame, entry: Addr, object: Addr): void {
  const h = k.machine.headers;
  for (let fp = h.prev(f.fp), n = 0; fp > 0 && n < 64; fp = h.prev(fp), n++) {
    if (h.fn(fp) >= ROUTINE_BASE) continue;
    const by = compiled(k, fp);
    if (k.machine.images.images[by.image]?.mode === 'kernel') record(k, by, entry, object);
    return;
  }
}

interface Place {
  readonly fn: number;
  readonly step: number;
  readonly image: number;
}

function record(k: Kernel, by: Place, object: Addr, target: Addr): void {
  const n = used(k);
  for (let i = 0; i < n; i++) {
    const r = base(k) + i * R.sizeof;
    if (k.mem.ptr(r + R.Object) !== object || k.mem.u32(r + R.Function) !== by.fn || k.mem.u32(r + R.Step) !== by.step >>> 0) continue;
    k.mem.setU32(r + R.Count, k.mem.u32(r + R.Count) + 1);
    return;
  }
  if (n === CAPACITY) return;
  const r = base(k) + n * R.sizeof;
  k.mem.setPtr(r + R.Object, object);
  k.mem.setPtr(r + R.Target, target);
  k.mem.setU32(r + R.Function, by.fn);
  k.mem.setU32(r + R.Step, by.step >>> 0);
  k.mem.setI32(r + R.Image, by.image);
  k.mem.setU32(r + R.Count, 1);
  k.mem.setU32(k.globals.OB + OB_GLOBALS.HeldCount, n + 1);
}

/** The entry goes when nothing of it is left; the last one takes its place. */
function drop(k: Kernel, i: number, count: number): void {
  const r = base(k) + i * R.sizeof;
  const left = k.mem.u32(r + R.Count) - count;
  if (left > 0) {
    k.mem.setU32(r + R.Count, left);
    return;
  }
  const last = used(k) - 1;
  if (i !== last) k.mem.copy(r, base(k) + last * R.sizeof, R.sizeof);
  k.mem.setU32(k.globals.OB + OB_GLOBALS.HeldCount, last);
}

/** The latest reference of the same image is the one given back; of another image when that has none (a reference that was handed over). */
function give(k: Kernel, f: Frame, object: Addr): void {
  if (object === 0 || used(k) === 0) return;
  const by = caller(k, f);
  if (!by) return;
  let other = -1;
  for (let i = used(k) - 1; i >= 0; i--) {
    const r = base(k) + i * R.sizeof;
    if (k.mem.ptr(r + R.Object) !== object) continue;
    if (k.mem.i32(r + R.Image) === by.image) {
      drop(k, i, 1);
      return;
    }
    if (other < 0) other = i;
  }
  if (other >= 0) drop(k, other, 1);
}

/** An object (or the entry of a handle) is gone: whoever held it, nothing of it is left to give back. */
export function forgetObject(k: Kernel, object: Addr): void {
  for (let i = used(k) - 1; i >= 0; i--) if (k.mem.ptr(base(k) + i * R.sizeof + R.Object) === object) drop(k, i, 0xffffffff);
}

export interface HeldReference {
  readonly object: Addr;
  readonly count: number;
  /** Held by a handle that was not closed, not by a reference. */
  readonly handle: boolean;
  readonly fn: number;
  readonly step: number;
}

/** What the image still holds, in the order in which it was taken as far as that is known; and forgets it. */
export function takeHeldReferences(k: Kernel, image: number): HeldReference[] {
  const held: HeldReference[] = [];
  for (let i = used(k) - 1; i >= 0; i--) {
    const r = base(k) + i * R.sizeof;
    if (k.mem.i32(r + R.Image) !== image) continue;
    const target = k.mem.ptr(r + R.Target);
    held.unshift({
      object: target || k.mem.ptr(r + R.Object),
      handle: target !== 0,
      count: k.mem.u32(r + R.Count),
      fn: k.mem.u32(r + R.Function),
      step: k.mem.u32(r + R.Step),
    });
    drop(k, i, 0xffffffff);
  }
  return held;
}

export interface ReferenceHook {
  /** Before the first step: the object may be gone after it. */
  readonly before?: (k: Kernel, f: Frame) => void;
  /** After the routine has returned. */
  readonly after?: (k: Kernel, f: Frame) => void;
}

/** What a routine does to the references that its caller holds; undefined for all others. */
export function referenceHook(name: string): ReferenceHook | undefined {
  if (name in GIVES) return { before: (k, f) => give(k, f, f.ptr(GIVES[name])) };
  const takes = TAKES[name];
  if (takes === undefined) return undefined;
  const status = ANSWERS_STATUS.test(name);
  return {
    after(k, f) {
      const result = k.machine.registers.returnValue;
      if (status && (result | 0) < 0) return;
      if (takes === 'result') take(k, f, result);
      else take(k, f, 'out' in takes ? k.mem.checked.ptr(f.ptr(takes.out)) : f.ptr(takes.object));
    },
  };
}

/** For a driver image: its index from an address inside. */
export const imageAt = (k: Kernel, address: Addr): number =>
  k.machine.images.images.findIndex((i) => address >= toAddress(i.start) && address < toAddress(i.end));
