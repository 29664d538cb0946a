// The typed tree: what the parser (with semantic analysis in the same pass) produces and everything else reads:
// lowering to machine steps, the debugger's evaluation, the static rules, hover.
// Conventions
// * Every expression has a type; implicit conversions that change a value are explicit `cast` nodes with `implicit: true`
//   (integer promotions, usual arithmetic conversions, assignment/argument/return conversions, array decay, function decay, null pointer constants).
// * Reading an lvalue (lvalue-to-rvalue) is NOT a node: a consumer that needs the value of an `lvalue: true` expression loads it.
// * sizeof, offsetof, _Alignof, enum constants and other integer constant expressions of that kind are folded to `int` nodes.
// * Pointer arithmetic stays `binary` + or - with a pointer operand: the consumer scales by the pointee size. `index` likewise.
// * `a->b.c` through anonymous members gives one `member` node per named step with the *total* offset in `offset`.

import type { Diagnostic } from '../base/diagnostic.js';
import type { Range, SourceFile } from '../base/source.js';
import type { CType, EnumDecl, Field, FunctionType, RecordDecl } from './types.js';

/** A SAL (or Interlock) annotation as written: `_IRQL_requires_max_` with argument text `APC_LEVEL`; `_In_` with none. */
export interface SalAnnotation {
  readonly name: string;
  readonly args: readonly string[];
  readonly range: Range;
}

export type StorageClass = 'none' | 'static' | 'extern' | 'typedef' | 'register' | 'auto';

export interface VarSymbol {
  readonly kind: 'var';
  readonly name: string;
  type: CType; // an incomplete array is completed by its initialiser or a later declaration
  /** global: file scope (any linkage); static: block-scope static; local: automatic; param: parameter. */
  readonly scope: 'global' | 'static' | 'local' | 'param';
  readonly linkage: 'external' | 'internal' | 'none';
  /** true once a definition (not just `extern`) has been seen. */
  defined: boolean;
  init?: Initializer;
  readonly range: Range;
  /** Automatic objects only: set when `&x` or array decay or member address can make it reachable from elsewhere. */
  addressTaken: boolean;
  /** Parameter index. */
  readonly paramIndex?: number;
  readonly sal: readonly SalAnnotation[];
  /** From `#pragma data_seg` / `__declspec(allocate("PAGE"))`. */
  section?: string;
  align?: number;
  selectany?: boolean;
  dllimport?: boolean;
  /** Unique among the locals of one function, in declaration order (shadowed names get their own). */
  readonly localId?: number;
}

export interface FunctionSymbol {
  readonly kind: 'function';
  readonly name: string;
  type: FunctionType;
  linkage: 'external' | 'internal';
  /** Declaration in a built-in header = a DDI (or CRT/Win32 routine) that the kernel provides unless defined. */
  builtin: boolean;
  /** Annotations of all declarations seen, most recent last. */
  sal: SalAnnotation[];
  definition?: FunctionDef;
  range: Range;
  inline: boolean;
  noreturn: boolean;
  dllimport?: boolean;
  /** From `#pragma alloc_text(PAGE, f)` or code_seg: `PAGE`, `INIT` ... */
  section?: string;
  addressTaken: boolean;
  /** Declared by nothing but a call (implicit-functions.ts). */
  implicit?: boolean;
}

export interface TypedefSymbol {
  readonly kind: 'typedef';
  readonly name: string;
  readonly type: CType;
  readonly range: Range;
  readonly sal: readonly SalAnnotation[];
}
export interface EnumeratorSymbol {
  readonly kind: 'enumerator';
  readonly name: string;
  readonly value: bigint;
  readonly type: CType;
  readonly decl: EnumDecl;
  readonly range: Range;
}
export type CSymbol = VarSymbol | FunctionSymbol | TypedefSymbol | EnumeratorSymbol;

/** A lexical scope; kept on functions and compound statements so that the debugger can look names up at any place. */
export interface Scope {
  readonly parent: Scope | undefined;
  readonly names: Map<string, CSymbol>;
  readonly tags: Map<string, RecordDecl | EnumDecl>;
}

// ---------------------------------------------------------------- expressions
interface ExprBase {
  readonly type: CType;
  readonly range: Range;
  readonly lvalue: boolean /** outermost macro it was written with */;
  readonly macro?: string;
}

