// The smallest run of statements around a call that can be moved into a routine of its own: nothing in it is needed after it, everything that it needs from before
// can be copied, and control does not jump out of it.
import type { CompoundStmt, Expr, FunctionDef, Stmt, VarSymbol } from '../c/tree.js';
import type { CType } from '../c/types.js';
import { eachExpr, eachStmt, strip } from '../c/walk.js';
import { endOf } from './edits.js';
import { recordName } from './places.js';

export interface Region {
  readonly def: FunctionDef;
  readonly block: CompoundStmt;
  /** Indices in the block, both included. */
  readonly first: number;
  readonly last: number;
  readonly start: number;
  readonly end: number;
  /** Variables of outside whose value is copied. */
  readonly captured: readonly VarSymbol[];
  /** Variables declared outside that only this region uses. */
  readonly moved: readonly VarSymbol[];
  readonly returns: boolean;
}

interface Use {
  readonly symbol: VarSymbol;
  readonly at: number;
  readonly changes: boolean;
}

/** Objects that are kept by a reference. */
export const REFERENCED = new Set(['_KPROCESS', '_EPROCESS', '_KTHREAD', '_ETHREAD', '_FILE_OBJECT', '_DEVICE_OBJECT']);

export type Capture = 'value' | 'reference' | 'string' | 'create-info' | 'image-info';

/** How a variable's value gets into the context of a work item; undefined: it cannot. */
export function captureOf(t: CType): Capture | undefined {
  if (t.kind === 'int' || t.kind === 'enum' || t.kind === 'float') return 'value';
  if (t.kind === 'record')
    return t.decl.complete && t.decl.fields.every((f) => isPlain(f.type)) && recordName(t.decl) !== '_KAPC_STATE' ? 'value' : undefined;
  if (t.kind !== 'pointer') return undefined;
  if (t.target.kind === 'void') return t.alias === 'HANDLE' ? 'value' : undefined;
  if (t.target.kind !== 'record') return undefined;
  const tag = recordName(t.target.decl);
  if (REFERENCED.has(tag)) return 'reference';
  if (tag === '_UNICODE_STRING') return 'string';
  if (tag === '_PS_CREATE_NOTIFY_INFO') return 'create-info';
  return tag === '_IMAGE_INFO' ? 'image-info' : undefined;
}

const isPlain = (t: CType): boolean =>
  t.kind === 'int' ||
  t.kind === 'enum' ||
  (t.kind === 'pointer' && t.alias === 'HANDLE') ||
  (t.kind === 'record' && t.decl.fields.every((f) => isPlain(f.type)));

export function findRegion(def: FunctionDef, at: Expr): Region | undefined {
  const { file } = def.range;
  if (at.range.file !== file || def.body.range.file !== file) return undefined;
  const uses = usesIn(def);
  if (!uses) return undefined;
  const chain = blocksAround(def.body, at.range.start, at.range.end);
  for (let level = chain.length - 1; level >= 0; level--) {
    const r = grow(def, chain[level].block, chain[level].index, uses, level === 0, chain[level].inLoop);
    if (r) return r;
  }
  return undefined;
}

function grow(
  def: FunctionDef,
  block: CompoundStmt,
  index: number,
  uses: readonly Use[],
  isTop: boolean,
  inLoop: boolean,
): Region | undefined {
  let first = index;
  let last = index;
  for (let round = 0; round < 200; round++) {
    const start = block.body[first].range.start;
    const end = endOf(block.body[last]);
    const stmts = block.body.slice(first, last + 1);
    const control = controlOf(stmts);
    if (control.escapes) return undefined;
    if (control.returns) {
      if (def.symbol.type.returns.kind !== 'void' || !isTop) return undefined;
      if (last < block.body.length - 1) {
        last = block.body.length - 1;
        continue;
      }
    }
    const captured: VarSymbol[] = [];
    const moved: VarSymbol[] = [];
    let from = start;
    let to = end;
    for (const symbol of namedIn(def, uses, start, end)) {
      const own = uses.filter((u) => u.symbol === symbol);
      const inside = own.filter((u) => u.at >= start && u.at < end);
      const after = own.filter((u) => u.at >= end);
      const before = own.filter((u) => u.at < start);
      const declared = symbol.range.start >= start && symbol.range.start < end;
      const changes = inside.some((u) => u.changes);
      if (declared) {
        for (const u of after) to = Math.max(to, u.at + 1);
        continue;
      }
      if (symbol.scope === 'static') return undefined;
      if (changes && after.length) for (const u of after) to = Math.max(to, u.at + 1);
      if (changes && inLoop && before.length) return undefined;
      const hasValue = symbol.scope === 'param' || before.length > 0;
      if (!hasValue && !after.length) {
        if (!symbol.init || symbol.init.items.every((i) => strip(i.value).kind === 'int')) {
          moved.push(symbol);
          continue;
        }
      }
      if (captureOf(symbol.type)) captured.push(symbol);
      else if (symbol.scope === 'param') return undefined;
      else for (const at of [symbol.range.start, ...before.map((u) => u.at)]) from = Math.min(from, at);
    }
    if (from >= start && to <= end) return { def, block, first, last, start, end, captured, moved, returns: control.returns };
    while (first > 0 && block.body[first].range.start > from) first--;
    while (last < block.body.length - 1 && endOf(block.body[last]) < to) last++;
    if (block.body[first].range.start > from || endOf(block.body[last]) < to) return undefined;
  }
  return undefined;
}

