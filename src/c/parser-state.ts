// State that every part of the parser shares: the token cursor, the scopes, the function being read, the diagnostics and their brakes.
// One error per cause: after a syntax error `panicking` silences everything until the parser has found a firm place again (`recover`).
// The parts of the grammar need each other (a type holds expressions, an expression holds types); they meet in `grammar`, which parser.ts fills in,
// so that the files do not import in circles.

import type { Diagnostic, RelatedInformation, Severity } from '../base/diagnostic.js';
import { cover, type Range, type SourceFile } from '../base/source.js';
import type { PPToken } from './lexer.js';
import type { Declarator, DeclaratorMode } from './parser-declarators.js';
import { PragmaState, type PragmaToken } from './parser-pragmas.js';
import type { SpecifierPlace, Specifiers } from './parser-specifiers.js';
import { DECLARATION_WORDS, TYPE_WORDS } from './parser-words.js';
import { isSalWord, readAnnotation } from './sal.js';
import type { Token } from './token.js';
import type {
  CompoundStmt,
  CSymbol,
  Expr,
  FunctionDef,
  FunctionSymbol,
  GotoStmt,
  ImplicitFunction,
  Initializer,
  LabelStmt,
  SalAnnotation,
  Scope,
  StringExpr,
  VarSymbol,
} from './tree.js';
import type { CType, RecordDecl } from './types.js';

/**
 * Levels of nesting that one construct may have (an operator costs one, a parenthesis three, a block four); keeps this recursion and every walk
 * over the tree inside the host's stack, with half of it to spare.
 */
export const MAX_DEPTH = 1000;
const MAX_ERRORS = 200;
const MAX_HINTS = 40;

/** What the grammar's parts need from each other. */
export interface Grammar {
  specifiers(p: Parser, place: SpecifierPlace): Specifiers;
  declarator(p: Parser, base: CType, mode: DeclaratorMode): Declarator;
  /** Type name in parentheses-less form, as in a cast. */
  typeName(p: Parser): CType;
  /** Assignment expression / full expression. */
  assignment(p: Parser): Expr;
  expression(p: Parser): Expr;
  unary(p: Parser): Expr;
  /** `first` with what is written behind it: calls, indexes, members. */
  postfix(p: Parser, first: Expr): Expr;
  /** `= initialiser` of an object of `type`; returns the (possibly completed) type. */
  initializer(p: Parser, type: CType, isStatic: boolean): { type: CType; init: Initializer };
  /** Declarations of a block or `for`; variables that live in the frame are returned. */
  localDeclaration(p: Parser): VarSymbol[];
  /** Static assertion, cursor on its keyword. */
  staticAssert(p: Parser): void;
  functionBody(p: Parser, fn: FunctionContext): CompoundStmt;
}

/** The function whose body is being read. */
export interface FunctionContext {
  readonly symbol: FunctionSymbol;
  readonly returns: CType;
  readonly paramScope: Scope;
  readonly locals: VarSymbol[];
  readonly labels: Map<string, LabelStmt>;
  readonly gotos: { stmt: GotoStmt; token: Token }[];
  /** Names already reported as undeclared in this function. */
  readonly reported: Set<string>;
  loops: number;
  readonly switches: SwitchContext[];
  tries: number;
  /** Innermost SEH places, for the words that are valid only there. */
  readonly seh: ('filter' | 'except' | 'finally')[];
  returnsValue: boolean;
}

export interface SwitchContext {
  readonly type: CType;
  readonly cases: import('./tree.js').CaseStmt[];
  readonly seen: Map<bigint | undefined, Range>;
}

/** A body that is read only if somebody refers to the function. */
export interface PendingBody {
  readonly symbol: FunctionSymbol;
  readonly position: number;
  readonly type: CType & { kind: 'function' };
  readonly start: Token;
  readonly name: Token;
  /** The tokens that `position` counts, if they are not those of the unit (an indexed header). */
  readonly tokens?: readonly Token[];
}

