// Macro definitions: parsed from a #define line, with the replacement list prepared (parameters resolved, # and ## folded into their operands)
// only when the macro is first used. Headers define thousands of status codes of which a driver uses a handful.
import type { Diagnostic, Severity } from '../base/diagnostic.js';
import type { Range } from '../base/source.js';
import { intern } from './intern.js';
import { lex, type PPToken } from './lexer.js';
import { PPFile, type Segment } from './pp-file.js';
import type { MacroInfo } from './tree.js';

/** One element of a replacement list. */
export interface BodyItem {
  readonly token: PPToken;
  /** Index of the parameter it stands for, or -1. The variadic part is the last index. */
  readonly param: number;
  /** `#param` (and MSVC's `L#param`, which makes a wide string, and `#@param`, which makes a character constant). */
  readonly stringise: false | 'narrow' | 'wide' | 'char';
  /** Followed by `##`. */
  pasteNext: boolean;
  /** `__VA_OPT__( ... )`: its contents. */
  readonly optional: readonly BodyItem[] | undefined;
}

/** Replacement list ready for use. `plain`: no parameters and no operators, so it is copied as it is. */
export interface Body {
  readonly items: readonly BodyItem[];
  readonly plain: boolean;
  readonly problems: readonly Diagnostic[];
}

/** Macros whose replacement depends on where they are used. */
export type DynamicMacro = '__LINE__' | '__FILE__' | '__COUNTER__';

/** What the expander asks of a set of macros; a Map is one. */
export interface MacroTable {
  has(name: string): boolean;
  get(name: string): MacroDef | undefined;
}

export class MacroDef implements MacroInfo {
  private lexed: PPToken[] | undefined;
  private prepared: Body | undefined;
  private place: Range | undefined;

  constructor(
    readonly name: string,
    /** Named parameters, or undefined for an object-like macro. The variadic part is not among them. */
    readonly params: readonly string[] | undefined,
    readonly variadic: boolean,
    /** How the body spells the variadic part: `__VA_ARGS__`, or GNU's `args` of `args...`. */
    private readonly variadicName: string,
    private readonly source: PPFile,
    /** Clean offset of the name in `source`. */
    private readonly nameStart: number,
    /** Clean offsets of the replacement list. */
    private readonly start: number,
    private readonly end: number,
    readonly dynamic?: DynamicMacro,
    /** `source` is not the text that the user sees: everything is placed here. */
    private readonly detached?: Range,
  ) {}

  /** Place of the name in its definition. Made when asked for: few of the macros of a header are ever shown. */
  get range(): Range {
    if (this.place === undefined) this.place = this.detached ?? this.source.range(this.nameStart, this.nameStart + this.name.length);
    return this.place;
  }

  /** Where it is written: clean offsets of the name's start and the line's end. For the header index. */
  get location(): { source: PPFile; start: number; end: number } {
    return { source: this.source, start: this.nameStart, end: this.end };
  }

  /** Tokens of the replacement list. */
  get tokens(): readonly PPToken[] {
    if (this.lexed === undefined) {
      const out: PPToken[] = [];
      const problems: Diagnostic[] = [];
      lex(this.source, this.start, this.end, false, out, problems);
      if (this.detached !== undefined) for (const t of out) t.range = this.detached;
      this.lexed = out;
      this.prepared = this.prepare(problems);
    }
    return this.lexed;
  }

  /** Replacement list as text, one blank where there was any white space. */
  get body(): string {
    return joinTokens(this.tokens);
  }

  get replacement(): Body {
    if (this.prepared === undefined) void this.tokens;
    return this.prepared!;
  }

  /** Same kind, parameters and replacement list (C17 6.10.3p2: such a redefinition is allowed). */
  sameAs(other: MacroDef): boolean {
    if (this === other) return true;
    if (this.variadic !== other.variadic || this.params?.join() !== other.params?.join() || this.dynamic !== other.dynamic) return false;
    const a = this.tokens;
    const b = other.tokens;
    return a.length === b.length && a.every((t, i) => t.text === b[i].text && (i === 0 || t.spaceBefore === b[i].spaceBefore));
  }

