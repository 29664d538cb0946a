// Macro expansion by Prosser's hide-set algorithm. The tokens still to be rescanned are a stack of lists over the raw tokens of the files,
// so an expansion costs its own tokens only, and nothing but nested macro arguments uses recursion (which is bounded).
// Places (the contract of token.ts): a token from a macro body takes the range of the name token that invoked it. That name token, if it
// came from a body itself, already carries the range of the outermost invocation; if the user wrote it (also inside an argument of
// another macro) it is the outermost invocation that the user can see.
import type { Diagnostic } from '../base/diagnostic.js';
import type { Range } from '../base/source.js';
import { SourceFile } from '../base/source.js';
import { type HideSet, hideAlso, hideIntersection, hides, hideUnion } from './hide-set.js';
import { wordKind } from './intern.js';
import { lex, type PPToken } from './lexer.js';
import { type BodyItem, type MacroDef, problem } from './macros.js';

/** Where raw tokens come from and what depends on the place of use. */
export interface ExpanderHost {
  /** Next raw token of the files (directives are carried out on the way), or undefined at the end. */
  readRaw(): PPToken | undefined;
  /** True while an invocation is being read: a file's end is then an end, not a return to the file that includes it. */
  collecting: boolean;
  /** Value of `__LINE__` / `__FILE__` for something written at `place`. */
  lineAt(place: Range): number;
  fileAt(place: Range): string;
  report(d: Diagnostic): void;
  /** `__has_include` with the tokens in its parentheses. */
  hasInclude(tokens: readonly PPToken[], at: PPToken): boolean;
}

/** What the expander asks of a set of macros; a Map is one. */
export interface MacroTable {
  has(name: string): boolean;
  get(name: string): MacroDef | undefined;
}

interface Frame {
  readonly tokens: readonly PPToken[];
  at: number;
}

/** Tokens made by all expansions of one unit: far beyond any driver (about 100 MB), reached by macro bombs in well under a second. */
const MAX_WORK = 1_000_000;
/** Macro arguments inside macro arguments; each level is a recursion here. */
const MAX_DEPTH = 256;
/** Characters of one token that `#` and `##` make. */
const MAX_TEXT = 1_000_000;

export class Expander {
  /** The stack of lists to read before the files; only the part above `floor` is visible while an argument is expanded by itself. */
  private stack: Frame[] = [];
  private floor = 0;
  private isolated = false;
  private depth = 0;
  private work = 0;
  private exhausted = false;
  private inCondition = false;
  private counter = 0;

  constructor(
    private readonly macros: MacroTable,
    private readonly host: ExpanderHost,
  ) {}

  /** Nothing is waiting to be rescanned: the reader may take tokens straight from the file. */
  get idle(): boolean {
    return this.stack.length === 0;
  }

  /** Next fully expanded token, or undefined at the end of the input. */
  next(): PPToken | undefined {
    for (;;) {
      const t = this.read();
      if (t === undefined) return undefined;
      if (t.kind === 'identifier' || t.kind === 'keyword') {
        const m = this.macros.get(t.text);
        if (m !== undefined) {
          if (!this.exhausted && !this.hidden(t) && this.expand(t, m)) continue;
        } else if (this.inCondition && (t.text === 'defined' || t.text === '__has_include')) {
          this.stack.push({ tokens: [t.text === 'defined' ? this.definedOperator(t) : this.hasIncludeOperator(t)], at: 0 });
          continue;
        }
      }
      return t;
    }
  }

  /** Puts tokens in front of the input. */
  unread(tokens: readonly PPToken[]): void {
    this.stack.push({ tokens, at: 0 });
  }

  /** Expands a list by itself. `condition`: as the controlling expression of #if. */
  expandList(tokens: readonly PPToken[], condition = false): PPToken[] {
    const { floor, isolated, inCondition } = this;
    this.floor = this.stack.length;
    this.isolated = true;
    this.inCondition = condition || inCondition;
    this.depth++;
    const out: PPToken[] = [];
    this.stack.push({ tokens, at: 0 });
    for (let t = this.next(); t !== undefined; t = this.next()) out.push(t);
    this.depth--;
    this.floor = floor;
    this.isolated = isolated;
    this.inCondition = inCondition;
    return out;
  }

