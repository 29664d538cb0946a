// What stands in place of a macro: its replacement list with arguments for parameters, `#` and `##` carried out (Prosser's subst), every token
// with the place where the user sees it (expander.ts). Placemarkers are not tokens here: a side of `##` that is empty is simply not there.
import type { Diagnostic } from '../base/diagnostic.js';
import { SourceFile } from '../base/source.js';
import { type ExpansionBudget, MAX_TEXT } from './expansion-budget.js';
import { type HideSet, hideIntersection, hideUnion } from './hide-set.js';
import { wordKind } from './intern.js';
import { lex, type PPToken } from './lexer.js';
import { type BodyItem, type MacroDef, problem } from './macros.js';

/** An argument; it is expanded by itself when a parameter outside `#` and `##` asks for it, once. */
export interface Argument {
  readonly raw: readonly PPToken[];
  expanded: readonly PPToken[] | undefined;
}

export function newArgument(raw: readonly PPToken[]): Argument {
  return { raw, expanded: undefined };
}

export class Substitution {
  constructor(
    private readonly budget: ExpansionBudget,
    private readonly host: { report(d: Diagnostic): void },
    private readonly expandArgument: (raw: readonly PPToken[]) => readonly PPToken[],
  ) {}

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

  /** A replacement list that has neither parameters nor operators. */
  instantiate(items: readonly BodyItem[], name: PPToken, hide: HideSet): PPToken[] {
    const out = new Array<PPToken>(items.length);
    for (let i = 0; i < items.length; i++) out[i] = this.fromBody(items[i].token, name, hide);
    return out;
  }

  private expanded(arg: Argument): readonly PPToken[] {
    return (arg.expanded ??= this.expandArgument(arg.raw));
  }

  /** Prosser's subst: the replacement list with arguments in place of parameters, `#` and `##` carried out. */
  substitute(m: MacroDef, items: readonly BodyItem[], args: readonly Argument[], name: PPToken, hide: HideSet): PPToken[] {
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
      if (this.budget.exceeded(out.length)) {
        this.budget.spend(out.length, name);
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
    this.budget.spend(text.length >> 4, name);
    if (text.length >= MAX_TEXT) {
      this.budget.textLimit('#', name);
      text = '';
    }
    const token = this.fromBody(item.token, name, hide);
    if (item.stringise === 'char') {
      token.kind = 'char';
      token.text = `'${text === "'" || text === '\\' ? `\\${text}` : text}'`;
      return token;
    }
    token.kind = 'string';
    token.text = (item.stringise === 'wide' ? 'L"' : '"') + text + '"';
    return token;
  }

  /** One token of two; both, with a warning, when they do not make one (MSVC lets such code pass). */
  private paste(left: PPToken, right: PPToken, name: PPToken, hide: HideSet): PPToken[] {
    const text = left.text + right.text;
    if (text.length > MAX_TEXT) this.budget.textLimit('##', name);
    if (!this.budget.spend(text.length >> 4, name)) return [left, right];
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
}

/** Text as written: differs from `text` for digraphs. */
function spelling(t: PPToken): string {
  if (t.kind !== 'punctuator' || t.macro !== undefined) return t.text;
  const written = t.range.file.text.slice(t.range.start, t.range.end);
  return /^[<:%>]{2,4}$/.test(written) && /^[[\]{}#]/.test(t.text) ? written : t.text;
}
