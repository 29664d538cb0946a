// The IRQLs at which a routine may be called, and what happens at any other: the bug check that Driver Verifier has for it.
import type { SalAnnotation } from '../c/tree.js';
import type { Status } from '../machine/abi.js';
import type { Kernel } from './kernel.js';
import { irqlRule } from './verifier/ddi-rules.js';
import { ruleText } from './verifier/rule-text.js';

export interface IrqlLimit {
  readonly min: number;
  readonly max: number;
}

const LEVELS: Record<string, number> = {
  PASSIVE_LEVEL: 0,
  LOW_LEVEL: 0,
  APC_LEVEL: 1,
  DISPATCH_LEVEL: 2,
  DPC_LEVEL: 2,
  CMCI_LEVEL: 5,
  SYNCH_LEVEL: 12,
  CLOCK_LEVEL: 13,
  IPI_LEVEL: 14,
  DRS_LEVEL: 14,
  POWER_LEVEL: 14,
  PROFILE_LEVEL: 15,
  HIGH_LEVEL: 15,
};

/** `DISPATCH_LEVEL`, `IPI_LEVEL-1`, `2`, also in parentheses. Undefined: not understood, no check. */
export function irqlOf(text: string): number | undefined {
  const t = text.replace(/[()\s]/g, '');
  const m = /^([A-Za-z_]+|\d+)(?:-(\d+))?$/.exec(t);
  if (!m) return undefined;
  const base = LEVELS[m[1]] ?? (/^\d+$/.test(m[1]) ? Number(m[1]) : undefined);
  return base === undefined ? undefined : base - Number(m[2] ?? 0);
}

/** Limits that the annotations of a declaration give; conditional ones (`_When_`) are the routine's own business. */
export function irqlLimit(sal: readonly SalAnnotation[]): IrqlLimit | undefined {
  let min = 0;
  let max = 15;
  for (const a of sal) {
    const level = a.args.length ? irqlOf(a.args[0]) : undefined;
    if (level === undefined) continue;
    if (a.name === '_IRQL_requires_max_') max = Math.min(max, level);
    else if (a.name === '_IRQL_requires_min_') min = Math.max(min, level);
    else if (a.name === '_IRQL_requires_') {
      min = Math.max(min, level);
      max = Math.min(max, level);
    }
  }
  return min === 0 && max === 15 ? undefined : { min, max };
}

/**
 * A routine is called outside of its limits: the bug check of the rule that names it (P2: the address of its name, P3: the IRQL, P4: 0), else 0xE5 (P2: the IRQL,
 * P3: the limit, P4: the routine). Undefined: the option ddi-compliance is off, or violations are only reported.
 */
export function wrongIrql(k: Kernel, name: string, irql: number, limit: IrqlLimit): Status | undefined {
  if (!k.verifies('ddi-compliance')) return undefined;
  const routine = name.split(' ')[0];
  const allowed = limit.min === limit.max ? `exactly ${limit.max}` : irql > limit.max ? `at most ${limit.max}` : `at least ${limit.min}`;
  const rule = irqlRule(routine);
  const text = `${name} is called at IRQL ${irql}; its documentation permits ${allowed}${rule ? ` (rule ${rule.name})` : ''}`;
  if (!rule) return k.violation(0xe5, irql, irql > limit.max ? limit.max : limit.min, k.addressOf(routine), text);
  return k.violation(rule.code, k.config.verifierReports ? 0 : ruleText(k, rule.name), irql, 0, text);
}
