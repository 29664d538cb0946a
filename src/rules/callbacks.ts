// Registrations of callbacks and every other place where a driver hands a routine to the kernel: what kind it is, which function it is, where it is registered
// and where it is removed. The headers have no role types for these routines, so they are found where their address is given away.
import type { Expr } from '../c/tree.js';
import { strip } from '../c/walk.js';
import type { CallGraph } from './call-graph.js';
import type { Call, Fn, Program } from './program.js';

export type CallbackKind = 'process' | 'process-ex' | 'thread' | 'image' | 'ob-pre' | 'ob-post' | 'registry';

interface Registrar {
  readonly kinds: readonly CallbackKind[];
  /** Argument that is the routine; undefined for the structure of ObRegisterCallbacks. */
  readonly routine?: number;
  /** Argument that says "remove" when TRUE. */
  readonly remove?: number;
  /** Name for messages. */
  readonly what: string;
  /** Routine that removes it. */
  readonly removal: string;
  /** Argument that is filled with what the removal wants. */
  readonly cookie?: number;
}

/** The routines that register callbacks, by name. */
export const REGISTRARS: Readonly<Record<string, Registrar>> = {
  PsSetCreateProcessNotifyRoutine: {
    kinds: ['process'],
    routine: 0,
    remove: 1,
    what: 'process callback',
    removal: 'PsSetCreateProcessNotifyRoutine',
  },
  PsSetCreateProcessNotifyRoutineEx: {
    kinds: ['process-ex'],
    routine: 0,
    remove: 1,
    what: 'process callback',
    removal: 'PsSetCreateProcessNotifyRoutineEx',
  },
  PsSetCreateProcessNotifyRoutineEx2: {
    kinds: ['process-ex'],
    routine: 1,
    remove: 2,
    what: 'process callback',
    removal: 'PsSetCreateProcessNotifyRoutineEx2',
  },
  PsSetCreateThreadNotifyRoutine: { kinds: ['thread'], routine: 0, what: 'thread callback', removal: 'PsRemoveCreateThreadNotifyRoutine' },
  PsSetCreateThreadNotifyRoutineEx: {
    kinds: ['thread'],
    routine: 1,
    what: 'thread callback',
    removal: 'PsRemoveCreateThreadNotifyRoutine',
  },
  PsSetLoadImageNotifyRoutine: { kinds: ['image'], routine: 0, what: 'image callback', removal: 'PsRemoveLoadImageNotifyRoutine' },
  PsSetLoadImageNotifyRoutineEx: { kinds: ['image'], routine: 0, what: 'image callback', removal: 'PsRemoveLoadImageNotifyRoutine' },
  ObRegisterCallbacks: { kinds: ['ob-pre', 'ob-post'], what: 'object callback', removal: 'ObUnRegisterCallbacks', cookie: 1 },
  CmRegisterCallback: { kinds: ['registry'], routine: 0, what: 'registry callback', removal: 'CmUnRegisterCallback', cookie: 2 },
  CmRegisterCallbackEx: { kinds: ['registry'], routine: 0, what: 'registry callback', removal: 'CmUnRegisterCallback', cookie: 4 },
};

/** Routines that only remove; the argument that is the routine. */
const REMOVERS: Readonly<Record<string, { readonly routine?: number; readonly what: string }>> = {
  PsRemoveCreateThreadNotifyRoutine: { routine: 0, what: 'thread callback' },
  PsRemoveLoadImageNotifyRoutine: { routine: 0, what: 'image callback' },
  ObUnRegisterCallbacks: { what: 'object callback' },
  CmUnRegisterCallback: { what: 'registry callback' },
};

/** What a callback kind is called in a message. */
export const KIND_NAMES: Readonly<Record<CallbackKind, string>> = {
  process: 'process callback',
  'process-ex': 'process callback',
  thread: 'thread callback',
  image: 'image callback',
  'ob-pre': 'object pre-operation callback',
  'ob-post': 'object post-operation callback',
  registry: 'registry callback',
};

/** The IRQL that the documentation lets a callback be called at, the highest. */
export const KIND_IRQL: Readonly<Record<CallbackKind, number>> = {
  process: 0,
  'process-ex': 0,
  thread: 1,
  image: 0,
  'ob-pre': 0,
  'ob-post': 0,
  registry: 0,
};

export interface Registration {
  readonly call: Call;
  readonly registrar: Registrar;
  readonly ddi: string;
  readonly routines: readonly { readonly fn: Fn; readonly kind: CallbackKind }[];
}

export interface Removal {
  readonly call: Call;
  readonly what: string;
  /** Empty: not named by a routine (object and registry callbacks), or not known. */
  readonly routines: readonly Fn[];
}

/** A callback: a function with the registrations that name it. */
export interface Callback {
  readonly fn: Fn;
  readonly kind: CallbackKind;
  readonly registration: Registration;
}

export type Entry = 'work item' | 'system thread' | 'DPC' | 'timer' | 'completion routine' | 'APC';

