// irql-too-high: a DDI is called at an IRQL above the one its header allows. The IRQL is followed along paths and calls from where it is known: DPC and timer
// routines, thread callbacks, spin locks, fast mutexes, KeRaiseIrql. Only what holds on every path to the call is reported.
import type { Expr } from '../c/tree.js';
import { strip } from '../c/walk.js';
import { KIND_IRQL, KIND_NAMES } from './callbacks.js';
import { finding, type PathStep, type Rule, type RuleContext } from './context.js';
import { dependsOnParameter } from './guards.js';
import type { LockState } from './locks.js';
import { type Call, type Fn, irqlName, irqlValue } from './program.js';
import type { Certainty, Finding } from './rule.js';
import { zeroTimeout } from './waits.js';

interface Context {
  readonly fn: Fn;
  readonly irql: number;
  /** Why the IRQL is what it is, then the calls from there. */
  readonly path: readonly PathStep[];
  /** `in the DPC routine X`, `while the spin lock acquired in F is held`. */
  readonly why: string;
  /** The IRQL is only the highest that the callback may be called at. */
  readonly atMost: boolean;
  /** On the way from where the IRQL is known something was chosen by a parameter, or by a pointer that can be several routines. */
  readonly chosen: boolean;
}

const MAX_CONTEXTS = 2000;
/** Documented for pageable tables; with nonpaged memory and routines they may be used up to DISPATCH_LEVEL. */
const TABLES = /^Rtl\w*GenericTable/;
/** Another caller may be meant. */
const CHOSEN = { severity: 'information', certainty: 'possible' } as const;

export const irqlTooHigh: Rule = {
  id: 'irql-too-high',
  check(c) {
    const out: Finding[] = [];
    const seen = new Set<string>();
    const work: Context[] = [];
    const enter = (x: Context): void => {
      const key = `${x.fn.index}|${x.irql}|${x.atMost}|${x.chosen}`;
      if (seen.has(key) || seen.size > MAX_CONTEXTS) return;
      seen.add(key);
      work.push(x);
    };
    for (const d of c.callbacks.deferred)
      if (d.entry === 'DPC' || d.entry === 'timer' || d.entry === 'completion routine')
        enter({
          fn: d.fn,
          irql: 2,
          path: [{ range: d.call.expr.range, message: `${d.fn.name} becomes a ${d.entry === 'DPC' ? 'DPC routine' : d.entry} here` }],
          why: `in the ${d.entry === 'DPC' ? 'DPC routine' : d.entry} ${d.fn.name}`,
          atMost: d.entry === 'completion routine',
          chosen: false,
        });
    for (const cb of c.callbacks.callbacks)
      if (KIND_IRQL[cb.kind] > 0)
        enter({
          fn: cb.fn,
          irql: KIND_IRQL[cb.kind],
          path: c.pathTo(cb.fn),
          why: `in the ${KIND_NAMES[cb.kind]} ${cb.fn.name}, which may be called at ${irqlName(KIND_IRQL[cb.kind])}`,
          atMost: true,
          chosen: false,
        });
    for (const fn of c.program.functions)
      if (c.locks.isTouched(fn)) enter({ fn, irql: 0, path: [], why: '', atMost: false, chosen: false });
    for (let x = work.pop(); x; x = work.pop()) {
      const context = x;
      if (!c.locks.isTouched(context.fn) && context.irql > 0) {
        const s: LockState = { irql: context.irql, held: [], released: [] };
        for (const call of context.fn.calls) visit(c, context, call, s, out, enter);
      } else c.locks.eachCall(context.fn, context.irql, (call, s) => visit(c, context, call, s, out, enter));
    }
    return out;
  },
};

function visit(c: RuleContext, x: Context, call: Call, s: LockState, out: Finding[], enter: (x: Context) => void): void {
  if (s.irql <= 0) return;
  const raised = s.irql > x.irql ? s.raisedBy : undefined;
  const why = raised ? whyRaised(raised, s) : x.why;
  const path = raised ? [{ range: raised.expr.range, message: `IRQL is ${irqlName(s.irql)} from here (${nameOf(raised)})` }] : x.path;
  const atMost = raised ? false : x.atMost;
  // entered by a call (the path has more than where the IRQL comes from): the caller's parameters may choose
  const chosen = !raised && (x.chosen || (x.path.length > 1 && dependsOnParameter(call)));
  for (const fn of call.targets)
    if (!call.ddi)
      enter({
        fn,
        irql: s.irql,
        path: [...path, { range: call.expr.range, message: `${x.fn.name} calls ${fn.name} here` }],
        why,
        atMost,
        chosen: chosen || call.targets.length > 1,
      });
  if (!call.ddi?.known) return;
  const max = limit(call);
  if (max === undefined || s.irql <= max) return;
  // a release routine says the level that it is called at; being above would be another rule's matter
  if (call.ddi.symbol.sal.some((a) => a.name === '_IRQL_requires_' && irqlValue(a.args[0]) !== 0)) return;
  const { severity, certainty } = chosen || TABLES.test(call.ddi.name) ? CHOSEN : weigh(call, s.irql, max, atMost);
  const cost =
    s.irql >= 2
      ? 'it can page fault or wait there, which is bug check 0xA'
      : call.ddi.blocks || call.ddi.file || call.ddi.registry
        ? 'the I/O that it waits for completes by a kernel APC, which is not delivered at APC_LEVEL'
        : 'its documentation allows no more than that';
  out.push(
    finding(
      'irql-too-high',
      severity,
      certainty,
      call.expr.range,
      `${call.ddi.name} must be called at ${max === 0 ? 'PASSIVE_LEVEL' : `${irqlName(max)} or below`}, but the IRQL is ${atMost ? 'up to ' : ''}${irqlName(s.irql)} here, ${why}: ${cost}. ${advice(raised, x)}`,
      path,
    ),
  );
}

