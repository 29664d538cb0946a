// Locks and IRQL along the paths of a function: which locks are held and how high the IRQL is, for certain, before each operation. What differs between the
// paths that meet is forgotten, so a lock chosen by a flag is held on neither way out. Wrappers of lock routines count as what they do.
import type { CallExpr, Expr } from '../c/tree.js';
import { strip } from '../c/walk.js';
import { type Analysis, solve } from './dataflow.js';
import { flowOf, type Op } from './flow.js';
import { pointee } from './places.js';
import { type Call, type Ddi, type Fn, irqlValue } from './program.js';

export type LockFamily = 'spin lock' | 'fast mutex' | 'guarded mutex' | 'resource' | 'push lock' | 'mutex';

interface Acquire {
  readonly family: LockFamily;
  /** Argument that says whether it may wait. */
  readonly wait?: number;
  /** IRQL while held. */
  readonly raises?: number;
}

const SPIN: Acquire = { family: 'spin lock', raises: 2 };
const DPC: Acquire = { family: 'spin lock' };
const RESOURCE: Acquire = { family: 'resource', wait: 1 };
const PUSH: Acquire = { family: 'push lock' };

const ACQUIRE: Readonly<Record<string, Acquire>> = {
  KeAcquireSpinLockRaiseToDpc: SPIN,
  KeAcquireInStackQueuedSpinLock: SPIN,
  ExAcquireSpinLockExclusive: SPIN,
  ExAcquireSpinLockShared: SPIN,
  KeAcquireSpinLockAtDpcLevel: DPC,
  KeAcquireInStackQueuedSpinLockAtDpcLevel: DPC,
  ExAcquireSpinLockExclusiveAtDpcLevel: DPC,
  ExAcquireSpinLockSharedAtDpcLevel: DPC,
  ExAcquireFastMutex: { family: 'fast mutex', raises: 1 },
  ExAcquireFastMutexUnsafe: { family: 'fast mutex' },
  KeAcquireGuardedMutex: { family: 'guarded mutex' },
  KeAcquireGuardedMutexUnsafe: { family: 'guarded mutex' },
  ExAcquireResourceExclusiveLite: RESOURCE,
  ExAcquireResourceSharedLite: RESOURCE,
  ExAcquireSharedStarveExclusive: RESOURCE,
  ExAcquireSharedWaitForExclusive: RESOURCE,
  ExEnterCriticalRegionAndAcquireResourceExclusive: { family: 'resource' },
  ExEnterCriticalRegionAndAcquireResourceShared: { family: 'resource' },
  FltAcquireResourceExclusive: { family: 'resource' },
  FltAcquireResourceShared: { family: 'resource' },
  ExAcquirePushLockExclusiveEx: PUSH,
  ExAcquirePushLockSharedEx: PUSH,
  FltAcquirePushLockExclusive: PUSH,
  FltAcquirePushLockExclusiveEx: PUSH,
  FltAcquirePushLockShared: PUSH,
  FltAcquirePushLockSharedEx: PUSH,
};

const RELEASE: ReadonlySet<string> = new Set([
  'KeReleaseSpinLock',
  'KeReleaseInStackQueuedSpinLock',
  'ExReleaseSpinLockExclusive',
  'ExReleaseSpinLockShared',
  'KeReleaseSpinLockFromDpcLevel',
  'KeReleaseInStackQueuedSpinLockFromDpcLevel',
  'ExReleaseSpinLockExclusiveFromDpcLevel',
  'ExReleaseSpinLockSharedFromDpcLevel',
  'ExReleaseFastMutex',
  'ExReleaseFastMutexUnsafe',
  'KeReleaseGuardedMutex',
  'KeReleaseGuardedMutexUnsafe',
  'ExReleaseResourceLite',
  'ExReleaseResourceForThreadLite',
  'ExReleaseResourceAndLeaveCriticalRegion',
  'FltReleaseResource',
  'ExReleasePushLockExclusiveEx',
  'ExReleasePushLockSharedEx',
  'ExReleasePushLockEx',
  'FltReleasePushLock',
  'FltReleasePushLockEx',
  'KeReleaseMutex',
]);

/** What a call of a DDI does with a lock, if it is a lock routine. */
export function acquisition(call: Call): { readonly family: LockFamily; readonly raises?: number; readonly waits: boolean } | undefined {
  const name = call.ddi?.name;
  if (name === undefined) return undefined;
  const a = Object.hasOwn(ACQUIRE, name) ? ACQUIRE[name] : undefined;
  if (a) {
    const wait = a.wait === undefined ? undefined : strip(call.expr.args[a.wait] ?? call.expr);
    return { ...a, waits: a.family !== 'spin lock' && !(wait?.kind === 'int' && wait.value === 0n) };
  }
  return isMutexWait(call.expr, name) ? { family: 'mutex', waits: true } : undefined;
}

/** A wait for a KMUTEX is how it is acquired. */
function isMutexWait(e: CallExpr, name: string): boolean {
  if (name !== 'KeWaitForSingleObject' && name !== 'KeWaitForMutexObject') return false;
  const t = e.args[0] && strip(e.args[0]).type;
  return t?.kind === 'pointer' && t.target.kind === 'record' && /^_?K(MUTANT|MUTEX)$/.test(t.target.decl.tag ?? '');
}