/** DDIs that keep a routine to run it later: argument, and what it becomes. */
const DEFERRED: Readonly<Record<string, readonly [number, Entry]>> = {
  IoQueueWorkItem: [1, 'work item'],
  IoQueueWorkItemEx: [1, 'work item'],
  IoTryQueueWorkItem: [1, 'work item'],
  ExInitializeWorkItem: [1, 'work item'],
  FltQueueGenericWorkItem: [2, 'work item'],
  FltQueueDeferredIoWorkItem: [2, 'work item'],
  PsCreateSystemThread: [5, 'system thread'],
  PsCreateSystemThreadEx: [5, 'system thread'],
  IoCreateSystemThread: [6, 'system thread'],
  KeInitializeDpc: [1, 'DPC'],
  KeInitializeThreadedDpc: [1, 'APC'],
  ExAllocateTimer: [0, 'timer'],
  IoInitializeTimer: [1, 'timer'],
  IoSetCompletionRoutine: [1, 'completion routine'],
  IoSetCompletionRoutineEx: [2, 'completion routine'],
};

export interface Deferred {
  readonly fn: Fn;
  readonly entry: Entry;
  readonly call: Call;
}

export class Callbacks {
  readonly registrations: Registration[] = [];
  readonly removals: Removal[] = [];
  readonly callbacks: Callback[] = [];
  readonly deferred: Deferred[] = [];
  readonly unload: readonly Fn[];
  readonly entry: Fn | undefined;

  constructor(
    private readonly program: Program,
    private readonly graph: CallGraph,
  ) {
    for (const [name, r] of Object.entries(REGISTRARS))
      for (const call of program.callsTo(name)) {
        const values = r.remove === undefined ? [false] : this.truth(call.expr.args[r.remove], call.caller);
        const routines = this.routines(r, call);
        if (values.includes(false)) this.registrations.push({ call, registrar: r, ddi: name, routines });
        if (values.includes(true)) this.removals.push({ call, what: r.what, routines: routines.map((x) => x.fn) });
      }
    for (const [name, r] of Object.entries(REMOVERS))
      for (const call of program.callsTo(name))
        this.removals.push({
          call,
          what: r.what,
          routines: r.routine === undefined || !call.expr.args[r.routine] ? [] : graph.functionsOf(call.expr.args[r.routine]),
        });
    for (const registration of this.registrations)
      for (const { fn, kind } of registration.routines)
        if (!this.callbacks.some((c) => c.fn === fn && c.kind === kind)) this.callbacks.push({ fn, kind, registration });
    for (const [name, [arg, entry]] of Object.entries(DEFERRED))
      for (const call of program.callsTo(name))
        if (call.expr.args[arg]) for (const fn of graph.functionsOf(call.expr.args[arg])) this.deferred.push({ fn, entry, call });
    this.entry = program.named('DriverEntry');
    this.unload = this.findUnload();
  }

  /** The callbacks that the guidelines are about: process, thread, image and object callbacks. */
  get guideline(): readonly Callback[] {
    return this.callbacks.filter((c) => c.kind !== 'registry');
  }

  private routines(r: Registrar, call: Call): { fn: Fn; kind: CallbackKind }[] {
    if (r.routine !== undefined) {
      const arg = call.expr.args[r.routine];
      return arg ? this.graph.functionsOf(arg).map((fn) => ({ fn, kind: r.kinds[0] })) : [];
    }
    return [
      ...this.graph.inMember('_OB_OPERATION_REGISTRATION', 16).map((fn) => ({ fn, kind: 'ob-pre' as const })),
      ...this.graph.inMember('_OB_OPERATION_REGISTRATION', 24).map((fn) => ({ fn, kind: 'ob-post' as const })),
    ];
  }

  /** The values that a Boolean argument can have; for a parameter, those of the callers. Both when it cannot be known. */
  private truth(e: Expr | undefined, caller: Fn, depth = 0): boolean[] {
    const x = e && strip(e);
    if (!x) return [false];
    if (x.kind === 'int') return [x.value !== 0n];
    if (x.kind === 'unary' && x.op === '!') return this.truth(x.operand, caller, depth).map((v) => !v);
    if (x.kind === 'ref' && x.symbol.kind === 'var' && x.symbol.scope === 'param' && depth < 4) {
      const index = x.symbol.paramIndex ?? -1;
      const values = this.graph.callers(caller).flatMap((c) => this.truth(c.expr.args[index], c.caller, depth + 1));
      if (values.length) return [...new Set(values)];
    }
    return [false, true];
  }

  private findUnload(): Fn[] {
    const found: Fn[] = [];
    const names = new Set(['DriverUnload', 'FilterUnloadCallback', 'EvtDriverUnload']);
    for (const fn of this.program.functions)
      for (const s of fn.facts.stores) {
        const t = s.target && strip(s.target);
        if (t?.kind === 'member' && t.field.name !== undefined && names.has(t.field.name)) found.push(...this.graph.functionsOf(s.value));
      }
    for (const unit of this.program.units)
      for (const g of unit.globals) {
        if (!g.init || g.type.kind !== 'record' || g.range.file.builtin) continue;
        for (const field of g.type.decl.fields)
          if (field.name !== undefined && names.has(field.name))
            for (const item of g.init.items) if (item.offset === field.offset) found.push(...this.graph.functionsOf(item.value));
      }
    return [...new Set(found)];
  }
}
