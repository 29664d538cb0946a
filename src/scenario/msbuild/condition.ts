// The language of Condition="...": comparisons of text and numbers, Exists() and HasTrailingSlash(), `and`, `or`, `!`, parentheses. Names are replaced after
// the condition has been cut into words, so that a value with a quote in it cannot change its sense.

/** What a condition asks for while it is evaluated. */
export interface ConditionContext {
  expand(text: string): string;
  /** Whether a file or folder exists; the path as written, expanded. */
  exists(path: string): boolean;
}

class NotUnderstood extends Error {}

type Word = { readonly kind: 'string' | 'bare' | 'op' | 'end'; readonly text: string };

const WORD = /\s*(?:'([^']*)'|(==|!=|<=|>=|<|>|!|\(|\)|,)|(\$\((?:[^()]|\([^()]*\))*\)|@\([^)]*\)|%\([^)]*\)|[\w.+-]+)|$)/y;

/** True or false, or undefined: the condition is not understood. */
export function evaluateCondition(text: string, context: ConditionContext): boolean | undefined {
  if (text.trim() === '') return true;
  if (text.length > 10_000) return undefined;
  try {
    const words: Word[] = [];
    WORD.lastIndex = 0;
    while (WORD.lastIndex < text.trimEnd().length) {
      const m = WORD.exec(text);
      if (!m) throw new NotUnderstood();
      if (m[1] !== undefined) words.push({ kind: 'string', text: m[1] });
      else if (m[2] !== undefined) words.push({ kind: 'op', text: m[2] });
      else if (m[3] !== undefined) words.push({ kind: 'bare', text: m[3] });
    }
    words.push({ kind: 'end', text: '' });
    const p = new Evaluator(words, context);
    return p.whole();
  } catch (e) {
    if (e instanceof NotUnderstood) return undefined;
    throw e;
  }
}

class Evaluator {
  private at = 0;
  private depth = 0;
  private decided = 0;
  constructor(
    private readonly words: readonly Word[],
    private readonly context: ConditionContext,
  ) {}

  whole(): boolean {
    const v = this.or();
    if (this.word.kind !== 'end') throw new NotUnderstood();
    return v;
  }

  private get word(): Word {
    return this.words[this.at];
  }
  private accept(text: string): boolean {
    const w = this.word;
    if (w.kind === 'string' || w.kind === 'end' || w.text.toLowerCase() !== text) return false;
    this.at++;
    return true;
  }

  private or(): boolean {
    if (++this.depth > 100) throw new NotUnderstood();
    let v = this.and();
    while (this.accept('or')) v = this.unless(v, () => this.and()) || v;
    this.depth--;
    return v;
  }
  private and(): boolean {
    let v = this.not();
    while (this.accept('and')) v = this.unless(!v, () => this.not()) && v;
    return v;
  }
  /** The right side of `and` and `or` is read, but not judged when the left side has decided: a comparison there may make no sense then. */
  private unless(decided: boolean, right: () => boolean): boolean {
    if (decided) this.decided++;
    const v = right();
    if (decided) this.decided--;
    return v;
  }
  private not(): boolean {
    let negative = false;
    while (this.accept('!')) negative = !negative;
    return this.primary() !== negative;
  }

  private primary(): boolean {
    if (this.accept('(')) {
      const v = this.or();
      if (!this.accept(')')) throw new NotUnderstood();
      return v;
    }
    const w = this.word;
    if (w.kind === 'bare' && this.words[this.at + 1].text === '(' && this.words[this.at + 1].kind === 'op') return this.call();
    const left = this.operand();
    const op = this.word;
    if (op.kind === 'op' && ['==', '!=', '<', '<=', '>', '>='].includes(op.text)) {
      this.at++;
      const right = this.operand();
      return this.decided === 0 && compare(left, op.text, right);
    }
    const b = this.decided > 0 ? false : truth(left);
    if (b === undefined) throw new NotUnderstood();
    return b;
  }

  private call(): boolean {
    const name = this.word.text.toLowerCase();
    this.at += 2;
    const argument = this.operand();
    if (!this.accept(')')) throw new NotUnderstood();
    if (name === 'exists') return this.decided === 0 && argument !== '' && this.context.exists(argument);
    if (name === 'hastrailingslash') return /[\\/]$/.test(argument);
    throw new NotUnderstood();
  }

  private operand(): string {
    const w = this.word;
    if (w.kind !== 'string' && w.kind !== 'bare') throw new NotUnderstood();
    this.at++;
    return this.context.expand(w.text);
  }
}

const truth = (s: string): boolean | undefined =>
  /^(true|on|yes|!false|!off|!no)$/i.test(s) ? true : /^(false|off|no|!true|!on|!yes)$/i.test(s) ? false : undefined;

/** 12, -3.5, 0x1F. */
const number = (s: string): number | undefined =>
  /^[+-]?\d+(\.\d*)?$/.test(s) ? Number(s) : /^0x[0-9a-f]+$/i.test(s) ? Number.parseInt(s, 16) : undefined;

function compare(a: string, op: string, b: string): boolean {
  const order = numericOrder(a, b);
  if (op === '==' || op === '!=') {
    const booleans = [truth(a), truth(b)];
    const same =
      order !== undefined
        ? order === 0
        : booleans[0] !== undefined && booleans[1] !== undefined
          ? booleans[0] === booleans[1]
          : a.toLowerCase() === b.toLowerCase();
    return same === (op === '==');
  }
  if (order === undefined) throw new NotUnderstood(); // MSBuild refuses this too
  return op === '<' ? order < 0 : op === '<=' ? order <= 0 : op === '>' ? order > 0 : order >= 0;
}

/** Order of two numbers or versions (`10.0.22621.0`); undefined if one of them is neither. */
function numericOrder(a: string, b: string): number | undefined {
  const x = number(a);
  const y = number(b);
  if (x !== undefined && y !== undefined) return x - y;
  const version = /^\d+(\.\d+){0,3}$/;
  if (!version.test(a) || !version.test(b)) return undefined;
  const p = a.split('.').map(Number);
  const q = b.split('.').map(Number);
  for (let i = 0; i < 4; i++) {
    const d = (p[i] ?? -1) - (q[i] ?? -1); // a missing part counts below 0, as in System.Version
    if (d !== 0) return d;
  }
  return 0;
}
