// Macro expansion by Prosser's hide-set algorithm. The tokens still to be rescanned are a stack of lists over the raw tokens of the files,
// so an expansion costs its own tokens only, and nothing but nested macro arguments uses recursion (which is bounded).
// Places (the contract of token.ts): a token from a macro body takes the range of the name token that invoked it. That name token, if it
// came from a body itself, already carries the range of the outermost invocation; if the user wrote it (also inside an argument of
// another macro) it is the outermost invocation that the user can see.
import type { Diagnostic } from '../base/diagnostic.js';
import type { Range } from '../base/source.js';
import { definedOperator, hasIncludeOperator } from './condition-operators.js';
import { ExpansionBudget } from './expansion-budget.js';
import { hideAlso, hideIntersection, hides } from './hide-set.js';
import type { PPToken } from './lexer.js';
import { type MacroInput, readArguments } from './macro-arguments.js';
import { type MacroDef, type MacroTable, problem } from './macros.js';
import { newArgument, Substitution } from './substitution.js';

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

interface Frame {
  readonly tokens: readonly PPToken[];
  at: number;
}

/** Macros whose replacement names a macro whose replacement ...: every token carries the names of all of them. */
const MAX_CHAIN = 400;
/** Macro arguments inside macro arguments; each level is a recursion here. */
const MAX_DEPTH = 256;

export class Expander implements MacroInput {
  /** The stack of lists to read before the files; only the part above `floor` is visible while an argument is expanded by itself. */
  private stack: Frame[] = [];
  private floor = 0;
  private isolated = false;
  private depth = 0;
  private inCondition = false;
  private counter = 0;
  readonly budget: ExpansionBudget;
  private readonly substitution: Substitution;

  constructor(
    private readonly macros: MacroTable,
    private readonly host: ExpanderHost,
  ) {
    this.budget = new ExpansionBudget(host);
    this.substitution = new Substitution(this.budget, host, (raw) => this.expandArgument(raw));
  }

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
          if (!this.budget.exhausted && !this.hidden(t) && this.expand(t, m)) continue;
        } else if (this.inCondition && (t.text === 'defined' || t.text === '__has_include')) {
          this.unread([
            t.text === 'defined'
              ? definedOperator(this, this.macros, t)
              : hasIncludeOperator(this, (tokens) => this.host.hasInclude(tokens, t), t),
          ]);
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

  /** Next token as it stands. */
  read(): PPToken | undefined {
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
    if (t.hide.size > MAX_CHAIN) {
      this.host.report(
        problem(
          'error',
          'pp-nesting-limit',
          `macros expand to macros more than ${MAX_CHAIN} deep`,
          t.range,
          'name fewer of them through each other',
        ),
      );
      this.budget.exhausted = true;
      return true;
    }
    this.budget.spend(t.hide.size >> 4, t);
    return hides(t.hide, t.text);
  }

  report(d: Diagnostic): void {
    this.host.report(d);
  }

  /** Replaces `t`; false when it is a function-like macro's name without arguments (then `t` stays). */
  private expand(t: PPToken, m: MacroDef): boolean {
    if (m.dynamic !== undefined) {
      this.unread([this.dynamicToken(t, m)]);
      return true;
    }
    if (m.params === undefined) {
      const { items, plain } = m.replacement;
      if (items.length === 0) return true;
      const hide = hideAlso(t.hide, m.name);
      this.push(plain ? this.substitution.instantiate(items, t, hide) : this.substitution.substitute(m, items, [], t, hide), t);
      return true;
    }
    const { collecting } = this.host;
    this.host.collecting = true;
    const args = readArguments(this, t, m);
    this.host.collecting = collecting;
    if (args === undefined) return false;
    const hide = hideAlso(hideIntersection(t.hide, args.close.hide), m.name);
    const { items, plain } = m.replacement;
    if (items.length > 0)
      this.push(
        plain ? this.substitution.instantiate(items, t, hide) : this.substitution.substitute(m, items, args.list.map(newArgument), t, hide),
        t,
      );
    if (args.pragmas.length > 0) this.unread(args.pragmas); // directives between the arguments come first
    return true;
  }

  private push(tokens: PPToken[], name: PPToken): void {
    if (tokens.length === 0 || !this.budget.spend(tokens.length, name)) return;
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

  /** An argument by itself; as it is when no macro touches it. */
  private expandArgument(raw: readonly PPToken[]): readonly PPToken[] {
    if (!raw.some((t) => (t.kind === 'identifier' || t.kind === 'keyword') && (this.macros.has(t.text) || this.inCondition))) return raw;
    if (this.depth < MAX_DEPTH) return this.expandList(raw);
    this.host.report(
      problem('error', 'pp-nesting-limit', `macro arguments are nested more than ${MAX_DEPTH} deep`, raw[0].range, 'split the expression'),
    );
    this.budget.exhausted = true;
    return raw;
  }
}

/** A string literal of a text. */
function quote(text: string): string {
  return '"' + text.replace(/["\\]/g, '\\$&') + '"';
}
