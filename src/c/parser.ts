// Puts the parts of the grammar together and reads a whole token list.
import type { SourceFile } from '../base/source.js';
import { parseExternalDeclaration, parseLocalDeclaration, parseStaticAssert } from './declarations.js';
import { parseAssignment, parseExpression, parsePostfix, parseUnary } from './expressions.js';
import type { HeaderScope } from './header-world.js';
import { settleInUnit } from './implicit-functions.js';
import { parseInitializer } from './initializers.js';
import { parseDeclarator, parseTypeName } from './parser-declarators.js';
import { readPendingBodies } from './parser-functions.js';
import { separatePragmas } from './parser-pragmas.js';
import { parseSpecifiers } from './parser-specifiers.js';
import { type Grammar, newScope, Parser, type UnitContext } from './parser-state.js';
import { parseFunctionBody } from './statements.js';
import type { Token } from './token.js';
import type { FunctionDef, ImplicitFunction, Scope, VarSymbol } from './tree.js';
import { typeToString } from './type-names.js';
import { arrayOf, isComplete } from './type-ops.js';

export const GRAMMAR: Grammar = {
  specifiers: parseSpecifiers,
  declarator: parseDeclarator,
  typeName: parseTypeName,
  assignment: parseAssignment,
  expression: parseExpression,
  unary: parseUnary,
  postfix: parsePostfix,
  initializer: parseInitializer,
  localDeclaration: parseLocalDeclaration,
  staticAssert: parseStaticAssert,
  functionBody: parseFunctionBody,
};

export function unitContext(file: SourceFile, scope: Scope): UnitContext {
  return {
    file,
    scope,
    functions: [],
    globals: [],
    pending: new Map(),
    usedFunctions: new Set(),
    usedVariables: new Set(),
    sections: new Map(),
    reported: new Set(),
    implicit: [],
  };
}

/** A token list that ends in eof, whatever it was given. */
export function closed(tokens: readonly Token[], file: SourceFile): readonly Token[] {
  if (tokens.length && tokens[tokens.length - 1].kind === 'eof') return tokens;
  const end = file.text.length;
  return [...tokens, { kind: 'eof', text: '', range: { file, start: end, end }, atLineStart: true, spaceBefore: false }];
}

export interface ParsedUnit {
  readonly functions: readonly FunctionDef[];
  readonly globals: readonly VarSymbol[];
  readonly scope: Scope;
  readonly diagnostics: Parser['diagnostics'];
  readonly implicit: readonly ImplicitFunction[];
}

/** Parses and checks a whole translation unit. `headers`: declarations of an indexed header that stand before the tokens. */
export function parseUnit(tokens: readonly Token[], file: SourceFile, headers?: HeaderScope): ParsedUnit {
  const { tokens: rest, pragmas } = separatePragmas(tokens);
  const unit = unitContext(file, headers?.scope ?? newScope(undefined));
  if (headers) headers.unit = unit;
  const p = new Parser(closed(rest, file), pragmas, unit, GRAMMAR);
  while (!p.atEnd) parseExternalDeclaration(p);
  p.pragmas.sync();
  p.panicking = false;
  readPendingBodies(p);
  if (headers) unit.globals.unshift(...headers.metVariables());
  finishSections(p);
  finishGlobals(p);
  const implicit = settleInUnit(unit.implicit, p.diagnostics);
  return {
    functions: unit.functions.filter((f) => isEmitted(p, f)),
    globals: unit.globals.filter((v) => isKept(p, v)),
    scope: unit.scope,
    diagnostics: p.diagnostics,
    implicit,
  };
}

/** `#pragma alloc_text` names functions that are declared anywhere before it; by now all are known. */
function finishSections(p: Parser): void {
  for (const [name, { section, token }] of p.unit.sections) {
    const s = p.unit.scope.names.get(name);
    if (s?.kind === 'function') s.section = section;
    else p.warn('c-pragma', token.range, `'#pragma alloc_text' names '${name}', which is not a function here`);
  }
}

/** Tentative definitions get their final type. */
function finishGlobals(p: Parser): void {
  for (const v of p.unit.globals) {
    if (!v.defined || isComplete(v.type)) continue;
    if (v.type.kind === 'array' && v.type.length === undefined && v.scope === 'global') v.type = arrayOf(v.type.element, 1);
    else if (v.type.kind !== 'error' && v.type.kind !== 'void' && v.scope === 'global')
      p.error('c-incomplete', v.range, `the variable '${v.name}' has the incomplete type '${typeToString(v.type)}'`);
  }
}

/** Inline functions and private ones of headers are left out when nothing refers to them. */
function isEmitted(p: Parser, f: FunctionDef): boolean {
  const s = f.symbol;
  if (f.nameRange.file === p.unit.file || p.unit.usedFunctions.has(s) || s.definition !== f) return true;
  return !s.inline && s.linkage === 'external';
}

function isKept(p: Parser, v: VarSymbol): boolean {
  if (v.scope !== 'global') return true;
  const used = p.unit.usedVariables.has(v);
  return used || (v.defined && !v.range.file.builtin);
}

/** Parser for a snippet in a scope of a finished unit; it changes nothing there. */
export function snippetParser(tokens: readonly Token[], file: SourceFile, unitScope: Scope, scope: Scope): Parser {
  const { tokens: rest } = separatePragmas(tokens);
  const p = new Parser(closed(rest, file), [], unitContext(file, unitScope), GRAMMAR, true);
  p.scope = newScope(scope);
  return p;
}