  private read(): PPToken | undefined {
    const { stack } = this;
    while (stack.length > this.floor) {
      const f = stack[stack.length - 1];
      if (f.at < f.tokens.length) return f.tokens[f.at++];
      stack.pop();
    }
    return this.isolated ? undefined : this.host.readRaw();
  }

  private hidden(t: PPToken): boolean {
    if (t.hide === undefined) return false;
    this.spend(t.hide.size >> 4, t);
    return hides(t.hide, t.text);
  }

  /** Accounts for tokens made; false when the unit has used up what is sane. */
  private spend(tokens: number, at: PPToken): boolean {
    this.work += tokens;
    if (this.work > MAX_WORK && !this.exhausted) {
      this.exhausted = true;
      this.host.report(
        problem(
          'error',
          'pp-expansion-limit',
          `macro expansion made more than ${MAX_WORK} tokens; expansion stops here`,
          at.range,
          `look for macros that multiply, beginning with '${at.macro ?? at.text}'`,
        ),
      );
    }
    return !this.exhausted;
  }

  /** Replaces `t`; false when it is a function-like macro's name without arguments (then `t` stays). */
  private expand(t: PPToken, m: MacroDef): boolean {
    if (m.dynamic !== undefined) {
      this.stack.push({ tokens: [this.dynamicToken(t, m)], at: 0 });
      return true;
    }
    if (m.params === undefined) {
      const { items, plain } = m.replacement;
      if (items.length === 0) return true;
      const hide = hideAlso(t.hide, m.name);
      this.push(plain ? this.instantiate(items, t, hide) : this.substitute(m, items, [], t, hide), t);
      return true;
    }
    const { collecting } = this.host;
    this.host.collecting = true;
    const args = this.readArguments(t, m);
    this.host.collecting = collecting;
    if (args === undefined) return false;
    const hide = hideAlso(hideIntersection(t.hide, args.close.hide), m.name);
    const { items, plain } = m.replacement;
    if (items.length > 0)
      this.push(plain ? this.instantiate(items, t, hide) : this.substitute(m, items, args.list.map(newArgument), t, hide), t);
    if (args.pragmas.length > 0) this.stack.push({ tokens: args.pragmas, at: 0 }); // directives between the arguments come first
    return true;
  }

  private push(tokens: PPToken[], name: PPToken): void {
    if (tokens.length === 0 || !this.spend(tokens.length, name)) return;
    const first = tokens[0];
    if (first.spaceBefore !== name.spaceBefore || first.atLineStart !== name.atLineStart) {
      tokens[0] = { ...first, spaceBefore: name.spaceBefore, atLineStart: name.atLineStart };
    }
    this.stack.push({ tokens, at: 0 });
  }

  private dynamicToken(t: PPToken, m: MacroDef): PPToken {
    let text: string;
    if (m.dynamic === '__LINE__') text = String(this.host.lineAt(t.range));
    else if (m.dynamic === '__FILE__') text = quote(this.host.fileAt(t.range));
    else text = String(this.counter++);
    return { ...t, kind: m.dynamic === '__FILE__' ? 'string' : 'number', text };
  }