  /** The same name with a replacement that depends on the place of use. */
  withDynamic(dynamic: DynamicMacro): MacroDef {
    return new MacroDef(this.name, undefined, false, this.variadicName, this.source, this.nameStart, this.start, this.end, dynamic);
  }

  private prepare(problems: Diagnostic[]): Body {
    const index = new Map<string, number>();
    for (const p of this.params ?? []) index.set(p, index.size);
    if (this.variadic) index.set(this.variadicName, this.params!.length);
    const items = this.prepareItems(this.lexed!, index, problems, true);
    const plain = items.every((i) => i.param < 0 && !i.pasteNext && i.optional === undefined);
    return { items, plain, problems };
  }

  private prepareItems(tokens: readonly PPToken[], index: ReadonlyMap<string, number>, problems: Diagnostic[], outer: boolean): BodyItem[] {
    const items: BodyItem[] = [];
    const add = (token: PPToken, param: number, stringise: BodyItem['stringise'], optional?: readonly BodyItem[]) =>
      items.push({ token, param, stringise, pasteNext: false, optional });
    for (let i = 0; i < tokens.length; i++) {
      const t = tokens[i];
      if (t.kind === 'punctuator' && t.text === '##') {
        const last = items[items.length - 1];
        if (last && i + 1 < tokens.length) last.pasteNext = true;
        else problems.push(problem('error', 'pp-paste-at-edge', "'##' needs a token on both sides", t.range, 'remove it'));
      } else if (t.kind === 'punctuator' && t.text === '#' && this.params) {
        const charize = tokens[i + 1]?.text === '@' && index.has(tokens[i + 2]?.text ?? '');
        if (charize) i++;
        const param = index.get(tokens[i + 1]?.text ?? '');
        if (param === undefined) {
          problems.push(
            problem(
              'error',
              'pp-stringise',
              "'#' must be followed by a parameter of the macro",
              t.range,
              'name the parameter to be made a string',
            ),
          );
          add(t, -1, false);
          continue;
        }
        i++;
        const wide = items[items.length - 1];
        if (wide && wide.token.text === 'L' && wide.param < 0 && !wide.pasteNext && !t.spaceBefore) {
          items.pop();
          add(wide.token, param, 'wide');
        } else add(t, param, charize ? 'char' : 'narrow');
      } else if (t.text === '__VA_OPT__' && this.variadic && tokens[i + 1]?.text === '(') {
        const close = matchingParen(tokens, i + 1);
        if (!outer || close < 0) {
          const what = close < 0 ? "'__VA_OPT__(' is not closed" : "'__VA_OPT__' inside '__VA_OPT__'";
          problems.push(problem('error', 'pp-va-opt', what, t.range, 'write __VA_OPT__( tokens )'));
          add(t, -1, false);
          continue;
        }
        add(t, -1, false, this.prepareItems(tokens.slice(i + 2, close), index, problems, false));
        i = close;
      } else {
        const word = t.kind === 'identifier' || t.kind === 'keyword';
        if (word && t.text === '__VA_ARGS__' && !this.variadic) {
          problems.push(
            problem(
              'warning',
              'pp-va-args',
              "'__VA_ARGS__' means something only in a macro with '...'",
              t.range,
              "add '...' to the parameters",
            ),
          );
        }
        add(t, (word ? index.get(t.text) : undefined) ?? -1, false);
      }
    }
    return items;
  }
}

/** Tokens as text, one blank where there was any white space. */
export function joinTokens(tokens: readonly PPToken[]): string {
  let text = '';
  for (const t of tokens) text += (text !== '' && t.spaceBefore ? ' ' : '') + t.text;
  return text;
}

function matchingParen(tokens: readonly PPToken[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i].text === '(') depth++;
    else if (tokens[i].text === ')' && --depth === 0) return i;
  }
  return -1;
}

export function problem(severity: Severity, code: string, message: string, range: Range, hint?: string): Diagnostic {
  return hint === undefined ? { severity, code, message, range } : { severity, code, message, range, hint };
}

/** Clean offset of the first character at or after `p` that is not blank (comments are blank). */
function skipSpace(text: string, p: number, end: number): number {
  while (p < end) {
    const c = text.charCodeAt(p);
    if (c === 0x20 || (c >= 9 && c <= 13)) p++;
    else if (c === 0x2f && text.charCodeAt(p + 1) === 0x2a) {
      const e = text.indexOf('*/', p + 2);
      p = e < 0 ? end : e + 2;
    } else return p;
  }
  return end;
}

