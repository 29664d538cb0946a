// Repairs of not-unregistered: the removal call at the start of the unload routine, or before the return of a failing path.
import type { Expr } from '../c/tree.js';
import { strip } from '../c/walk.js';
import type { Registration } from './callbacks.js';
import { enclosing, endOf, eolOf, indentOf, insert, sourceText, unitOf } from './edits.js';
import type { Fn, Program } from './program.js';
import type { Fix } from './rule.js';

/** The call that removes a registration, as text; undefined when it needs something that is not at hand everywhere. */
function removalText(r: Registration): string | undefined {
  const { args } = r.call.expr;
  const { registrar } = r;
  if (registrar.cookie !== undefined) {
    const x = args[registrar.cookie] && strip(args[registrar.cookie]);
    if (x?.kind !== 'unary' || x.op !== '&' || x.macro) return undefined;
    const cookie = strip(x.operand);
    const root = rootOf(cookie);
    if (root?.scope !== 'global') return undefined;
    return `${registrar.removal}(${sourceText(x.operand.range)});`;
  }
  if (registrar.routine === undefined || r.routines.length !== 1) return undefined;
  const name = r.routines[0].fn.name;
  if (r.ddi === 'PsSetCreateProcessNotifyRoutineEx2')
    return `PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)${name}, TRUE);`;
  return registrar.remove === undefined ? `${registrar.removal}(${name});` : `${registrar.removal}(${name}, TRUE);`;
}

function rootOf(e: Expr): { scope: string; name: string } | undefined {
  const x = strip(e);
  if (x.kind === 'ref') return x.symbol.kind === 'var' ? x.symbol : undefined;
  return x.kind === 'member' && !x.arrow ? rootOf(x.object) : undefined;
}

/** A declaration of the callback before `fn`, when the unload routine stands before it in the same file or in another one. */
function declaration(r: Registration, fn: Fn): { text: string; at: number } | undefined {
  if (r.registrar.cookie !== undefined) return undefined;
  const callback = r.routines[0].fn;
  const file = fn.def.range.file;
  const start = fn.def.range.start;
  const declared = file.text.slice(0, start).includes(`${callback.name}(`);
  if (declared) return undefined;
  if (callback.def.range.file !== file || callback.def.symbol.linkage === 'internal' || callback.def.range.start > start) {
    const { def } = callback;
    const head = sourceText({ ...def.range, end: def.body.range.start }).trim();
    return { text: `${head};${eolOf(fn.def.range)}${eolOf(fn.def.range)}`, at: start };
  }
  return undefined;
}

export function unloadFixes(r: Registration, unload: Fn, program: Program): Fix[] {
  void program;
  const text = removalText(r);
  const { body } = unload.def;
  if (text === undefined || body.range.file !== unload.def.range.file) return [];
  if (r.registrar.cookie === undefined && r.routines[0].fn.def.symbol.linkage === 'internal' && r.routines[0].fn.unit !== unload.unit)
    return [];
  const cookie = r.registrar.cookie === undefined ? undefined : r.call.expr.args[r.registrar.cookie];
  const root = cookie && strip(cookie).kind === 'unary' ? rootOf((strip(cookie) as Expr & { kind: 'unary' }).operand) : undefined;
  if (root && !unload.def.range.file.text.slice(0, unload.def.range.start).includes(root.name)) return [];
  const eol = eolOf(body.range);
  // after the declarations that stand first
  const first = body.body.find((s) => s.kind !== 'decl');
  const at = first && first.range.file === body.range.file ? first.range.start : body.close.start;
  const pad = first ? indentOf(first.range) : indentOf(unload.def.range) + unitOf(body.range);
  const isOneLine = !first || !sourceText({ ...body.range, start: body.range.start, end: at }).includes('\n');
  const edits = [insert(body.range.file, at, isOneLine ? `${text} ` : `${text}${eol}${pad}`)];
  const d = declaration(r, unload);
  if (d) edits.unshift(insert(body.range.file, d.at, d.text));
  return [{ title: `Remove it in ${unload.name}`, preferred: true, edits }];
}

export function failurePathFixes(registrations: readonly Registration[], entry: Fn, at: Expr): Fix[] {
  const place = enclosing(entry.def, at.range);
  // a return of the function's own block usually ends the good path too
  if (place?.stmt.kind !== 'return' || place.top === place.stmt) return [];
  const texts: string[] = [];
  for (const r of registrations) {
    const text = removalText(r);
    if (text === undefined) return [];
    if (r.call.caller !== entry && (r.registrar.cookie !== undefined || r.routines[0].fn.unit !== entry.unit)) return [];
    texts.push(text);
  }
  const { range } = place.stmt;
  const eol = eolOf(range);
  const pad = indentOf(range);
  const unit = unitOf(range);
  // the last one registered goes first
  const lines = texts.reverse();
  const names = registrations.map((r) => r.routines[0]?.fn.name ?? r.registrar.what).join(' and ');
  const edits = place.block
    ? [insert(range.file, range.start, lines.map((l) => `${l}${eol}${pad}`).join(''))]
    : [
        insert(range.file, range.start, `{${eol}${lines.map((l) => `${pad}${unit}${l}${eol}`).join('')}${pad}${unit}`),
        insert(range.file, endOf(place.stmt), `${eol}${pad}}`),
      ];
  return [{ title: `Remove ${names} before this return`, preferred: true, edits }];
}
