// Repair of optional-member: a NULL test around the statement, in the condition, or as an early return of a routine that returns nothing.
import type { Expr, FunctionDef } from '../c/tree.js';
import { enclosing, endOf, eolOf, indentOf, insert, isPlain, sourceText, unitOf } from './edits.js';
import type { Fix, TextEdit } from './rule.js';

export function nullTestFixes(def: FunctionDef, pointer: Expr, text: string): Fix[] {
  if (!isPlain(pointer, def) || /[();]/.test(text)) return [];
  const at = enclosing(def, pointer.range);
  if (!at) return [];
  const out: Fix[] = [];
  const { stmt, top } = at;
  const { file } = stmt.range;
  const eol = eolOf(stmt.range);
  const pad = indentOf(stmt.range);
  const unit = unitOf(stmt.range);
  if (stmt.kind === 'if' && stmt.test.range.file === file && contains(stmt.test, pointer) && !stmt.test.macro) {
    const simple = !/[&|?=]/.test(sourceText(stmt.test.range).replace(/[=!<>]=|&&/g, '')) && !sourceText(stmt.test.range).includes('||');
    out.push({
      title: `Test ${text} for NULL in the condition`,
      edits: simple
        ? [insert(file, stmt.test.range.start, `${text} != NULL && `)]
        : [insert(file, stmt.test.range.start, `${text} != NULL && (`), insert(file, stmt.test.range.end, ')')],
    });
  } else if (stmt.kind === 'expr') {
    // statements right after it that use the same pointer belong into the same test
    let last = stmt;
    const next = at.block ? at.block.body.slice(at.block.body.indexOf(stmt) + 1) : [];
    for (const x of next) {
      if (x.kind !== 'expr' || x.range.file !== file) break;
      if (sourceText(x.range).includes(text)) last = x;
    }
    const end = endOf(last);
    const body = file.text
      .slice(stmt.range.start, end)
      .split(/\r?\n/)
      .map((l, i) => (i && l ? unit + l : l))
      .join(eol);
    const edit: TextEdit = {
      range: { file, start: stmt.range.start, end },
      text: `if (${text} != NULL) {${eol}${pad}${unit}${body}${eol}${pad}}`,
    };
    out.push({ title: `Do this only when ${text} is not NULL`, edits: [edit] });
  }
  const root = text.split(/->|\./)[0].trim();
  const isParameter = def.params.some((p) => p.name === root);
  // before the statement of the routine's own block: only what is known from its start can be tested there
  if (def.symbol.type.returns.kind === 'void' && isParameter && text === root) {
    const topPad = indentOf(top.range);
    out.push({
      title: `Return early when ${text} is NULL`,
      edits: [insert(file, top.range.start, `if (${text} == NULL) {${eol}${topPad}${unit}return;${eol}${topPad}}${eol}${topPad}`)],
    });
  }
  return out.map((f, i) => (i === 0 ? { ...f, preferred: true } : f));
}

const contains = (e: Expr, inner: Expr): boolean =>
  e.range.file === inner.range.file && e.range.start <= inner.range.start && inner.range.end <= e.range.end;
