// Compiles C text for tests and writes trees as short S-expressions, so that a test reads like the rule it checks.
import assert from 'node:assert/strict';
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { MemoryFiles } from '../../src/base/files.js';
import { compileUnit } from '../../src/c/compile-unit.js';
import type { Expr, FunctionDef, Initializer, Stmt, TranslationUnit, VarSymbol } from '../../src/c/tree.js';
import { typeToString } from '../../src/c/type-names.js';
import type { RecordDecl } from '../../src/c/types.js';

export function compile(text: string, headers: Record<string, string> = {}, files: Record<string, string> = {}): TranslationUnit {
  return compileUnit('t.c', { files: new MemoryFiles({ ...files, 't.c': text }), builtinHeaders: headers, includePaths: [], defines: {} });
}

/** Compiles text that must give no errors and no warnings. */
export function clean(text: string, headers: Record<string, string> = {}, files: Record<string, string> = {}): TranslationUnit {
  const u = compile(text, headers, files);
  assert.deepEqual(u.diagnostics.filter((d) => d.severity !== 'hint').map(formatDiagnostic), []);
  return u;
}

/** `line:column severity code` of each diagnostic. */
export function problems(text: string): string[] {
  return compile(text).diagnostics.map((d) => {
    const at = d.range!.file.position(d.range!.start);
    return `${at.line}:${at.column} ${d.severity} ${d.code}`;
  });
}

/** Messages of a text, with hints. */
export function messages(text: string): string[] {
  return compile(text).diagnostics.map((d) => `${d.severity}: ${d.message}${d.hint ? ` (${d.hint})` : ''}`);
}

export function fn(u: TranslationUnit, name: string): FunctionDef {
  const f = u.functions.find((x) => x.symbol.name === name);
  assert.ok(f, `function ${name}`);
  return f;
}

export function global(u: TranslationUnit, name: string): VarSymbol {
  const v = u.globals.find((x) => x.name === name);
  assert.ok(v, `variable ${name}`);
  return v;
}

export function record(u: TranslationUnit, tag: string): RecordDecl {
  const d = u.scope.tags.get(tag);
  assert.ok(d && 'fields' in d, `record ${tag}`);
  return d;
}

/** `name@offset` of each field, `name@offset:bit+width` for bit-fields. */
export function fields(d: RecordDecl): string[] {
  return d.fields.map((f) => `${f.name ?? ''}@${f.offset}${f.bitWidth === undefined ? '' : `:${f.bitOffset}+${f.bitWidth}`}`);
}

/** The expression as text: implicit casts are written `<type>`, explicit ones `(type)`. */
export function show(e: Expr): string {
  switch (e.kind) {
    case 'int':
      return e.enumerator ? e.enumerator.name : String(e.value);
    case 'float':
      return `${e.value}f`;
    case 'string':
      return `"${[...e.bytes]
        .filter((b, i) => e.unit === 1 || i % 2 === 0)
        .slice(0, -1)
        .map((b) => String.fromCharCode(b))
        .join('')}"`;
    case 'ref':
      return e.symbol.name;
    case 'unary':
      return `(${e.op} ${show(e.operand)})`;
    case 'incdec':
      return e.prefix ? `(${e.op} ${show(e.operand)})` : `(${show(e.operand)} ${e.op})`;
    case 'binary':
      return `(${show(e.left)} ${e.op} ${show(e.right)})`;
    case 'assign':
      return `(${show(e.target)} ${e.op}${e.op === '=' ? '' : `{${typeToString(e.computeType)}}`} ${show(e.right)})`;
    case 'cond':
      return `(${show(e.test)} ? ${show(e.then)} : ${show(e.else)})`;
    case 'call':
      return `${show(e.callee)}(${e.args.map(show).join(', ')})`;
    case 'member':
      return `${show(e.object)}${e.arrow ? '->' : '.'}${e.field.name}@${e.offset}`;
    case 'index':
      return `${show(e.base)}[${show(e.index)}]`;
    case 'cast':
      if (e.castKind === 'array-decay' || e.castKind === 'function-decay') return `decay ${show(e.operand)}`;
      return e.implicit ? `<${typeToString(e.type)}>${show(e.operand)}` : `(${typeToString(e.type)})${show(e.operand)}`;
    case 'compound-literal':
      return `literal ${showInit(e.init)}`;
    case 'builtin':
      return `${e.name}!(${e.args.map(show).join(', ')})`;
    case 'error':
      return '<error>';
  }
}

/** `offset:value` of each store; a leading 0 means "zeroed first". */
export function showInit(i: Initializer): string {
  return `${i.zero ? '0 ' : ''}{${i.items.map((x) => `${x.offset}${x.bitOffset === undefined ? '' : `.${x.bitOffset}`}:${show(x.value)}`).join(' ')}}`;
}

/** Type and text of an expression in a function with the given declarations in front. */
export function expression(text: string, declarations = ''): { type: string; text: string; expr: Expr } {
  const u = clean(`${declarations}\nvoid f(void) { ${text}; }`);
  const s = fn(u, 'f').body.body[0];
  assert.equal(s.kind, 'expr');
  const { expr } = s as Stmt & { kind: 'expr' };
  return { type: typeToString(expr.type), text: show(expr), expr };
}
