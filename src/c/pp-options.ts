// What the preprocessor is given and what it hands back.
import type { Diagnostic } from '../base/diagnostic.js';
import type { FileProvider } from '../base/files.js';
import type { Range, SourceFile } from '../base/source.js';
import type { HeaderSet } from './header-set.js';
import type { MacroDef } from './macros.js';
import type { Token } from './token.js';
import type { MacroInfo } from './tree.js';

export interface PreprocessOptions {
  /** User files, paths normalised. */
  files: FileProvider;
  /** Interlock's headers: lower-case name (`ntddk.h`) -> text; looked up after the user's include paths for both <> and "". */
  builtinHeaders: Record<string, string>;
  includePaths: readonly string[];
  /** As on a command line: name -> replacement text; `F(x)` names allowed. */
  defines: Record<string, string>;
  /** Macros that are not defined whatever `defines` and the predefined macros say (/U). */
  undefines?: readonly string[];
  forcedIncludes?: readonly string[];
  /**
   * Text of a header that tools make when a driver is built (`x.tmh`), asked before the files are: name as written, and every file read so far, the main one
   * first. Undefined: it is an ordinary file.
   */
  generated?: (name: string, files: readonly SourceFile[]) => string | undefined;
  /** Collects paths that were asked for and are not in the snapshot. */
  missing?: Set<string>;
  /** Reads built-in headers in full even where an index of them could be used. */
  wholeHeaders?: boolean;
  /** For the index of the headers: told of each definition, with the number of tokens before it, and of each name that is undefined. */
  onDefine?: (macro: MacroDef, tokens: number) => void;
  onUndefine?: (name: string) => void;
}

export interface PreprocessResult {
  /** Ends with an `eof` token. */
  tokens: Token[];
  diagnostics: Diagnostic[];
  /** Every file read besides the main one, in order of first inclusion. */
  includes: SourceFile[];
  /** Where each was included first; not for the parts of a header that is taken from the index. */
  includedFrom: ReadonlyMap<SourceFile, Range>;
  /** Macros at the end of the unit. */
  macros: Map<string, MacroInfo>;
  /** The header whose declarations stand before the tokens without being among them. */
  headers: HeaderSet | undefined;
}