/**
 * Parses the #define in `segment`, leaving its body for later. On failure the problem is returned and nothing is defined.
 * Problems of the body are in `replacement.problems`.
 */
export function parseDefine(file: PPFile, segment: Segment): MacroDef | Diagnostic {
  const { text } = file;
  const end = segment.end;
  // The name is scanned by hand: lexing the line would lex the body.
  const nameStart = skipSpace(text, segment.start, end);
  NAME.lastIndex = nameStart;
  NAME.test(text);
  const p = NAME.lastIndex;
  const name = intern(text.slice(nameStart, p)).text;
  const nameRange = () => (p > nameStart ? file.range(nameStart, p) : file.directiveRange(segment));
  if (name === '' || (name.charCodeAt(0) >= 0x30 && name.charCodeAt(0) <= 0x39)) {
    return badDefine('#define needs a name', nameRange(), 'write #define NAME replacement');
  }
  if (name === 'defined' || name === '__has_include')
    return badDefine(`'${name}' cannot be defined as a macro`, nameRange(), 'choose another name');
  if (text.charCodeAt(p) !== 0x28) return new MacroDef(name, undefined, false, '__VA_ARGS__', file, nameStart, p, end);
  const close = closingParen(text, p, end);
  if (close < 0) return badDefine(`the parameter list of macro '${name}' is not closed`, file.range(p, p + 1), "add the ')'");
  const list = parseParameters(file, name, p + 1, close);
  return 'severity' in list
    ? list
    : new MacroDef(name, list.names, list.variadic !== undefined, list.variadic ?? '__VA_ARGS__', file, nameStart, close + 1, end);
}

/** Parameters between two clean offsets; `variadic` is the name that the body uses for the variable part. */
function parseParameters(file: PPFile, name: string, start: number, close: number): { names: string[]; variadic?: string } | Diagnostic {
  const tokens: PPToken[] = [];
  lex(file, start, close, false, tokens, []);
  const names: string[] = [];
  let variadic: string | undefined;
  const list = `the parameter list of macro '${name}'`;
  for (let i = 0; i < tokens.length; i++) {
    const t = tokens[i];
    const word = t.kind === 'identifier' || t.kind === 'keyword';
    if (variadic !== undefined || !(word || t.text === '...')) {
      return badDefine(
        `'${t.text}' does not belong in ${list}`,
        t.range,
        'write names separated by commas, and ... at most once at the end',
      );
    }
    if (!word) variadic = '__VA_ARGS__';
    else if (tokens[i + 1]?.text === '...') {
      variadic = t.text;
      i++;
    } else if (names.includes(t.text)) return badDefine(`macro '${name}' has two parameters '${t.text}'`, t.range, 'rename one of them');
    else names.push(t.text);
    const comma = tokens[++i];
    if (comma && (comma.text !== ',' || i + 1 >= tokens.length)) {
      return badDefine(`'${comma.text}' does not belong here in ${list}`, comma.range, 'write names separated by commas');
    }
  }
  return variadic === undefined ? { names } : { names, variadic };
}

const NAME = /[\w$\u0080-\uffff]*/y;

function badDefine(message: string, range: Range, hint: string): Diagnostic {
  return problem('error', 'pp-bad-define', message, range, hint);
}

function closingParen(text: string, open: number, end: number): number {
  for (let p = skipSpace(text, open + 1, end); p < end; p = skipSpace(text, p + 1, end)) if (text.charCodeAt(p) === 0x29) return p;
  return -1;
}

/** A definition from plain data (a MacroInfo that was stored or sent): the body is lexed again, its tokens are placed at the definition. */
export function macroFromInfo(info: MacroInfo): MacroDef {
  const source = new PPFile(info.range.file, info.body);
  const dynamic = info.name === '__LINE__' || info.name === '__FILE__' || info.name === '__COUNTER__' ? info.name : undefined;
  return new MacroDef(info.name, info.params, info.variadic ?? false, '__VA_ARGS__', source, 0, 0, source.text.length, dynamic, info.range);
}