  // -------------------------------------------------------------- arguments
  /** Reads `( arguments )` after the name; undefined (and nothing consumed, or reported) when there are none. */
  private readArguments(name: PPToken, m: MacroDef): { list: PPToken[][]; close: PPToken; pragmas: PPToken[] } | undefined {
    const pragmas: PPToken[] = [];
    let open = this.read();
    while (open !== undefined && open.kind === 'pragma') {
      pragmas.push(open);
      open = this.read();
    }
    if (open === undefined || open.text !== '(' || open.kind !== 'punctuator') {
      const back = open === undefined ? pragmas : [...pragmas, open];
      if (back.length > 0) this.stack.push({ tokens: back, at: 0 });
      return undefined;
    }
    const named = m.params!.length;
    const list: PPToken[][] = [[]];
    let depth = 0;
    for (;;) {
      const t = this.read();
      if (t === undefined) {
        this.host.report({
          ...problem(
            'error',
            'pp-unterminated-invocation',
            `the arguments of macro '${m.name}' are not closed`,
            name.range,
            "add the missing ')'",
          ),
          related: [{ range: open.range, message: "this '(' is open" }],
        });
        return undefined;
      }
      if (t.kind === 'pragma') pragmas.push(t);
      else if (t.kind !== 'punctuator') list[list.length - 1].push(t);
      else if (t.text === ')' && depth === 0) {
        this.adjust(list, m, name, named);
        return { list, close: t, pragmas };
      } else if (t.text === ',' && depth === 0 && !(m.variadic && list.length > named)) list.push([]);
      else {
        if (t.text === '(') depth++;
        else if (t.text === ')') depth--;
        list[list.length - 1].push(t);
      }
    }
  }

  /** Makes the number of arguments fit: MSVC warns (C4002, C4003), takes missing ones as empty and drops surplus ones. */
  private adjust(list: PPToken[][], m: MacroDef, name: PPToken, named: number): void {
    const wanted = named + (m.variadic ? 1 : 0);
    const given = list.length === 1 && list[0].length === 0 && wanted === 0 ? 0 : list.length;
    if (given > wanted || given < named) {
      const few = given < named;
      this.host.report({
        ...problem(
          'warning',
          few ? 'pp-too-few-arguments' : 'pp-too-many-arguments',
          `macro '${m.name}' takes ${named} argument${named === 1 ? '' : 's'}${m.variadic ? ' or more' : ''}, but ${given} ${given === 1 ? 'is' : 'are'} given`,
          name.range,
          few ? 'the missing ones are taken as empty' : 'the surplus ones are dropped',
        ),
        related: [{ range: m.range, message: `'${m.name}' is defined here` }],
      });
    }
    while (list.length < wanted) list.push([]);
    list.length = wanted;
  }

  // -------------------------------------------------------------- replacement
  /** A token of a body as it appears in the user's text. */
  private fromBody(body: PPToken, name: PPToken, hide: HideSet): PPToken {
    return {
      kind: body.kind,
      text: body.text,
      range: name.range,
      spelling: body.range,
      macro: name.macro ?? name.text,
      atLineStart: false,
      spaceBefore: body.spaceBefore,
      hide,
    };
  }

  private instantiate(items: readonly BodyItem[], name: PPToken, hide: HideSet): PPToken[] {
    const out = new Array<PPToken>(items.length);
    for (let i = 0; i < items.length; i++) out[i] = this.fromBody(items[i].token, name, hide);
    return out;
  }

  private expanded(arg: Argument): readonly PPToken[] {
    if (arg.expanded === undefined) {
      if (!arg.raw.some((t) => (t.kind === 'identifier' || t.kind === 'keyword') && (this.macros.has(t.text) || this.inCondition)))
        arg.expanded = arg.raw;
      else if (this.depth >= MAX_DEPTH) {
        this.host.report(
          problem(
            'error',
            'pp-nesting-limit',
            `macro arguments are nested more than ${MAX_DEPTH} deep`,
            arg.raw[0].range,
            'split the expression',
          ),
        );
        this.exhausted = true;
        arg.expanded = arg.raw;
      } else arg.expanded = this.expandList(arg.raw);
    }
    return arg.expanded;
  }