/** What belongs to the unit as a whole. */
export interface UnitContext {
  readonly file: SourceFile;
  readonly scope: Scope;
  readonly functions: FunctionDef[];
  readonly globals: VarSymbol[];
  readonly pending: Map<FunctionSymbol, PendingBody>;
  /** Referenced functions, in order of the first reference; the unit reads pending bodies from here. */
  readonly usedFunctions: Set<FunctionSymbol>;
  readonly usedVariables: Set<VarSymbol>;
  readonly sections: Map<string, { section: string; token: Token }>;
  readonly reported: Set<string>;
  readonly implicit: ImplicitFunction[];
  /** Indexed headers: makes a tagged record that is completed on demand; undefined for one of an inner scope. */
  readonly newRecord?: (tag: string, union: boolean, range: Range, scope: Scope) => RecordDecl | undefined;
}

/** The macros that a token came through, the one that the user wrote first. */
function macroNames(t: Token): string {
  const names = [t.macro ?? ''];
  for (let h = (t as Partial<PPToken>).hide; h !== undefined; h = h.rest)
    if (h.name !== '' && !names.includes(h.name)) names.splice(1, 0, h.name);
  const shown = names.length > 6 ? [...names.slice(0, 3), '...', ...names.slice(-2)] : names;
  const quoted = shown.map((n) => (n === '...' ? n : `'${n}'`));
  return quoted.length === 1 ? quoted[0] : `${quoted[0]}, through ${quoted.slice(1).join(', ')}`;
}

export function newScope(parent: Scope | undefined): Scope {
  return { parent, names: new Map(), tags: new Map() };
}

export class Parser {
  tok: Token;
  pos = 0;
  scope: Scope;
  readonly diagnostics: Diagnostic[] = [];
  readonly pragmas: PragmaState;
  panicking = false;
  /** Names looked for so far to say "did you mean". */
  hints = 0;
  /** Set when the file is not C at all: one message has been given. */
  silent = false;
  depth = 0;
  fn: FunctionContext | undefined;
  /** > 0 inside sizeof and the like: nothing there is evaluated, so nothing is used. */
  unevaluated = 0;
  private errors = 0;
  /** Nesting has been reported in the current external declaration. */
  tooDeep = false;
  private annotationNames = false;

  constructor(
    public tokens: readonly Token[],
    pragmas: readonly PragmaToken[],
    readonly unit: UnitContext,
    readonly grammar: Grammar,
    /** Debugger expressions: symbols of a finished unit are looked at, never changed. */
    readonly frozen = false,
  ) {
    this.scope = unit.scope;
    this.tok = tokens[0];
    this.pragmas = new PragmaState(pragmas, this);
  }

  // ---------------------------------------------------------------- cursor
  /** Takes the current token. The last one (eof) stays. */
  next(): Token {
    const t = this.tok;
    if (this.pos + 1 < this.tokens.length) this.tok = this.tokens[++this.pos];
    return t;
  }

  peek(n = 1): Token {
    const i = this.pos + n;
    return i < this.tokens.length ? this.tokens[i] : this.tokens[this.tokens.length - 1];
  }

  /** Goes back or forth to a remembered position. */
  seek(position: number): void {
    this.pos = position;
    this.tok = this.tokens[position];
  }

  get previous(): Token {
    return this.tokens[this.pos > 0 ? this.pos - 1 : 0];
  }

  is(text: string): boolean {
    return this.tok.text === text;
  }

  accept(text: string): boolean {
    if (this.tok.text !== text) return false;
    this.next();
    return true;
  }

  /** Takes the token or reports what is missing, behind the last token (where the user has to write it). */
  expect(text: string, after: string): boolean {
    if (this.accept(text)) {
      if (text === ';') this.panicking = false;
      return true;
    }
    if (text === ';' && !this.panicking && (this.tok.atLineStart || this.tok.text === '}') && !this.atEnd) {
      // Forgotten at the end of a line: go on as if it were there.
      this.syntaxError(`expected ';' ${after}`, true);
      this.panicking = false;
      return true;
    }
    this.syntaxError(`expected '${text}' ${after}`, text === ';' || text === ')' || text === ']');
    return false;
  }