export interface Held {
  readonly object: string;
  readonly family: LockFamily | 'irql';
  readonly call: Call;
  /** IRQL before it was acquired. */
  readonly before: number;
  /** The queue handle of an in-stack queued spin lock, by which it is released. */
  readonly handle?: string;
}

export interface LockState {
  readonly irql: number;
  /** The call that raised the IRQL to where it is, if one did. */
  readonly raisedBy?: Call;
  readonly held: readonly Held[];
  /** Objects released here without having been acquired here. */
  readonly released: readonly string[];
}

/** What a function leaves behind for its caller. */
interface Summary {
  readonly acquired: readonly Held[];
  readonly released: readonly string[];
}

const NOTHING: Summary = { acquired: [], released: [] };

/** Lock and IRQL states of the functions of one program. */
export class Locks {
  private readonly summaries = new Map<Fn, Summary>();
  private readonly callAt = new Map<CallExpr, Call>();
  private readonly passive = new Map<Fn, readonly (LockState | undefined)[]>();
  private readonly touches = new Map<Fn, boolean>();

  constructor(functions: readonly Fn[]) {
    for (const fn of functions) for (const call of fn.calls) this.callAt.set(call.expr, call);
  }

  call(e: CallExpr): Call | undefined {
    return this.callAt.get(e);
  }

  /** Looks at the state before each call in `fn`, entered at an IRQL. */
  eachCall(fn: Fn, entry: number, look: (call: Call, before: LockState) => void): void {
    const a = this.analysis(fn, entry);
    const { blocks } = flowOf(fn.def);
    const states = entry === 0 ? this.atPassive(fn) : solve(flowOf(fn.def), a);
    blocks.forEach((b, i) => {
      let s = states[i];
      if (s === undefined) return;
      for (const op of b.ops) {
        if (op.kind !== 'call') continue;
        const call = this.callAt.get(op.expr);
        if (call) look(call, s);
        s = a.step(op, s);
      }
    });
  }

  /** States at the blocks of a function that is entered at PASSIVE_LEVEL; several rules ask. */
  private atPassive(fn: Fn): readonly (LockState | undefined)[] {
    let states = this.passive.get(fn);
    if (!states) {
      states = solve(flowOf(fn.def), this.analysis(fn, 0));
      this.passive.set(fn, states);
    }
    return states;
  }

  /** Whether the function, or one that it calls directly, has anything to do with locks or IRQL: most have not and need no analysis. */
  isTouched(fn: Fn): boolean {
    const known = this.touches.get(fn);
    if (known !== undefined) return known;
    this.touches.set(fn, false);
    const t = fn.calls.some((c) => (c.ddi ? isLevelRoutine(c) : c.targets.some((x) => this.isTouched(x))));
    this.touches.set(fn, t);
    return t;
  }

  analysis(fn: Fn, entry: number): Analysis<LockState> {
    return {
      start: { irql: entry, held: [], released: [] },
      step: (op, s) => (op.kind === 'call' ? this.afterCall(op, s, fn) : s),
      branch: (test, taken, s) => (contradicts(test, taken, s.irql) ? undefined : s),
      join,
      same: (a, b) => a.irql === b.irql && a.held.length === b.held.length && a.released.length === b.released.length,
    };
  }

  private afterCall(op: Op & { kind: 'call' }, s: LockState, fn: Fn): LockState {
    const call = this.callAt.get(op.expr);
    if (!call) return s;
    if (!call.ddi) {
      if (call.targets.length !== 1 || call.targets[0] === fn) return s;
      const summary = this.summary(call.targets[0]);
      if (summary === NOTHING) return s;
      const named = (o: string): string => substitute(o, call.expr.args, fn);
      let out = s;
      for (const o of summary.released) out = release(out, named(o));
      for (const h of summary.acquired)
        out = acquire(out, { ...h, object: named(h.object), call, before: out.irql }, h.family === 'irql' ? out.irql : raiseOf(h.call));
      return out;
    }
    const { args } = call.expr;
    const a = acquisition(call);
    if (a) {
      const object = args[0] ? (pointee(args[0], fn.def) ?? '?') : '?';
      const handle = args[1] && /Queued/.test(call.ddi.name) ? pointee(args[1], fn.def) : undefined;
      return acquire(s, { object, family: a.family, call, before: s.irql, ...(handle === undefined ? {} : { handle }) }, a.raises);
    }
    if (RELEASE.has(call.ddi.name)) return release(s, args[0] ? (pointee(args[0], fn.def) ?? '?') : '?');
    if (call.ddi.name === 'KeLowerIrql') return lower(s, args[0]);
    const raises = raiseLevel(call.ddi, args);
    if (raises !== undefined && raises > s.irql)
      return { ...s, irql: raises, raisedBy: call, held: [...s.held, { object: 'irql', family: 'irql', call, before: s.irql }] };
    return s;
  }

