// __try / __except / __finally / __leave. Regions are tables (see seh.ts); what is lowered here is the way out: leaving a guarded body by
// return, goto, break or continue runs each finally body on the way (inline in the same frame, state Leaving, then on to the next).
// Handlers follow their body in the same list.
import type { Expr, LabelStmt, Stmt, TryStmt } from '../../c/tree.js';
import { INT } from '../../c/type-ops.js';
import { i32, type Label } from './ir.js';
import { lowerValue } from './lower-expression.js';
import { lowerStatement } from './lower-statement.js';
import { type JumpTarget, Lowering, newFunctionIR, type TryContext, type TryPart } from './lowering.js';
import { FinallyState } from './seh.js';

export function lowerTry(L: Lowering, s: TryStmt): void {
  const outer = L.tries;
  const { exceptArea, finallyArea } = L;
  const area = L.newArea();
  const finallyKind = s.handler.kind === 'finally';
  const handler = L.newLabel();
  const end = L.newLabel(); // of the guarded body
  const context: TryContext = { stmt: s, outer, end, area: finallyKind ? area : undefined, handler, pending: [], body: true };
  const start = L.nextNumber;
  L.tries = context;
  L.begin(s.range);
  L.step({ k: 'nop' }, 'plain', { file: s.range.file, start: s.range.start, end: s.body.range.start });
  lowerStatement(L, s.body);
  L.tries = outer;
  const stop = L.nextNumber;
  L.place(end);
  if (s.handler.kind === 'except') {
    const after = L.newLabel();
    const close = s.body.close;
    L.step({ k: 'jump', target: after }, 'branch', close);
    L.place(handler);
    const first = L.nextNumber;
    L.exceptArea = area;
    L.begin(s.handler.filter.range);
    L.step({ k: 'nop' });
    lowerStatement(L, s.handler.body);
    L.exceptArea = exceptArea;
    L.place(after);
    const filter = s.handler.filter;
    if (filter.kind === 'int')
      L.addRegion({ kind: 'except', start, end: stop, handler: first, area, constantFilter: Number(BigInt.asIntN(32, filter.value)) });
    else L.addRegion({ kind: 'except', start, end: stop, handler: first, area, filterFunction: lowerFilter(L, filter) });
    return;
  }
  const word = (value: number): void =>
    void L.step({ k: 'set', dst: { slot: area, offset: 0, width: 4 }, value: i32(value) }, 'plain', s.body.close);
  word(FinallyState.Normal);
  L.place(handler);
  const first = L.nextNumber;
  const body: TryContext = { stmt: s, outer, end: L.newLabel(), pending: [], body: false };
  L.tries = body;
  L.finallyArea = area;
  L.begin(s.handler.body.range);
  L.step({ k: 'nop' }, 'plain', {
    file: s.handler.body.range.file,
    start: s.handler.body.range.start,
    end: s.handler.body.range.start + 1,
  });
  lowerStatement(L, s.handler.body);
  L.finallyArea = finallyArea;
  L.tries = outer;
  L.place(body.end);
  L.begin(s.handler.body.close);
  const last = L.step({ k: 'end-finally', area }, 'branch', s.handler.body.close);
  L.addRegion({ kind: 'finally', start, end: stop, handler: first, area, finallyEnd: last.number });
  const after = L.newLabel();
  if (context.pending.length) L.br(after);
  for (const p of context.pending) {
    L.place(p.label);
    p.go();
  }
  L.place(after);
}

/** The filter expression as a funclet: its frame lies on top of everything, variables are reached through the parent's frame. */
function lowerFilter(L: Lowering, filter: Expr): ReturnType<typeof newFunctionIR> {
  const fn = newFunctionIR({
    name: `${L.fn.name}$filt`,
    parent: L.fn,
    unit: L.fn.unit,
    section: L.fn.section,
    returns: INT,
    range: filter.range,
  });
  fn.argumentCount = 2;
  const F = new Lowering(L.link, fn, undefined, L);
  F.finallyArea = L.finallyArea;
  F.begin(filter.range);
  const v = lowerValue(F, filter);
  F.step({ k: 'return', value: v, t: 'i32', signed: true }, 'return');
  L.link.addFunclet(fn);
  return fn;
}

function innermostFinally(from: TryContext | undefined, to: TryContext | undefined): TryContext | undefined {
  for (let c = from; c && c !== to; c = c.outer) if (c.area && c.body) return c;
  return undefined;
}

/** Leaves guarded bodies up to `to` (exclusive), then does `go`. */
function leave(L: Lowering, to: TryContext | undefined, go: () => void): void {
  const f = innermostFinally(L.tries, to);
  if (!f) {
    go();
    return;
  }
  const label = L.newLabel();
  f.pending.push({ label, go: () => leave(L, to, go) });
  L.step({ k: 'leave', area: f.area!, after: label, handler: f.handler! }, 'branch');
}

/** A jump to a label that may lie outside of guarded bodies. */
export function jumpOut(L: Lowering, target: JumpTarget): void {
  leave(L, target.tries, () => L.step({ k: 'jump', target: target.label }, 'branch'));
}

export function lowerGoto(L: Lowering, target: LabelStmt): void {
  const parts = L.labelTries.get(target) ?? [];
  let to = L.tries;
  while (to && !parts.some((p) => p.stmt === to!.stmt && p.body === to!.body)) to = to.outer;
  leave(L, to, () => L.step({ k: 'jump', target: labelOf(L, target) }, 'branch'));
}

export function labelOf(L: Lowering, s: LabelStmt): Label {
  let label = L.labels.get(s);
  if (!label) L.labels.set(s, (label = L.newLabel()));
  return label;
}

/** Notes which guarded bodies each label lies in, before lowering: a goto may come before its label. */
export function findLabels(L: Lowering, s: Stmt, parts: readonly TryPart[]): void {
  switch (s.kind) {
    case 'compound':
      for (const b of s.body) findLabels(L, b, parts);
      break;
    case 'label':
      L.labelTries.set(s, parts);
      findLabels(L, s.body, parts);
      break;
    case 'if':
      findLabels(L, s.then, parts);
      if (s.else) findLabels(L, s.else, parts);
      break;
    case 'while':
    case 'do':
    case 'for':
    case 'switch':
    case 'case':
      findLabels(L, s.body, parts);
      break;
    case 'try':
      findLabels(L, s.body, [...parts, { stmt: s, body: true }]);
      findLabels(L, s.handler.body, s.handler.kind === 'finally' ? [...parts, { stmt: s, body: false }] : parts);
      break;
    default:
  }
}

export function leaveAll(L: Lowering, go: () => void): void {
  leave(L, undefined, go);
}

/** __leave: to the end of the innermost guarded body (or finally body). */
export function lowerLeave(L: Lowering): void {
  if (L.tries) L.step({ k: 'jump', target: L.tries.end }, 'branch');
}