  /** `::` of C++; C lexes it as two colons. */
  get atScopeOperator(): boolean {
    return this.tok.text === ':' && this.peek().text === ':' && !this.peek().spaceBefore;
  }

  get atEnd(): boolean {
    return this.tok.kind === 'eof';
  }

  /** From a token to the last one taken. */
  rangeFrom(start: Token): Range {
    return this.pos > 0 ? cover(start.range, this.tokens[this.pos - 1].range) : start.range;
  }

  // ---------------------------------------------------------------- diagnostics
  report(severity: Severity, code: string, range: Range, message: string, hint?: string, related?: readonly RelatedInformation[]): void {
    if (this.panicking || this.silent) return;
    if (severity === 'error' && ++this.errors > MAX_ERRORS) {
      if (this.errors === MAX_ERRORS + 1)
        this.diagnostics.push({
          severity: 'error',
          code: 'c-too-many-errors',
          range,
          message: `more than ${MAX_ERRORS} errors: the rest is not shown`,
        });
      return;
    }
    const chain = severity === 'hint' ? [] : this.macroChain(range);
    const all = related?.length ? [...related, ...chain] : chain;
    this.diagnostics.push({ severity, code, message, range, ...(hint ? { hint } : {}), ...(all.length ? { related: all } : {}) });
  }

  /** Where in a macro's body the text that `range` means is written; nothing when the user wrote it there. Looks at the tokens around the cursor. */
  private macroChain(range: Range): readonly RelatedInformation[] {
    for (let i = Math.min(this.pos, this.tokens.length - 1), n = 0; i >= 0 && n < 64; i--, n++) {
      const t = this.tokens[i];
      if (t.range.start !== range.start || t.range.file !== range.file) continue;
      if (t.spelling === undefined) return [];
      return [{ range: t.spelling, message: `in the expansion of macro ${macroNames(t)}` }];
    }
    return [];
  }

  error(code: string, range: Range, message: string, hint?: string, related?: readonly RelatedInformation[]): void {
    this.report('error', code, range, message, hint, related);
  }

  warn(code: string, range: Range, message: string, hint?: string, related?: readonly RelatedInformation[]): void {
    this.report('warning', code, range, message, hint, related);
  }

  /** Reports an unexpected token and falls silent until `recover`. `behind`: the place is the end of the previous token. */
  syntaxError(message: string, behind = false, hint?: string): void {
    if (!this.panicking) {
      const t = this.tok;
      const prev = this.previous;
      const end = prev.range.end;
      const found =
        t.kind === 'eof'
          ? `the end of the ${this.frozen ? 'text' : 'file'}`
          : `'${t.text.length > 40 ? `${t.text.slice(0, 40)}...` : t.text}'`;
      const range =
        behind && this.pos > 0 && !prev.macro ? { file: prev.range.file, start: Math.max(prev.range.start, end - 1), end } : t.range;
      this.error('c-syntax', range, `${message} before ${found}`, hint);
    }
    this.panicking = true;
  }

  /**
   * Skips to a firm place: behind the next `;`, before a `}` of this level, or before a token of `stops`. Groups are skipped as a whole.
   * Does nothing but end the silence if the parser is not in panic.
   */
  recover(stops?: ReadonlySet<string>): void {
    if (!this.panicking) return;
    let depth = 0;
    while (!this.atEnd) {
      const x = this.tok.text;
      if (depth === 0) {
        if (x === '}' || stops?.has(x)) break;
        if (x === ';') {
          this.next();
          break;
        }
      }
      if (x === '{') depth++;
      else if (x === '}' && --depth === 0) {
        this.next();
        this.accept(';');
        break;
      }
      this.next();
    }
    // At the end of the file everything that is still open is so for the reason that was told.
    if (!this.atEnd) this.panicking = false;
  }

  /** Skips to the `}` that closes the group the cursor is in. */
  skipToClose(): void {
    let depth = 0;
    while (!this.atEnd) {
      if (this.is('{')) depth++;
      else if (this.is('}') && depth-- === 0) return;
      this.next();
    }
  }

