// All kernel routines in one table: number 0 reports calls of functions that nobody provides, then all others by name, so that numbers (and code addresses)
// are the same in every run. Each step is wrapped once: IRQL limit of the header at entry, bug checks thrown from deep inside at exit.
import { Status } from '../machine/abi.js';
import type { Frame } from '../machine/routine.js';
import { wrongIrql } from './irql-limit.js';
import { BugCheckError, raiseBugCheck } from './ke/bugcheck.js';
import type { Kernel, KernelRoutine } from './kernel.js';
import { referenceHook } from './ob/reference-track.js';
import { unresolvedCall } from './stub.js';
import { callChecks, verifiedStep } from './verifier/call-checks.js';
import { orderedStep } from './verifier/lock-order.js';
import { watchedForRaces } from './verifier/race/routines.js';
import { checkedStep } from './verifier/verifier.js';

/** Call of a function that is declared but not simulated (or not defined at all): a stub answers, or the run ends with its name and place. */
const unresolved: KernelRoutine = { name: 'KiUnresolvedCall', step: unresolvedCall };

/**
 * `id`: the routine's number. Routines have no state, so their limits are looked up in the kernel that calls. `asked`: options of Driver Verifier, as flag bits,
 * whose checks of calls are made.
 */
function wrap(definition: KernelRoutine, id: number, asked = 0): KernelRoutine {
  const { name } = definition;
  const plain = orderedStep(name, checkedStep(name, watchedForRaces(name, tracked(definition))));
  const inner = verifiedStep(name, callChecks(name, asked), plain);
  const step = (k: Kernel, f: Frame): Status => {
    try {
      if (f.pc === 0) {
        const limit = k.irqlLimits[id];
        if (limit !== undefined) {
          const { irql } = k;
          const stop = irql > limit.max || irql < limit.min ? wrongIrql(k, definition.name, irql, limit) : undefined;
          if (stop !== undefined) return stop;
        }
      }
      return inner(k, f);
    } catch (e) {
      if (!(e instanceof BugCheckError)) throw e;
      return raiseBugCheck(k, e.code, e.parameters, e.explanation);
    }
  };
  // all of one shape, with every property: the machine reads them at each call, and they would be of a dozen shapes
  return { name: definition.name, locals: definition.locals, cost: definition.cost, step, unwind: definition.unwind };
}

/** The step of a routine that takes or gives back references for its caller also keeps the account of them. */
function tracked(definition: KernelRoutine): KernelRoutine['step'] {
  const hook = referenceHook(definition.name);
  if (!hook) return definition.step;
  return (k, f) => {
    if (f.pc === 0) hook.before?.(k, f);
    const status = definition.step(k, f);
    if (status === Status.Returned) hook.after?.(k, f);
    return status;
  };
}

export interface RoutineTable {
  readonly list: readonly KernelRoutine[];
  readonly index: ReadonlyMap<string, number>;
  /** The same routines, with the checks of calls that these options of Driver Verifier (flag bits) ask for. */
  readonly verified: (asked: number) => readonly KernelRoutine[];
}

/** Builds the table. Two definitions of one name are a mistake of ours: it throws and names it. */
export function buildRoutineTable(lists: readonly (readonly KernelRoutine[])[]): RoutineTable {
  const all = lists.flat();
  const sorted = [...all].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const twice = sorted.filter((r, i) => i > 0 && sorted[i - 1].name === r.name).map((r) => r.name);
  if (twice.length) throw new Error(`kernel routines defined twice: ${twice.join(', ')}`);
  const definitions = [unresolved, ...sorted];
  const list = definitions.map((d, id) => wrap(d, id));
  const kept = new Map([[0, list]]);
  const verified = (asked: number): readonly KernelRoutine[] => {
    const routines = kept.get(asked) ?? definitions.map((d, id) => (callChecks(d.name, asked).length > 0 ? wrap(d, id, asked) : list[id]));
    kept.set(asked, routines);
    return routines;
  };
  return { list, index: new Map(list.map((r, i) => [r.name, i])), verified };
}