  /** Prosser's subst: the replacement list with arguments in place of parameters, `#` and `##` carried out. */
  private substitute(m: MacroDef, items: readonly BodyItem[], args: readonly Argument[], name: PPToken, hide: HideSet): PPToken[] {
    const out: PPToken[] = [];
    const rest = m.variadic ? args[args.length - 1] : undefined;
    let leftEmpty = true; // the item to the left gave nothing (a placemarker)
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      const before = i > 0 ? items[i - 1] : undefined;
      let pasting = before?.pasteNext ?? false;
      let sequence: readonly PPToken[];
      if (item.stringise !== false) {
        sequence = [this.stringise(args[item.param].raw, item, name, hide)];
      } else if (item.optional !== undefined) {
        sequence = this.expanded(rest!).length > 0 ? this.substitute(m, item.optional, args, name, hide) : [];
      } else if (item.param >= 0) {
        const arg = args[item.param];
        const afterComma = arg === rest && before !== undefined && before.param < 0 && before.token.text === ',' && out.length > 0;
        if (afterComma && arg.raw.length === 0) {
          // GNU `, ## __VA_ARGS__` and MSVC's `, __VA_ARGS__`: the comma goes with the arguments.
          out.pop();
          leftEmpty = true;
          continue;
        }
        if (afterComma) pasting = false;
        sequence = this.placed(item.pasteNext || pasting ? arg.raw : this.expanded(arg), item.token, hide);
      } else {
        sequence = [this.fromBody(item.token, name, hide)];
      }
      if (pasting && !leftEmpty && sequence.length > 0) {
        const left = out.pop()!;
        for (const t of this.paste(left, sequence[0], name, hide)) out.push(t);
        for (let k = 1; k < sequence.length; k++) out.push(sequence[k]);
      } else {
        for (const t of sequence) out.push(t);
        leftEmpty = sequence.length === 0 && (!pasting || leftEmpty);
      }
      if (out.length + this.work > MAX_WORK) {
        this.spend(out.length, name);
        break;
      }
    }
    return out;
  }

  /** Tokens of an argument where the parameter stood: own places, own hide sets plus that of the replacement. */
  private placed(tokens: readonly PPToken[], parameter: PPToken, hide: HideSet): PPToken[] {
    const out = new Array<PPToken>(tokens.length);
    let lastHide: HideSet | undefined;
    let lastUnion: HideSet | undefined = hide;
    for (let i = 0; i < tokens.length; i++) {
      const t = tokens[i];
      if (t.hide !== lastHide) {
        lastHide = t.hide;
        lastUnion = hideUnion(hide, t.hide);
      }
      out[i] = {
        kind: t.kind,
        text: t.text,
        range: t.range,
        spelling: t.spelling,
        macro: t.macro,
        atLineStart: i === 0 ? false : t.atLineStart,
        spaceBefore: i === 0 ? parameter.spaceBefore : t.spaceBefore,
        hide: lastUnion,
      };
    }
    return out;
  }

  private stringise(arg: readonly PPToken[], item: BodyItem, name: PPToken, hide: HideSet): PPToken {
    let text = '';
    for (let i = 0; i < arg.length && text.length < MAX_TEXT; i++) {
      const t = arg[i];
      if (i > 0 && t.spaceBefore) text += ' ';
      const spelled = spelling(t);
      text += t.kind === 'string' || t.kind === 'char' ? spelled.replace(/["\\]/g, '\\$&') : spelled;
    }
    this.spend(text.length >> 4, name);
    if (text.length >= MAX_TEXT) {
      this.textLimit('#', name);
      text = '';
    }
    const token = this.fromBody(item.token, name, hide);
    token.kind = 'string';
    token.text = (item.stringise === 'wide' ? 'L"' : '"') + text + '"';
    return token;
  }

  private textLimit(operator: string, name: PPToken): void {
    if (this.exhausted) return;
    this.exhausted = true;
    const message = `'${operator}' makes a token of more than ${MAX_TEXT} characters; expansion stops here`;
    this.host.report(
      problem(
        'error',
        'pp-expansion-limit',
        message,
        name.range,
        `look for macros that multiply, beginning with '${name.macro ?? name.text}'`,
      ),
    );
  }

  /** One token of two; both, with a warning, when they do not make one (MSVC lets such code pass). */
  private paste(left: PPToken, right: PPToken, name: PPToken, hide: HideSet): PPToken[] {
    const text = left.text + right.text;
    if (text.length > MAX_TEXT) this.textLimit('##', name);
    if (!this.spend(text.length >> 4, name)) return [left, right];
    const made: PPToken = {
      ...this.fromBody(left, name, hide),
      spelling: left.spelling ?? left.range,
      text,
      atLineStart: left.atLineStart,
      spaceBefore: left.spaceBefore,
      hide: hideUnion(hide, hideIntersection(left.hide, right.hide)),
    };
    if (
      (left.kind === 'identifier' || left.kind === 'keyword') &&
      right.kind !== 'string' &&
      right.kind !== 'char' &&
      /^[\w$]+$/.test(text)
    ) {
      made.kind = wordKind(text);
      return [made];
    }
    const out: PPToken[] = [];
    const problems: Diagnostic[] = [];
    lex({ file: new SourceFile('', text), text, base: 0, splices: undefined }, 0, text.length, false, out, problems);
    if (out.length === 1 && problems.length === 0 && !out[0].spaceBefore && out[0].range.end === text.length && text[0] !== ' ') {
      made.kind = out[0].kind;
      made.text = out[0].text;
      return [made];
    }
    this.host.report({
      ...problem(
        'warning',
        'pp-bad-paste',
        `'${left.text}' ## '${right.text}' does not make one token`,
        name.range,
        'the two are kept side by side',
      ),
      related: [{ range: made.spelling ?? made.range, message: 'pasted here' }],
    });
    return [left, { ...right, spaceBefore: false }];
  }

  // -------------------------------------------------------------- operators of #if
  private definedOperator(at: PPToken): PPToken {
    let t = this.read();
    const open = t?.text === '(';
    if (open) t = this.read();
    if (t === undefined || (t.kind !== 'identifier' && t.kind !== 'keyword')) {
      this.host.report(problem('error', 'pp-if', "'defined' needs the name of a macro", at.range, 'write defined(NAME)'));
      if (t !== undefined && t.text !== ')') this.stack.push({ tokens: [t], at: 0 });
      return { ...at, kind: 'number', text: '0' };
    }
    if (open) {
      const close = this.read();
      if (close?.text !== ')') {
        this.host.report(problem('error', 'pp-if', "'defined(' is not closed", at.range, "add ')' after the name"));
        if (close !== undefined) this.stack.push({ tokens: [close], at: 0 });
      }
    }
    return { ...at, kind: 'number', text: this.macros.has(t.text) || t.text === '__has_include' ? '1' : '0' };
  }

  private hasIncludeOperator(at: PPToken): PPToken {
    const inside: PPToken[] = [];
    let t = this.read();
    if (t?.text !== '(') {
      this.host.report(
        problem('error', 'pp-if', "'__has_include' needs a file name in parentheses", at.range, 'write __has_include(<name.h>)'),
      );
      if (t !== undefined) this.stack.push({ tokens: [t], at: 0 });
      return { ...at, kind: 'number', text: '0' };
    }
    for (t = this.read(); t !== undefined && t.text !== ')'; t = this.read()) inside.push(t);
    return { ...at, kind: 'number', text: this.host.hasInclude(inside, at) ? '1' : '0' };
  }
}

interface Argument {
  readonly raw: readonly PPToken[];
  expanded: readonly PPToken[] | undefined;
}

function newArgument(raw: readonly PPToken[]): Argument {
  return { raw, expanded: undefined };
}

/** Text as written: differs from `text` for digraphs. */
function spelling(t: PPToken): string {
  if (t.kind !== 'punctuator' || t.macro !== undefined) return t.text;
  const written = t.range.file.text.slice(t.range.start, t.range.end);
  return /^[<:%>]{2,4}$/.test(written) && /^[[\]{}#]/.test(t.text) ? written : t.text;
}

/** A string literal of a text. */
export function quote(text: string): string {
  return '"' + text.replace(/["\\]/g, '\\$&') + '"';
}