const nameOf = (call: Call): string => call.ddi?.name ?? call.targets[0]?.name ?? 'a call';

function whyRaised(raised: Call, s: LockState): string {
  const h = s.held.find((x) => x.call === raised);
  return h && h.family !== 'irql' ? `while the ${h.family} is held` : `after ${nameOf(raised)}`;
}

function advice(raised: Call | undefined, x: Context): string {
  if (raised) return 'Do it before, or after the IRQL is lowered again: copy what is needed while the lock is held';
  return x.atMost ? 'Move it to a work item' : 'Queue a work item and do it there';
}

function weigh(call: Call, irql: number, max: number, atMost: boolean): { severity: Finding['severity']; certainty: Certainty } {
  if (irql >= 2) return atMost ? { severity: 'warning', certainty: 'likely' } : { severity: 'error', certainty: 'certain' };
  const heavy = call.ddi !== undefined && (call.ddi.blocks || call.ddi.file || call.ddi.registry || /^(Zw|Nt)/.test(call.ddi.name));
  // page faults are allowed at APC_LEVEL, so a routine that is only pageable does no harm there
  if (!heavy || max > 0) return { severity: 'information', certainty: atMost ? 'possible' : 'likely' };
  return { severity: 'warning', certainty: atMost ? 'possible' : 'likely' };
}

/** The highest IRQL that the header allows for this call; undefined when it says nothing. */
function limit(call: Call): number | undefined {
  const { ddi } = call;
  if (!ddi) return undefined;
  if (ddi.maxIrql !== undefined) return ddi.maxIrql;
  let least: number | undefined;
  for (const a of ddi.symbol.sal) {
    if (a.name !== '_When_' || a.args.length < 2) continue;
    const level = /_IRQL_requires_max_\s*\(\s*(\w+)\s*\)/.exec(a.args.slice(1).join(','));
    const n = irqlValue(level?.[1]);
    if (n === undefined) continue;
    const holds = condition(a.args[0], call);
    if (holds === true) return n;
    if (holds === undefined) least = Math.max(least ?? 0, n);
  }
  return least;
}

/** Whether the condition of a `_When_` holds for the arguments of a call, as far as constants tell. */
function condition(text: string, call: Call): boolean | undefined {
  const t = text.replace(/\s/g, '').replaceAll('((void*)0)', 'NULL');
  const param = (name: string): Expr | undefined => {
    const i = call.ddi?.symbol.type.params.findIndex((p) => p.name === name) ?? -1;
    return i >= 0 ? call.expr.args[i] : undefined;
  };
  // (Timeout==NULL||Timeout->QuadPart!=0) and (Timeout!=NULL&&Timeout->QuadPart==0)
  const timeout = /^\(?(\w+)(==NULL\|\||!=NULL&&)\1->QuadPart(!=|==)0\)?$/.exec(t);
  if (timeout) {
    const waits = timeout[3] === '!=';
    const zero = zeroTimeout(param(timeout[1]), call.caller);
    return zero === undefined ? undefined : zero !== waits;
  }
  // Timeout->QuadPart == 0
  const quad = /^\(?(\w+)->QuadPart(!=|==)0\)?$/.exec(t);
  if (quad) {
    const zero = zeroTimeout(param(quad[1]), call.caller);
    return zero === undefined ? undefined : zero === (quad[2] === '==');
  }
  const equal = /^\(?(\w+)(==|!=)(\d+|TRUE|FALSE|NULL)\)?$/.exec(t);
  if (equal) {
    const arg = param(equal[1]);
    const x = arg && strip(arg);
    if (x?.kind !== 'int') return undefined;
    const n = equal[3] === 'TRUE' ? 1n : integer(equal[3]);
    if (n === undefined) return undefined;
    return (x.value === n) === (equal[2] === '==');
  }
  const flag = /^\(?\(?(\w+)&(\w+)\)?(==|!=)0\)?$/.exec(t);
  if (flag) {
    const arg = param(flag[1]);
    const x = arg && strip(arg);
    const mask = flag[2] === 'POOL_FLAG_PAGED' ? 0x100n : flag[2] === 'PagedPool' ? 1n : integer(flag[2]);
    if (x?.kind !== 'int' || mask === undefined) return undefined;
    return ((x.value & mask) !== 0n) === (flag[3] === '!=');
  }
  return undefined;
}

/** An integer constant as an annotation's text has it, FALSE, NULL or a number with a suffix. */
function integer(text: string): bigint | undefined {
  if (text === 'FALSE' || text === 'NULL') return 0n;
  const m = /^(0x[0-9a-f]+|\d+)[ul]*$/i.exec(text);
  return m ? BigInt(m[1]) : undefined;
}
