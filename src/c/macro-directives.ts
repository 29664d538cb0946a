// The directives that make, remove and name macros: #define, #undef, the tests of #ifdef, and the pragmas push_macro and pop_macro.
// A definition is parsed once for all units (it stays with its line); what is wrong with it is said in each unit that reads it.
import type { Diagnostic } from '../base/diagnostic.js';
import type { PPToken } from './lexer.js';
import type { MacroScope } from './macro-scope.js';
import { MacroDef, parseDefine, problem } from './macros.js';
import type { PPFile, Segment } from './pp-file.js';

export interface MacroDirectivesHost {
  report(d: Diagnostic): void;
  reportAll(list: readonly Diagnostic[] | undefined): void;
  onDefine?(macro: MacroDef): void;
  onUndefine?(name: string): void;
}

export class MacroDirectives {
  private readonly pushed = new Map<string, (MacroDef | undefined)[]>();

  constructor(
    private readonly macros: MacroScope,
    private readonly host: MacroDirectivesHost,
  ) {}

  /** `#define`. */
  define(file: PPFile, s: Segment): void {
    if (s.macro === undefined) {
      s.macro = parseDefine(file, s);
    }
    const { macro } = s;
    if (!(macro instanceof MacroDef)) {
      this.host.report(macro);
      return;
    }
    if (!file.file.builtin) this.host.reportAll(macro.replacement.problems);
    const old = this.macros.get(macro.name);
    if (old !== undefined && old !== macro && !old.sameAs(macro)) {
      // The command line may well replace what is predefined (another NTDDI_VERSION).
      if (old.dynamic !== undefined) {
        this.host.report(
          problem(
            'warning',
            'pp-redefinition',
            `'${macro.name}' is predefined and cannot be redefined`,
            macro.range,
            'remove this #define',
          ),
        );
        return;
      }
      if (file.file.path !== '<command line>') {
        this.host.report({
          ...problem(
            'warning',
            'pp-redefinition',
            `macro '${macro.name}' is redefined with another replacement`,
            macro.range,
            'add an #undef before it if this is meant',
          ),
          related: [{ range: old.range, message: 'defined before here' }],
        });
      }
    }
    this.macros.set(macro.name, macro);
    this.host.onDefine?.(macro);
  }

  /** `#undef`. */
  undefine(file: PPFile, s: Segment): void {
    const name = this.name(file, s, file.tokensOf(s));
    if (name === undefined) return;
    if (this.macros.get(name)?.dynamic !== undefined) {
      this.host.report(
        problem(
          'warning',
          'pp-redefinition',
          `'${name}' is predefined and cannot be undefined`,
          file.range(s.hash, s.end),
          'remove this #undef',
        ),
      );
    } else if (this.macros.delete(name)) this.host.onUndefine?.(name);
  }

  /** `#ifdef` and its like: does the condition hold? */
  isDefined(file: PPFile, s: Segment): boolean {
    const name = this.name(file, s, file.tokensOf(s));
    if (name === undefined) return false;
    const defined = this.macros.has(name) || name === '__has_include';
    return defined !== (s.name === 'ifndef' || s.name === 'elifndef');
  }

  /** `#pragma push_macro("name")`. */
  push(name: string): void {
    const stack = this.pushed.get(name);
    if (stack === undefined) this.pushed.set(name, [this.macros.get(name)]);
    else stack.push(this.macros.get(name));
  }

  /** `#pragma pop_macro("name")`: what the name meant at the last push, also if that was nothing. */
  pop(name: string): void {
    const stack = this.pushed.get(name);
    if (stack === undefined || stack.length === 0) return;
    const m = stack.pop();
    if (m) this.macros.set(name, m);
    else this.macros.delete(name);
  }

  /** The one name after #ifdef, #ifndef, #undef and their like. */
  private name(file: PPFile, s: Segment, tokens: readonly PPToken[]): string | undefined {
    const t = tokens[0];
    if (t === undefined || (t.kind !== 'identifier' && t.kind !== 'keyword')) {
      this.host.report(
        problem(
          'error',
          'pp-name-expected',
          `#${s.name} needs the name of a macro`,
          t?.range ?? file.directiveRange(s),
          `write #${s.name} NAME`,
        ),
      );
      return undefined;
    }
    if (tokens.length > 1)
      this.host.report(
        problem(
          'warning',
          'pp-extra-tokens',
          `text after #${s.name} ${t.text} is ignored`,
          tokens[1].range,
          s.name === 'undef' ? 'remove it' : 'for more than one name use #if defined(A) && defined(B)',
        ),
      );
    return t.text;
  }
}
