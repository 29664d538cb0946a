// Which functions of the drivers the kernel called, how often and how long: notify callbacks, entry, unload, dispatch and work-item routines, DPCs. Read from the
// trace, so that the counts of `calls` expectations and of the report are the same and cost nothing while the run goes on. System threads and completion
// routines have no begin event and are not counted.
import type { CallbackKind } from './report.js';
import type { Simulation } from './simulation.js';

export interface CalledFunction {
  readonly driver: string;
  readonly function: string;
  readonly kind: CallbackKind;
  calls: number;
  /** Steps. */
  longest: number;
}

/** Events with which the kernel begins to call a driver's function, and those with which it goes on. DPCs nest inside whatever their CPU did. */
const CALLS: Readonly<Record<string, CallbackKind | undefined>> = {
  'io.driver-entry': 'driver-entry',
  'io.driver-unload': 'driver-unload',
  'io.dispatch': 'dispatch',
  'io.work-item': 'work-item',
  'ke.dpc.start': 'dpc',
};
const RETURNS = new Set([
  'ps.callback-leave',
  'io.driver-entry-return',
  'io.driver-unload-return',
  'io.dispatch-return',
  'io.work-item-return',
  'ke.dpc.end',
]);

/** Counts calls from the kernel into drivers and measures the longest of each. */
export class CallCounter {
  readonly callbacks = new Map<string, CalledFunction>();
  private readonly open = new Map<string, { callback: CalledFunction | undefined; time: number }[]>();

  constructor(private readonly s: Simulation) {}

  see(i: number, kind: string): void {
    const { trace } = this.s.kernel;
    const begins = kind === 'ps.callback-enter' ? (String(trace.value(i, 'kind')) as CallbackKind) : CALLS[kind];
    if (begins === undefined && !RETURNS.has(kind)) return;
    const where = kind.startsWith('ke.dpc') ? `cpu ${trace.cpu(i)}` : String(trace.thread(i));
    let stack = this.open.get(where);
    if (!stack) this.open.set(where, (stack = []));
    if (begins !== undefined) {
      stack.push({ callback: this.count(Number(trace.value(i, 'routine')), begins), time: trace.time(i) });
      return;
    }
    const begun = stack.pop();
    if (begun?.callback) begun.callback.longest = Math.max(begun.callback.longest, trace.time(i) - begun.time);
  }

  /** Undefined: the routine is the kernel's own (default dispatch routine, its DPCs). */
  private count(routine: number, kind: CallbackKind): CalledFunction | undefined {
    const f = this.s.driverFunctionAt(routine);
    if (!f) return undefined;
    const key = `${f.driver}!${f.name} ${kind}`;
    let entry = this.callbacks.get(key);
    if (!entry) this.callbacks.set(key, (entry = { driver: f.driver, function: f.name, kind, calls: 0, longest: 0 }));
    entry.calls++;
    return entry;
  }
}
