// Statements. Only loops nest in the result; everything else is forward labels. Each statement that a user can stop at starts a new
// statement number; the three parts of a `for` count as statements of their own.
import type { Expr, Stmt, SwitchStmt, VarSymbol } from '../../c/tree.js';
import type { Label } from './ir.js';
import { lowerCondition, lowerEffect, lowerValue } from './lower-expression.js';
import { lowerInit } from './lower-init.js';
import { lowerPlace } from './lower-place.js';
import { lowerReturn } from './lower-return.js';
import { jumpOut, labelOf, lowerGoto, lowerLeave, lowerTry } from './lower-seh.js';
import type { JumpTarget, Lowering } from './lowering.js';
import { wtype } from './value.js';

export function lowerStatement(L: Lowering, s: Stmt): void {
  switch (s.kind) {
    case 'compound':
      for (const b of s.body) lowerStatement(L, b);
      return;
    case 'expr':
      L.begin(s.range);
      lowerEffect(L, s.expr);
      return;
    case 'decl':
      for (const v of s.vars) lowerDeclaration(L, v);
      return;
    case 'if': {
      const otherwise = L.newLabel();
      condition(L, s.test, otherwise, false);
      lowerStatement(L, s.then);
      if (s.else) {
        const end = L.newLabel();
        L.br(end);
        L.place(otherwise);
        lowerStatement(L, s.else);
        L.place(end);
      } else L.place(otherwise);
      return;
    }
    case 'while':
      return lowerLoop(L, s.test, s.body, undefined);
    case 'for':
      if (s.init) lowerStatement(L, s.init);
      return lowerLoop(L, s.test, s.body, s.step);
    case 'do':
      return lowerDo(L, s.test, s.body);
    case 'switch':
      return lowerSwitch(L, s);
    case 'case': {
      const label = L.cases.get(s);
      if (label) L.place(label);
      return lowerLabelled(L, s.body);
    }
    case 'label': {
      L.place(labelOf(L, s));
      return lowerLabelled(L, s.body);
    }
    case 'break':
    case 'continue': {
      const target = s.kind === 'break' ? L.breakTarget : L.continueTarget;
      L.begin(s.range);
      if (target) jumpOut(L, target);
      return;
    }
    case 'goto':
      L.begin(s.range);
      if (s.target) lowerGoto(L, s.target);
      return;
    case 'return':
      L.begin(s.range);
      return lowerReturn(L, s.value);
    case 'try':
      return lowerTry(L, s);
    case 'leave':
      L.begin(s.range);
      return lowerLeave(L);
    case 'null':
      return;
  }
}

/** A label needs a step of its own to be gone to by number. */
function lowerLabelled(L: Lowering, body: Stmt): void {
  const before = L.nextNumber;
  lowerStatement(L, body);
  if (L.nextNumber === before) {
    L.begin(body.range);
    L.step({ k: 'nop' });
  }
}

function condition(L: Lowering, test: Expr, target: Label, when: boolean): void {
  L.begin(test.range);
  lowerCondition(L, test, target, when);
}

function lowerDeclaration(L: Lowering, v: VarSymbol): void {
  if (!v.init) return;
  L.begin(
    v.range.file === v.init.range.file
      ? { file: v.range.file, start: v.range.start, end: Math.max(v.range.end, v.init.range.end) }
      : v.range,
  );
  lowerInit(L, lowerPlace(L, { kind: 'ref', symbol: v, type: v.type, range: v.range, lvalue: true }), v.type, v.init);
}

/** Runs `body` with new targets of break and continue. */
function withTargets(L: Lowering, onBreak: JumpTarget | undefined, onContinue: JumpTarget | undefined, body: () => void): void {
  const saved = [L.breakTarget, L.continueTarget] as const;
  if (onBreak) L.breakTarget = onBreak;
  if (onContinue) L.continueTarget = onContinue;
  body();
  [L.breakTarget, L.continueTarget] = saved;
}

function lowerLoop(L: Lowering, test: Expr | undefined, body: Stmt, step: Expr | undefined): void {
  const end = L.newLabel();
  L.loop((start) => {
    const next = step ? L.newLabel() : start;
    if (test && test.kind !== 'int') condition(L, test, end, false);
    else {
      // A loop without a test still needs a step each time around: the place where an endless loop can be stopped.
      L.begin(test ? test.range : body.range);
      L.step({ k: 'nop' });
      if (test && test.kind === 'int' && test.value === 0n) L.br(end);
    }
    withTargets(L, { label: end, tries: L.tries }, { label: next, tries: L.tries }, () => lowerStatement(L, body));
    if (step) {
      L.place(next);
      L.begin(step.range);
      lowerEffect(L, step);
    }
    L.br(start);
  });
  L.place(end);
}

function lowerDo(L: Lowering, test: Expr, body: Stmt): void {
  const end = L.newLabel();
  const next = L.newLabel();
  const targets = (): void =>
    withTargets(L, { label: end, tries: L.tries }, { label: next, tries: L.tries }, () => lowerStatement(L, body));
  if (test.kind === 'int' && test.value === 0n) {
    targets();
    L.place(next);
  } else {
    L.loop((start) => {
      targets();
      L.place(next);
      if (test.kind === 'int') {
        L.begin(test.range);
        L.step({ k: 'nop' });
        L.br(start);
      } else condition(L, test, start, true);
    });
  }
  L.place(end);
}

function lowerSwitch(L: Lowering, s: SwitchStmt): void {
  const end = L.newLabel();
  L.begin(s.value.range);
  const value = lowerValue(L, s.value);
  let fallback = end;
  const cases = [];
  for (const c of s.cases) {
    const target = L.newLabel();
    L.cases.set(c, target);
    if (c.low === undefined) fallback = target;
    else cases.push({ low: c.low, high: c.high ?? c.low, target });
  }
  L.step({ k: 'switch', t: wtype(s.value.type) === 'i64' ? 'i64' : 'i32', value, cases, fallback }, 'branch', s.value.range);
  withTargets(L, { label: end, tries: L.tries }, undefined, () => lowerStatement(L, s.body));
  L.place(end);
}