  private summary(fn: Fn): Summary {
    const known = this.summaries.get(fn);
    if (known) return known;
    this.summaries.set(fn, NOTHING);
    if (!this.isTouched(fn)) return NOTHING;
    const flow = flowOf(fn.def);
    let exit: LockState | undefined;
    const a = this.analysis(fn, 0);
    const states = this.atPassive(fn);
    flow.blocks.forEach((b, i) => {
      let s = states[i];
      if (s === undefined || b.end.kind !== 'return') return;
      for (const op of b.ops) s = a.step(op, s);
      exit = exit ? join(exit, s) : s;
    });
    const out: Summary = exit && (exit.held.length || exit.released.length) ? { acquired: exit.held, released: exit.released } : NOTHING;
    this.summaries.set(fn, out);
    return out;
  }
}

function isLevelRoutine(c: Call): boolean {
  const name = c.ddi?.name ?? '';
  return (
    Object.hasOwn(ACQUIRE, name) ||
    RELEASE.has(name) ||
    name === 'KeLowerIrql' ||
    name === 'KeGetCurrentIrql' ||
    /^(KeRaise|KfRaise|KeWaitFor)/.test(name)
  );
}

const raiseOf = (call: Call): number | undefined => acquisition(call)?.raises;

/** IRQL that a routine raises to, from its annotation; `_IRQL_raises_(NewIrql)` names a parameter. */
function raiseLevel(ddi: Ddi, args: readonly Expr[]): number | undefined {
  const text = ddi.symbol.sal.find((a) => a.name === '_IRQL_raises_')?.args[0];
  const level = irqlValue(text);
  if (level !== undefined || text === undefined) return level;
  const i = ddi.symbol.type.params.findIndex((p) => p.name === text);
  const arg = i >= 0 && args[i] ? strip(args[i]) : undefined;
  return arg?.kind === 'int' ? Number(arg.value) : undefined;
}

function acquire(s: LockState, h: Held, raises: number | undefined): LockState {
  const irql = Math.max(s.irql, raises ?? 0);
  return { ...s, irql, ...(irql > s.irql ? { raisedBy: h.call } : {}), held: [...s.held, h] };
}

function release(s: LockState, object: string): LockState {
  for (let i = s.held.length - 1; i >= 0; i--) {
    const h = s.held[i];
    if (h.family === 'irql' || (h.object !== object && h.handle !== object)) continue;
    return { ...s, irql: Math.min(s.irql, h.before), held: s.held.filter((_, j) => j !== i) };
  }
  // released under another name, or acquired by a caller: what was held is not known any more
  const last = lastIndex(s.held, (h) => h.family !== 'irql');
  if (last >= 0 && (object === '?' || s.held[last].object === '?')) return release(s, s.held[last].object);
  return { ...s, irql: 0, held: s.held, released: [...s.released, object] };
}

function lastIndex(held: readonly Held[], wanted: (h: Held) => boolean): number {
  for (let i = held.length - 1; i >= 0; i--) if (wanted(held[i])) return i;
  return -1;
}

function lower(s: LockState, arg: Expr | undefined): LockState {
  const x = arg && strip(arg);
  const last = lastIndex(s.held, (h) => h.family === 'irql' || h.before < s.irql);
  const to = x?.kind === 'int' ? Number(x.value) : last >= 0 ? s.held[last].before : 0;
  return { ...s, irql: Math.min(s.irql, to), held: s.held.filter((h, i) => i !== last || h.family !== 'irql') };
}

function join(a: LockState, b: LockState): LockState {
  if (a === b) return a;
  if (a.irql === b.irql && !a.held.length && !b.held.length && !a.released.length && !b.released.length) return a;
  const low = a.irql <= b.irql ? a : b;
  return {
    ...low,
    held: a.held.filter((h) => b.held.some((g) => g.object === h.object && g.family === h.family)),
    released: a.released.filter((o) => b.released.includes(o)),
  };
}

/** `param:N` of a wrapper is what the caller passes. */
function substitute(object: string, args: readonly Expr[], fn: Fn): string {
  const m = /^param:(\d+)(.*)$/.exec(object);
  if (!m) return object;
  const arg = args[Number(m[1])];
  const to = arg && pointee(arg, fn.def);
  return to === undefined ? '?' : to + m[2];
}

/** A test of KeGetCurrentIrql that cannot come out this way at this IRQL (or above). */
function contradicts(test: Expr, taken: boolean, irql: number): boolean {
  const x = strip(test);
  if (x.kind !== 'binary' || irql === 0) return false;
  const call = strip(x.left);
  const level = strip(x.right);
  if (call.kind !== 'call' || level.kind !== 'int') return false;
  const callee = strip(call.callee);
  if (callee.kind !== 'ref' || callee.symbol.name !== 'KeGetCurrentIrql') return false;
  const n = Number(level.value);
  switch (x.op) {
    case '==':
      return taken && n < irql;
    case '!=':
      return !taken && n < irql;
    case '<':
      return taken && n <= irql;
    case '<=':
      return taken && n < irql;
    case '>':
      return !taken && n < irql;
    case '>=':
      return !taken && n <= irql;
    default:
      return false;
  }
}
