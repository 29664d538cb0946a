// not-unregistered: a callback is still registered when the driver's code goes away: DriverUnload does not remove it, or DriverEntry fails after registering it
// (Windows unloads the image then without calling DriverUnload). The next event calls memory that is not there any more: bug check 0xCE.

import type { Expr } from '../c/tree.js';
import { reach } from './call-graph.js';
import { KIND_NAMES, type Registration, type Removal } from './callbacks.js';
import { finding, type PathStep, type Rule, type RuleContext } from './context.js';
import { objectOfLvalue, pointee } from './places.js';
import type { Finding } from './rule.js';
import { followStartup } from './startup.js';
import { failurePathFixes, unloadFixes } from './unregister-fix.js';

export const notUnregistered: Rule = {
  id: 'not-unregistered',
  check(c) {
    return [...atUnload(c), ...onFailure(c)];
  },
};

/** Routines by name for a message. */
export function subject(r: Registration): string {
  const names = [...new Set(r.routines.map((x) => x.fn.name))];
  return names.length
    ? `the ${r.routines.length > 1 ? r.registrar.what : KIND_NAMES[r.routines[0].kind]} ${names.join(', ')}`
    : `the ${r.registrar.what}`;
}

function atUnload(c: RuleContext): Finding[] {
  const out: Finding[] = [];
  const { unload, removals, registrations } = c.callbacks;
  if (!registrations.length || !c.callbacks.entry) return out;
  // a registration that nothing calls is no registration
  const started = reach([c.callbacks.entry, ...entryPoints(c)]);
  const live = registrations.filter((r) => started.has(r.call.caller));
  if (!unload.length) {
    const assigned = c.program.functions.some((fn) =>
      fn.facts.stores.some((s) => s.target?.kind === 'member' && /Unload/.test(s.target.field.name ?? '')),
    );
    const [first] = live;
    if (first && !assigned)
      out.push(
        finding(
          'not-unregistered',
          'information',
          'certain',
          first.call.expr.range,
          `${subject(first)} is registered and the driver has no DriverUnload: it can never be unloaded. If that is not meant, set DriverObject->DriverUnload to a routine that removes it with ${first.registrar.removal}`,
        ),
      );
    return out;
  }
  const unloading = reach(unload);
  for (const r of live) {
    const matching = removals.filter((x) => removes(x, r));
    if (matching.some((x) => unloading.has(x.call.caller))) continue;
    const elsewhere = matching[0];
    const wrong = removals.find((x) => x.what === r.registrar.what && unloading.has(x.call.caller));
    const related: PathStep[] = [{ range: unload[0].def.nameRange, message: `${unload[0].name} runs when the driver is unloaded` }];
    if (elsewhere) related.push({ range: elsewhere.call.expr.range, message: `removed here, which unloading does not reach` });
    else if (wrong) related.push({ range: wrong.call.expr.range, message: `${wrong.call.ddi?.name} here removes something else` });
    out.push(
      finding(
        'not-unregistered',
        elsewhere ? 'warning' : 'error',
        elsewhere ? 'likely' : 'certain',
        r.call.expr.range,
        `${subject(r)} is still registered after ${unload[0].name} returns: the next event calls code that is unloaded (bug check 0xCE). Call ${r.registrar.removal} in ${unload[0].name} before anything that the callback uses is freed`,
        related,
        elsewhere ? [] : unloadFixes(r, unload[0], c.program),
      ),
    );
  }
  return out;
}

/** Routines that Windows calls and that are neither DriverEntry nor callbacks: dispatch routines, work routines, and functions whose address is given away. */
function entryPoints(c: RuleContext): RuleContext['program']['functions'] {
  return c.program.functions.filter((fn) => fn.def.symbol.addressTaken || c.callbackOf(fn) !== undefined);
}

function removes(x: Removal, r: Registration): boolean {
  if (x.what !== r.registrar.what) return false;
  const name = x.call.ddi?.name;
  // a process callback must be removed by the routine that registered it
  if (name?.startsWith('PsSetCreateProcessNotifyRoutine') && name !== r.ddi) return false;
  if (x.routines.length && r.routines.length) return r.routines.some((a) => x.routines.includes(a.fn));
  if (r.registrar.cookie === undefined) return true;
  const kept = r.call.expr.args[r.registrar.cookie];
  const given = x.call.expr.args[0];
  const a = kept && pointee(kept, r.call.caller.def);
  const b = given && objectOfLvalue(given, x.call.caller.def);
  return a === undefined || b === undefined || !a.startsWith('g:') || !b.startsWith('g:') || a === b;
}

function onFailure(c: RuleContext): Finding[] {
  const { entry } = c.callbacks;
  if (!entry) return [];
  const byReturn = new Map<Expr, Registration[]>();
  for (const f of followStartup(c.callbacks, (e) => (e.kind === 'call' ? c.locks.call(e) : undefined)))
    byReturn.set(f.at, [...(byReturn.get(f.at) ?? []), f.registration]);
  return [...byReturn].map(([at, rs]) =>
    finding(
      'not-unregistered',
      'error',
      'likely',
      at.range,
      `${entry.name} can fail here with ${rs.map(subject).join(' and ')} still registered: Windows unloads the driver without calling its unload routine, and the next event calls code that is gone (bug check 0xCE). Call ${[...new Set(rs.map((r) => r.registrar.removal))].join(' and ')} on this path`,
      rs.map((r) => ({ range: r.call.expr.range, message: `registered here (${r.ddi})` })),
      failurePathFixes(rs, entry, at),
    ),
  );
}