  /** Goes one level down; false (with one error) if that is too deep. Always pair with `leave`. */
  enter(weight = 1): boolean {
    this.depth += weight;
    if (this.depth <= MAX_DEPTH) return true;
    if (!this.tooDeep) this.error('c-nesting', this.tok.range, 'nested too deeply', 'split the expression, the declaration or the block');
    this.tooDeep = true;
    this.panicking = true;
    return false;
  }

  leave(weight = 1): void {
    this.depth -= weight;
  }

  // ---------------------------------------------------------------- names
  lookup(name: string): CSymbol | undefined {
    for (let s: Scope | undefined = this.scope; s; s = s.parent) {
      const found = s.names.get(name);
      if (found) return found;
    }
    return undefined;
  }

  declared(name: string): boolean {
    return this.lookup(name) !== undefined;
  }

  isTypedef(t: Token): boolean {
    return t.kind === 'identifier' && this.lookup(t.text)?.kind === 'typedef';
  }

  /** The token begins a type name (as in a cast or sizeof). */
  startsType(t: Token): boolean {
    return t.kind === 'keyword' ? TYPE_WORDS.has(t.text) : this.isTypedef(t);
  }

  /** The token begins a declaration. */
  startsDeclaration(t: Token): boolean {
    return t.kind === 'keyword' ? DECLARATION_WORDS.has(t.text) : this.isTypedef(t);
  }

  get atAnnotation(): boolean {
    const t = this.tok;
    return t.kind === 'identifier' && t.text.charCodeAt(0) === 95 && isSalWord(t.text) && !this.hidesAnnotation(t.text);
  }

  takeAnnotations(into: SalAnnotation[]): void {
    while (this.atAnnotation) into.push(readAnnotation(this));
  }

  /** A declared name is never an annotation; hardly any unit declares one that looks so, hence the flag before the look-up. */
  private hidesAnnotation(name: string): boolean {
    return (this.annotationNames || this.frozen) && this.declared(name);
  }

  /** To be told of every declared name. */
  noteDeclared(name: string): void {
    if (name.charCodeAt(0) === 95 && isSalWord(name)) this.annotationNames = true;
  }

  /** Reads something elsewhere at file scope, in the middle of whatever is being read, and comes back. */
  aside<T>(position: number, body: () => T): T {
    const { pos, scope, fn, panicking, depth, unevaluated } = this;
    this.seek(position);
    this.scope = this.unit.scope;
    this.fn = undefined;
    this.panicking = false;
    this.depth = 0;
    this.unevaluated = 0;
    const result = body();
    this.seek(pos);
    this.scope = scope;
    this.fn = fn;
    this.panicking = panicking;
    this.depth = depth;
    this.unevaluated = unevaluated;
    return result;
  }

  /** Runs `body` in a new scope and returns that scope with the result. */
  inScope<T>(body: (scope: Scope) => T): T {
    const scope = newScope(this.scope);
    this.scope = scope;
    try {
      return body(scope);
    } finally {
      this.scope = scope.parent!;
    }
  }

  useFunction(f: FunctionSymbol): void {
    if (!this.frozen && this.unevaluated === 0) this.unit.usedFunctions.add(f);
  }

  useVariable(v: VarSymbol): void {
    if (!this.frozen && v.scope === 'global') this.unit.usedVariables.add(v);
  }

  /** A search for "did you mean" is worth its time: it looks at thousands of names, and after so many unknown ones the reason is another one. */
  get mayHint(): boolean {
    return this.hints++ < MAX_HINTS;
  }

  /** `__func__` of the function being read. */
  functionName(t: Token): Pick<StringExpr, 'bytes' | 'unit'> {
    const name = this.fn?.symbol.name ?? '';
    return { bytes: Uint8Array.from([...name].map((c) => c.charCodeAt(0)).concat(0)), unit: t.text === '__FUNCTIONW__' ? 2 : 1 };
  }
}
