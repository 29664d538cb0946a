// File name expressions (FsRtlIsNameInExpression) and the dissection of paths. Wild cards: * any characters, ? one; and the three that file systems
// make from DOS names: < any characters up to the last dot, > one or, at the end or before a dot, none, " a dot or the end.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { ansiText, counted, setCounted, unicodeText } from './counted-string.js';
import { upcase } from './text-unit.js';

const WILD = /[*?<>"]/;
const STAR = 0x2a;
const QUESTION = 0x3f;
const DOS_STAR = 0x3c;
const DOS_QM = 0x3e;
const DOS_DOT = 0x22;
const DOT = 0x2e;

/**
 * Does the whole name match? Cost is expression length times name length whatever the pattern: a set of reachable places in the expression is
 * carried along the name, so no pattern can make it explode.
 */
export function isNameInExpression(expression: string, name: string, ignoreCase: boolean): boolean {
  const last = name.lastIndexOf('.');
  const unit = (t: string, i: number): number => (ignoreCase ? upcase(t.charCodeAt(i)) : t.charCodeAt(i));
  const n = expression.length;
  let places = closure(expression, [0], name.length === 0 || name[0] === '.', name.length === 0);
  for (let i = 0; i < name.length; i++) {
    const c = unit(name, i);
    const next: number[] = [];
    for (const p of places) {
      if (p >= n) continue;
      const e = unit(expression, p);
      if (e === STAR) next.push(p);
      else if (e === DOS_STAR) {
        if (i !== last) next.push(p); // everything but the last dot, which is left to what follows in the expression
      } else if (e === QUESTION) next.push(p + 1);
      else if (e === DOS_QM) {
        if (c !== DOT) next.push(p + 1);
      } else if (e === DOS_DOT) {
        if (c === DOT) next.push(p + 1);
      } else if (e === c) next.push(p + 1);
    }
    const end = i + 1 === name.length;
    places = closure(expression, next, end || name[i + 1] === '.', end);
    if (places.length === 0) return false;
  }
  return places.includes(n);
}

/** Adds the places reached without a character. */
function closure(expression: string, from: readonly number[], dotOrEnd: boolean, end: boolean): number[] {
  const out = new Set<number>();
  for (let p of from) {
    for (;;) {
      if (out.has(p)) break;
      out.add(p);
      const e = expression.charCodeAt(p);
      const skip = e === STAR || e === DOS_STAR || (e === DOS_QM && dotOrEnd) || (e === DOS_DOT && end);
      if (!skip) break;
      p++;
    }
  }
  return [...out];
}

/** (Expression, Name, IgnoreCase, UpcaseTable): the table is the system's, so ours is used. */
const inExpression = (k: Kernel, f: Frame): Status => {
  const name = unicodeText(k, f.ptr(1));
  const expression = unicodeText(k, f.ptr(0));
  k.machine.charge((name.length * expression.length) >> 4);
  return k.return(isNameInExpression(expression, name, f.bool(2)) ? 1 : 0);
};

/** First component and the rest without the separating backslash, as counted strings into the path's buffer. */
function dissect(k: Kernel, path: Addr, first: Addr, rest: Addr, wide: boolean): Status {
  const s = counted(k, path);
  const text = wide ? unicodeText(k, path) : ansiText(k, path);
  const unit = wide ? 2 : 1;
  setCounted(k, first, 0, 0, 0);
  setCounted(k, rest, 0, 0, 0);
  if (text === '') return k.returnVoid();
  const start = text[0] === '\\' ? 1 : 0;
  const slash = text.indexOf('\\', start);
  const end = slash < 0 ? text.length : slash;
  setCounted(k, first, (end - start) * unit, (end - start) * unit, s.buffer + start * unit);
  if (slash >= 0) setCounted(k, rest, (text.length - slash - 1) * unit, (text.length - slash - 1) * unit, s.buffer + (slash + 1) * unit);
  return k.returnVoid();
}

/** Altitudes compare as decimal numbers with fraction, of any length: the whole parts without leading zeros, then the fraction digit by digit. */
export function compareAltitudes(a: string, b: string): number {
  const [wholeA, fractionA = ''] = a.split('.');
  const [wholeB, fractionB = ''] = b.split('.');
  const x = wholeA.replace(/^0+/, '');
  const y = wholeB.replace(/^0+/, '');
  if (x.length !== y.length) return x.length < y.length ? -1 : 1;
  if (x !== y) return x < y ? -1 : 1;
  const p = fractionA.replace(/0+$/, '');
  const q = fractionB.replace(/0+$/, '');
  return p === q ? 0 : p < q ? -1 : 1;
}

export const routines: KernelRoutine[] = [
  { name: 'FsRtlIsNameInExpression', step: inExpression },
  { name: 'FsRtlIsNameInUnUpcasedExpression', step: inExpression },
  {
    name: 'FsRtlIsDbcsInExpression',
    step: (k, f) => k.return(isNameInExpression(ansiText(k, f.ptr(0)), ansiText(k, f.ptr(1)), false) ? 1 : 0),
  },
  { name: 'FsRtlDoesNameContainWildCards', step: (k, f) => k.return(WILD.test(unicodeText(k, f.ptr(0))) ? 1 : 0) },
  { name: 'FsRtlDoesDbcsContainWildCards', step: (k, f) => k.return(WILD.test(ansiText(k, f.ptr(0))) ? 1 : 0) },
  {
    name: 'FsRtlAreNamesEqual',
    step(k, f) {
      const a = unicodeText(k, f.ptr(0));
      const b = unicodeText(k, f.ptr(1));
      const same = (i: number): boolean => upcase(a.charCodeAt(i)) === upcase(b.charCodeAt(i));
      if (a.length !== b.length) return k.return(0);
      if (!f.bool(2)) return k.return(a === b ? 1 : 0);
      for (let i = 0; i < a.length; i++) if (!same(i)) return k.return(0);
      return k.return(1);
    },
  },
  // the path is a 16-byte structure passed by value, that is by pointer to a copy
  { name: 'FsRtlDissectName', step: (k, f) => dissect(k, f.ptr(0), f.ptr(1), f.ptr(2), true) },
  { name: 'FsRtlDissectDbcs', step: (k, f) => dissect(k, f.ptr(0), f.ptr(1), f.ptr(2), false) },
  { name: 'RtlCompareAltitudes', step: (k, f) => k.return(compareAltitudes(unicodeText(k, f.ptr(0)), unicodeText(k, f.ptr(1)))) },
];
