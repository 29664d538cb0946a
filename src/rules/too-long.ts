// too-long: a callback runs at every event of its kind in the whole system, for every driver that has one. It should be short: few decisions, few statements, a flat
// call tree, and no loop without an end.
import type { Stmt } from '../c/tree.js';
import { eachStmt } from '../c/walk.js';
import { KIND_NAMES } from './callbacks.js';
import { finding, type Rule } from './context.js';
import type { Fn } from './program.js';
import type { Finding } from './rule.js';

export const tooLong: Rule = {
  id: 'too-long',
  check(c) {
    const out: Finding[] = [];
    for (const fn of c.reach.keys())
      for (const loop of fn.facts.loops)
        if (isEndless(loop))
          out.push(
            finding(
              'too-long',
              'warning',
              'certain',
              headOf(loop),
              `this loop in ${c.subject(fn)} has no way out: the event never goes on. Give it a bound, or run it in a thread of the driver's own`,
              c.pathTo(fn),
            ),
          );
    for (const cb of c.callbacks.guideline) {
      const { complexity } = cb.fn.facts;
      const size = measure(cb.fn, c.options.depth + 64);
      const causes: string[] = [];
      if (complexity > c.options.complexity) causes.push(`${complexity} independent paths (more than ${c.options.complexity})`);
      if (size.statements > c.options.statements)
        causes.push(`${size.statements} statements with its helpers (more than ${c.options.statements})`);
      if (size.depth > c.options.depth) causes.push(`calls ${size.depth} deep (more than ${c.options.depth})`);
      if (!causes.length) continue;
      out.push(
        finding(
          'too-long',
          'information',
          'certain',
          cb.fn.def.nameRange,
          `the ${KIND_NAMES[cb.kind]} ${cb.fn.name} has ${causes.join(', ')}, and it runs at every such event in the system. Decide quickly whether the event matters, and leave the rest to a work item`,
          c.pathTo(cb.fn),
        ),
      );
    }
    return out;
  },
};

function measure(root: Fn, limit: number): { statements: number; depth: number } {
  const depths = new Map<Fn, number>();
  let statements = 0;
  const open = new Set<Fn>();
  const visit = (fn: Fn): number => {
    const known = depths.get(fn);
    if (known !== undefined) return known;
    if (open.has(fn) || open.size > limit) return 0;
    open.add(fn);
    statements += fn.facts.statements;
    let depth = 0;
    for (const call of fn.calls) if (!call.ddi) for (const t of call.targets) depth = Math.max(depth, 1 + visit(t));
    open.delete(fn);
    depths.set(fn, depth);
    return depth;
  };
  const depth = visit(root);
  return { statements, depth };
}

/** `for (;;)`, `while (1)` without a way out of it. */
function isEndless(loop: Stmt): boolean {
  if (loop.kind !== 'while' && loop.kind !== 'for' && loop.kind !== 'do') return false;
  if (loop.test && !(loop.test.kind === 'int' && loop.test.value !== 0n)) return false;
  let leaves = false;
  const look = (s: Stmt, breaks: boolean): void => {
    if (s.kind === 'break' && breaks) leaves = true;
    if (s.kind === 'return' || s.kind === 'goto' || s.kind === 'leave') leaves = true;
  };
  // breaks of inner loops and switches do not leave this one
  const walk = (s: Stmt, breaks: boolean): void => {
    look(s, breaks);
    switch (s.kind) {
      case 'compound':
        for (const x of s.body) walk(x, breaks);
        break;
      case 'if':
        walk(s.then, breaks);
        if (s.else) walk(s.else, breaks);
        break;
      case 'while':
      case 'for':
      case 'do':
        walk(s.body, false);
        break;
      case 'switch':
        walk(s.body, false);
        break;
      case 'case':
      case 'label':
        walk(s.body, breaks);
        break;
      case 'try':
        walk(s.body, breaks);
        walk(s.handler.body, breaks);
        break;
      default:
        break;
    }
  };
  walk(loop.body, true);
  if (leaves) return false;
  let ends = false;
  eachStmt(loop.body, {
    expr: (e) => {
      if (e.kind === 'call' && e.callee.kind === 'cast' && e.callee.operand.kind === 'ref') {
        const s = e.callee.operand.symbol;
        if (s.kind === 'function' && (s.noreturn || s.name === 'PsTerminateSystemThread')) ends = true;
      }
    },
  });
  return !ends;
}

/** The keyword of a loop, not all of its body. */
function headOf(s: Stmt): Stmt['range'] {
  const body = s.kind === 'while' || s.kind === 'for' || s.kind === 'do' ? s.body.range : s.range;
  const end = body.file === s.range.file && body.start > s.range.start ? body.start : s.range.end;
  return s.kind === 'do' ? { ...s.range, end: Math.min(s.range.start + 2, s.range.end) } : { ...s.range, end };
}