/** `value` is already wrapped to the type's width and sign (pointers: unsigned 64). */
export interface IntExpr extends ExprBase {
  readonly kind: 'int';
  readonly value: bigint;
  readonly enumerator?: EnumeratorSymbol;
}
export interface FloatExpr extends ExprBase {
  readonly kind: 'float';
  readonly value: number;
}
/** lvalue of array type; bytes in target order (UTF-16LE for wide) including the terminator. */
export interface StringExpr extends ExprBase {
  readonly kind: 'string';
  readonly bytes: Uint8Array;
  readonly unit: 1 | 2 | 4;
}
export interface RefExpr extends ExprBase {
  readonly kind: 'ref';
  readonly symbol: VarSymbol | FunctionSymbol;
}
export interface UnaryExpr extends ExprBase {
  readonly kind: 'unary';
  readonly op: '-' | '+' | '~' | '!' | '&' | '*';
  readonly operand: Expr;
}
export interface IncDecExpr extends ExprBase {
  readonly kind: 'incdec';
  readonly op: '++' | '--';
  readonly prefix: boolean;
  readonly operand: Expr;
}
export interface BinaryExpr extends ExprBase {
  readonly kind: 'binary';
  readonly op: '+' | '-' | '*' | '/' | '%' | '<<' | '>>' | '&' | '|' | '^' | '<' | '<=' | '>' | '>=' | '==' | '!=' | '&&' | '||' | ',';
  readonly left: Expr;
  readonly right: Expr;
}
/** Compound (`op` other than '='): value = (computeType)target op right, converted back to the target's type. `right` is already converted to
 * computeType (for shifts: promoted on its own; for pointer += the integer). */
export interface AssignExpr extends ExprBase {
  readonly kind: 'assign';
  readonly op: '=' | '+=' | '-=' | '*=' | '/=' | '%=' | '<<=' | '>>=' | '&=' | '|=' | '^=';
  readonly target: Expr;
  readonly right: Expr;
  readonly computeType: CType;
}
export interface CondExpr extends ExprBase {
  readonly kind: 'cond';
  readonly test: Expr;
  readonly then: Expr;
  readonly else: Expr;
}
/** `callee` has function type (direct: a `ref` to a FunctionSymbol) or pointer-to-function type (indirect). Arguments are converted (default promotions for `...`). */
export interface CallExpr extends ExprBase {
  readonly kind: 'call';
  readonly callee: Expr;
  readonly fnType: FunctionType;
  readonly args: readonly Expr[];
}
/** `object` is a record lvalue/rvalue (`arrow: false`) or a pointer (`arrow: true`). `offset` = total offset from the record start through anonymous members. */
export interface MemberExpr extends ExprBase {
  readonly kind: 'member';
  readonly object: Expr;
  readonly arrow: boolean;
  readonly field: Field;
  readonly offset: number;
}
/** `base` has pointer type after decay, `index` integer type. */
export interface IndexExpr extends ExprBase {
  readonly kind: 'index';
  readonly base: Expr;
  readonly index: Expr;
}
export type CastKind =
  | 'int'
  | 'int-float'
  | 'float-int'
  | 'float'
  | 'pointer-int'
  | 'int-pointer'
  | 'pointer'
  | 'bool'
  | 'void'
  | 'array-decay'
  | 'function-decay'
  | 'null'
  | 'noop'
  | 'record';
export interface CastExpr extends ExprBase {
  readonly kind: 'cast';
  readonly castKind: CastKind;
  readonly operand: Expr;
  readonly implicit: boolean;
}
/** Compound literal: an unnamed object. `symbol` is its storage (local or global). */
export interface CompoundLiteralExpr extends ExprBase {
  readonly kind: 'compound-literal';
  readonly symbol: VarSymbol;
  readonly init: Initializer;
}
/** Compiler builtins: va_*, _alloca, SEH information, intrinsics that are not plain calls.
 * names: va_start(apLvalue) va_arg(apLvalue)->type va_end va_copy(dst,src) alloca(n) exception_code() exception_info() abnormal_termination()
 * and every name in src/c/intrinsics.ts (`_InterlockedIncrement`, `__readcr8`, `_ReturnAddress`, `__debugbreak`, `__fastfail`, `memset` is NOT one). */
export interface BuiltinExpr extends ExprBase {
  readonly kind: 'builtin';
  readonly name: string;
  readonly args: readonly Expr[];
}
/** Where the source is wrong. */
export interface ErrorExpr extends ExprBase {
  readonly kind: 'error';
}

export type Expr =
  | IntExpr
  | FloatExpr
  | StringExpr
  | RefExpr
  | UnaryExpr
  | IncDecExpr
  | BinaryExpr
  | AssignExpr
  | CondExpr
  | CallExpr
  | MemberExpr
  | IndexExpr
  | CastExpr
  | CompoundLiteralExpr
  | BuiltinExpr
  | ErrorExpr;

/** A normalised initialiser: explicit stores at byte offsets over zeroed storage, in source order. `zero: false` only for a scalar with one item at 0.
 * Items are scalars, records (copied whole) or string literals for char arrays (copied, cut to the array). */
export interface InitItem {
  readonly offset: number;
  readonly type: CType;
  readonly bitOffset?: number;
  readonly bitWidth?: number;
  readonly value: Expr;
}
export interface Initializer {
  readonly items: readonly InitItem[];
  readonly zero: boolean;
  /** A flexible array member is initialised: bytes up to its last element, which may be more than the type has. */
  readonly size?: number;
  readonly range: Range;
}

