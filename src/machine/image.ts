// What the compiler hands to the machine and to the debugger: images with code, data, steps and symbols. Plain data, no behaviour.
// Images are compiled for a fixed base before boot; loading only maps pages, so tables are a function of the memory (DESIGN invariant 1).
import type { Diagnostic } from '../base/diagnostic.js';
import type { Range } from '../base/source.js';
import type { FunctionDef, FunctionSymbol, TranslationUnit, VarSymbol } from '../c/tree.js';
import type { CType } from '../c/types.js';

/** A numbered step: at most one shared access, call or interlocked operation. Number = index in FunctionInfo.steps; 0 is function entry (parameters are in place). */
export interface Step {
  /** Where the user wrote it. */
  readonly range: Range;
  /** Source statement it belongs to (index of the statement in the function, in source order): the debugger steps by this. */
  readonly statement: number;
  /** First step of its statement (breakpoints and `next` stop here). */
  readonly first: boolean;
  /** 'resume': second number of a call, where it goes on after the callee; never stops, costs nothing. */
  readonly kind: 'plain' | 'load' | 'store' | 'call' | 'interlocked' | 'return' | 'branch' | 'resume';
}

/** A guarded region in the function's step numbers: [start, end). Inner regions come before outer ones. */
export interface SehRegion {
  readonly start: number;
  readonly end: number;
  readonly kind: 'except' | 'finally';
  /** except: function number of the filter funclet; undefined when the filter is a constant (then `constantFilter`). */
  readonly filter?: number;
  readonly constantFilter?: number;
  /** Step at which the handler (except body) or the finally body starts in the parent frame. */
  readonly handler: number;
  /** Offset from fp of the region's area of SEH_AREA_SIZE bytes (see compile/seh.ts). */
  readonly area: number;
  /** finally: number of the step that ends the body (where Reason.Unwind stops), so that the machine knows which body has ended. */
  readonly finallyEnd?: number;
}

export interface LocalInfo {
  readonly symbol: VarSymbol;
  /** From fp; parameters: fixedSize + 8 * index. */
  readonly offset: number;
  /** Parameter passed by pointer to a copy. */
  readonly indirect?: boolean;
  /** More than FRAME_ALIGN: the object lies at the first address from `offset` on that has this alignment. */
  readonly align?: number;
}

export interface FunctionInfo {
  /** Global function number = index in the wasm table. */
  readonly number: number;
  readonly name: string;
  /** Code address as offset in linear memory. */
  readonly codeOffset: number;
  /** Header + locals + temporaries, 16-aligned; argument slots start here. */
  readonly fixedSize: number;
  readonly steps: readonly Step[];
  /** Global step number of step 0 (index into BREAK_TABLE). */
  readonly stepBase: number;
  readonly locals: readonly LocalInfo[];
  readonly seh: readonly SehRegion[];
  readonly returns: CType;
  readonly variadic: boolean;
  /** Undefined for funclets (then `parent`). */
  readonly definition?: FunctionDef;
  readonly parent?: number;
  readonly unit: TranslationUnit;
  readonly section?: string;
}

export interface GlobalInfo {
  readonly symbol: VarSymbol /** offset in linear memory */;
  readonly offset: number;
  readonly size: number;
  readonly unit: TranslationUnit;
}

export interface Section {
  readonly name: string;
  readonly start: number;
  readonly bytes: Uint8Array /** total size incl. zero fill, page multiple */;
  readonly size: number;
  readonly writable: boolean;
  readonly executable: boolean;
  readonly pageable: boolean;
}

export interface CompiledImage {
  readonly name: string;
  readonly mode: 'kernel' | 'user';
  /** Offsets in linear memory, 64 KiB aligned start. */
  readonly start: number;
  readonly end: number;
  readonly sections: readonly Section[];
  readonly functions: readonly FunctionInfo[];
  readonly globals: readonly GlobalInfo[];
  readonly wasm: Uint8Array;
  /** Names of declared-but-unprovided routines that are called (each call stops the run with a clear message). */
  readonly unresolved: readonly { name: string; range: Range }[];
  readonly units: readonly TranslationUnit[];
  readonly diagnostics: readonly Diagnostic[];
}

/** How names that the image does not define are answered. */
export interface Imports {
  /** A routine in TypeScript (`number` >= ROUTINE_BASE) or a function of an image compiled before. `fixedSize` as in FunctionInfo. */
  func(name: string, symbol: FunctionSymbol): { readonly number: number; readonly fixedSize: number; readonly address: number } | undefined;
  /** A stub answers for a function that nothing defines. */
  answered?(name: string): boolean;
  /** An import library may have this name though nothing here does: using it is no mistake of linking. Always the same for a name. */
  exported?(name: string): boolean;
  /** Simulated address of an imported variable such as `PsProcessType`. */
  data(name: string, symbol: VarSymbol): number | undefined;
}

export interface CompileImageOptions {
  readonly name: string;
  readonly mode: 'kernel' | 'user';
  readonly units: readonly TranslationUnit[];
  /** First offset to use (64 KiB aligned). For user images: offset *relative to the process window*; data addresses are then USER_BASE + offset. */
  readonly start: number;
  readonly imports: Imports;
  /** First free global function number and global step number. */
  readonly functionBase: number;
  readonly stepBase: number;
  /** Break-byte test in front of every step. The trace is the same with and without. */
  readonly debug: boolean;
  /** Every shared access keeps the race shadow (kernel images; the machine must have one). The trace is the same with and without. */
  readonly race?: boolean;
  /** Code for exploration: a stop leaves no garbage in frames. */
  readonly cleanStops?: boolean;
}