/** Variables of the function that are used in a stretch of its text, also those that only a `sizeof` names. */
function namedIn(def: FunctionDef, uses: readonly Use[], start: number, end: number): Set<VarSymbol> {
  const out = new Set(uses.filter((u) => u.at >= start && u.at < end).map((u) => u.symbol));
  const words = new Set(def.range.file.text.slice(start, end).match(/[A-Za-z_]\w*/g) ?? []);
  for (const v of [...def.params, ...def.locals]) if (words.has(v.name) && uses.every((u) => u.symbol !== v)) out.add(v);
  return out;
}

/** Every use of the function's variables; undefined when one stands in another file. */
function usesIn(def: FunctionDef): Use[] | undefined {
  const out: Use[] = [];
  let elsewhere = false;
  const add = (symbol: VarSymbol, range: Expr['range'], changes: boolean): void => {
    if (range.file !== def.range.file) elsewhere = true;
    out.push({ symbol, at: range.start, changes });
  };
  const visit = (e: Expr): void => {
    if (e.kind === 'ref' && e.symbol.kind === 'var' && isLocal(e.symbol)) add(e.symbol, e.range, false);
    const target = e.kind === 'assign' ? e.target : e.kind === 'incdec' || (e.kind === 'unary' && e.op === '&') ? e.operand : arrayOf(e);
    const root = target && rootOf(target);
    if (root && target) add(root, target.range, true);
  };
  eachStmt(def.body, { expr: (e) => eachExpr(e, visit) });
  for (const v of def.locals) if (v.init?.items.some((i) => strip(i.value).kind !== 'int')) add(v, v.range, true);
  return elsewhere ? undefined : out;
}

const isLocal = (v: VarSymbol): boolean => v.scope === 'local' || v.scope === 'param' || (v.scope === 'static' && v.linkage === 'none');
const arrayOf = (e: Expr): Expr | undefined => (e.kind === 'cast' && e.castKind === 'array-decay' ? e.operand : undefined);

/** The variable that an lvalue is a part of. */
function rootOf(e: Expr): VarSymbol | undefined {
  let x = strip(e);
  while ((x.kind === 'member' && !x.arrow) || (x.kind === 'index' && strip(x.base).type.kind === 'array'))
    x = strip(x.kind === 'member' ? x.object : x.base);
  return x.kind === 'ref' && x.symbol.kind === 'var' && isLocal(x.symbol) ? x.symbol : undefined;
}

/** Blocks around a place, outermost first, with the index of the statement that has it. */
function blocksAround(body: CompoundStmt, start: number, end: number): { block: CompoundStmt; index: number; inLoop: boolean }[] {
  const out: { block: CompoundStmt; index: number; inLoop: boolean }[] = [];
  const visit = (s: Stmt, loops: boolean): void => {
    const holds = (x: Stmt): boolean => x.range.file === body.range.file && x.range.start <= start && end <= x.range.end + 1;
    if (s.kind === 'compound') {
      const index = s.body.findIndex(holds);
      if (index < 0) return;
      out.push({ block: s, index, inLoop: loops });
      visit(s.body[index], loops);
      return;
    }
    const inner: (Stmt | undefined)[] =
      s.kind === 'if'
        ? [s.then, s.else]
        : s.kind === 'while' || s.kind === 'do' || s.kind === 'for' || s.kind === 'switch' || s.kind === 'case' || s.kind === 'label'
          ? [s.body]
          : s.kind === 'try'
            ? [s.body, s.handler.body]
            : [];
    const isLoop = s.kind === 'while' || s.kind === 'do' || s.kind === 'for';
    for (const x of inner) if (x && holds(x)) visit(x, loops || isLoop);
  };
  visit(body, false);
  return out;
}

function controlOf(stmts: readonly Stmt[]): { returns: boolean; escapes: boolean } {
  let returns = false;
  let escapes = false;
  const labels = new Set<string>();
  const gotos: string[] = [];
  for (const s of stmts)
    eachStmt(s, {
      stmt: (x) => {
        if (x.kind === 'label') labels.add(x.name);
        if (x.kind === 'goto') gotos.push(x.label);
      },
      expr: () => {},
    });
  const walk = (s: Stmt, breaks: boolean, continues: boolean, leaves: boolean): void => {
    switch (s.kind) {
      case 'return':
        returns = true;
        break;
      case 'break':
        if (!breaks) escapes = true;
        break;
      case 'continue':
        if (!continues) escapes = true;
        break;
      case 'leave':
        if (!leaves) escapes = true;
        break;
      case 'case':
        if (!breaks) escapes = true;
        walk(s.body, breaks, continues, leaves);
        break;
      case 'compound':
        for (const x of s.body) walk(x, breaks, continues, leaves);
        break;
      case 'if':
        walk(s.then, breaks, continues, leaves);
        if (s.else) walk(s.else, breaks, continues, leaves);
        break;
      case 'while':
      case 'do':
      case 'for':
        walk(s.body, true, true, leaves);
        break;
      case 'switch':
        walk(s.body, true, continues, leaves);
        break;
      case 'label':
        walk(s.body, breaks, continues, leaves);
        break;
      case 'try':
        walk(s.body, breaks, continues, true);
        walk(s.handler.body, breaks, continues, leaves);
        break;
      default:
        break;
    }
  };
  for (const s of stmts) walk(s, false, false, false);
  // a goto out of it, or into it
  if (gotos.some((g) => !labels.has(g)) || labels.size > gotos.length) escapes = true;
  return { returns, escapes };
}