// ---------------------------------------------------------------- statements
interface StmtBase {
  readonly range: Range;
}
export interface CompoundStmt extends StmtBase {
  readonly kind: 'compound';
  readonly body: readonly Stmt[];
  readonly scope: Scope /** range of the closing brace */;
  readonly close: Range;
}
export interface ExprStmt extends StmtBase {
  readonly kind: 'expr';
  readonly expr: Expr;
}
/** Automatic variables declared here, in order (block statics and externs are not listed; they are in the unit's globals). */
export interface DeclStmt extends StmtBase {
  readonly kind: 'decl';
  readonly vars: readonly VarSymbol[];
}
export interface IfStmt extends StmtBase {
  readonly kind: 'if';
  readonly test: Expr;
  readonly then: Stmt;
  readonly else?: Stmt;
}
export interface WhileStmt extends StmtBase {
  readonly kind: 'while';
  readonly test: Expr;
  readonly body: Stmt;
}
export interface DoStmt extends StmtBase {
  readonly kind: 'do';
  readonly body: Stmt;
  readonly test: Expr;
}
export interface ForStmt extends StmtBase {
  readonly kind: 'for';
  readonly init?: Stmt;
  readonly test?: Expr;
  readonly step?: Expr;
  readonly body: Stmt;
  readonly scope: Scope;
}
export interface SwitchStmt extends StmtBase {
  readonly kind: 'switch';
  readonly value: Expr;
  readonly body: Stmt;
  readonly cases: readonly CaseStmt[];
}
/** `low === undefined`: default. Values are wrapped to the promoted type of the switch. Body is the statement that follows. */
export interface CaseStmt extends StmtBase {
  readonly kind: 'case';
  readonly low: bigint | undefined;
  readonly high: bigint | undefined;
  readonly body: Stmt;
}
export interface BreakStmt extends StmtBase {
  readonly kind: 'break';
}
export interface ContinueStmt extends StmtBase {
  readonly kind: 'continue';
}
export interface GotoStmt extends StmtBase {
  readonly kind: 'goto';
  readonly label: string;
  target?: LabelStmt;
}
export interface LabelStmt extends StmtBase {
  readonly kind: 'label';
  readonly name: string;
  readonly body: Stmt;
}
export interface ReturnStmt extends StmtBase {
  readonly kind: 'return';
  readonly value?: Expr;
}
export interface TryStmt extends StmtBase {
  readonly kind: 'try';
  readonly body: CompoundStmt;
  readonly handler:
    | { readonly kind: 'except'; readonly filter: Expr; readonly body: CompoundStmt }
    | { readonly kind: 'finally'; readonly body: CompoundStmt };
}
export interface LeaveStmt extends StmtBase {
  readonly kind: 'leave';
}
export interface NullStmt extends StmtBase {
  readonly kind: 'null';
}
export type Stmt =
  | CompoundStmt
  | ExprStmt
  | DeclStmt
  | IfStmt
  | WhileStmt
  | DoStmt
  | ForStmt
  | SwitchStmt
  | CaseStmt
  | BreakStmt
  | ContinueStmt
  | GotoStmt
  | LabelStmt
  | ReturnStmt
  | TryStmt
  | LeaveStmt
  | NullStmt;

export interface FunctionDef {
  readonly symbol: FunctionSymbol;
  readonly params: readonly VarSymbol[];
  /** All automatic variables of all nested scopes, by localId. */
  readonly locals: readonly VarSymbol[];
  readonly body: CompoundStmt;
  readonly scope: Scope;
  readonly range: Range;
  /** Unit the definition is in (a header's inline function belongs to the unit that includes it). */
  readonly nameRange: Range;
}

/** A function that was called before anything declared it, and the error about that call. */
export interface ImplicitFunction {
  readonly symbol: FunctionSymbol;
  readonly diagnostic: Diagnostic;
}

export interface TranslationUnit {
  readonly file: SourceFile;
  readonly functions: readonly FunctionDef[];
  /** File-scope variables and block statics (also compound literals and `extern` declarations without definition that are used). */
  readonly globals: readonly VarSymbol[];
  readonly scope: Scope;
  readonly diagnostics: readonly Diagnostic[];
  /** Every file read, in order of first inclusion. */
  readonly includes: readonly SourceFile[];
  /** Object-like and function-like macros at the end of the unit, for evaluation and completion: name -> definition text. */
  readonly macros: ReadonlyMap<string, MacroInfo>;
  /** Functions that are called, but neither declared nor defined in this unit. */
  readonly implicit: readonly ImplicitFunction[];
}
export interface MacroInfo {
  readonly name: string;
  readonly params?: readonly string[];
  readonly variadic?: boolean;
  readonly body: string;
  readonly range: Range;
}
