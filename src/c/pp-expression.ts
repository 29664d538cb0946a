// Controlling expressions of #if and #elif: integer constant expressions in 64 bits, signed or unsigned (C17 6.10.1p4).
// Tokens arrive macro-expanded and with `defined` already answered, so any name that is left counts as 0.
import type { Diagnostic } from '../base/diagnostic.js';
import type { Range } from '../base/source.js';
import type { PPToken } from './lexer.js';
import { problem } from './macros.js';

interface Value {
  readonly value: bigint;
  readonly unsigned: boolean;
}

const ZERO: Value = { value: 0n, unsigned: false };
const ONE: Value = { value: 1n, unsigned: false };

const PRECEDENCE: Record<string, number> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};

const MAX_DEPTH = 200;

/** Thrown inside this file only: ends the evaluation at the first problem. */
class Failure {
  constructor(readonly diagnostic: Diagnostic) {}
}

/** Truth of a condition; a wrong one is false and gives a diagnostic. `place` is used where no token can be pointed at. */
export function evaluateCondition(tokens: readonly PPToken[], place: Range): { value: boolean; problem?: Diagnostic } {
  const e = new Evaluator(tokens, place);
  try {
    return { value: e.whole().value !== 0n };
  } catch (f) {
    if (f instanceof Failure) return { value: false, problem: f.diagnostic };
    throw f;
  }
}

class Evaluator {
  private at = 0;
  private depth = 0;
  /** Operands whose value does not matter (after `0 &&`): division by zero is allowed there. */
  private unevaluated = 0;

  constructor(
    private readonly tokens: readonly PPToken[],
    private readonly place: Range,
  ) {}

  whole(): Value {
    if (this.tokens.length === 0) this.fail('this condition is empty', 'write an expression, for example #if defined(NAME)');
    const v = this.comma();
    const t = this.peek();
    if (t) this.fail(t.text === ')' ? "')' without a matching '('" : `${shown(t)} does not belong in a preprocessor condition`, hintFor(t));
    return v;
  }

  private peek(): PPToken | undefined {
    return this.tokens[this.at];
  }

  private accept(text: string): boolean {
    const t = this.tokens[this.at];
    if (t?.kind !== 'punctuator' || t.text !== text) return false;
    this.at++;
    return true;
  }

  private fail(message: string, hint: string): never {
    throw new Failure(problem('error', 'pp-if', message, this.peek()?.range ?? this.tokens[this.at - 1]?.range ?? this.place, hint));
  }

  private comma(): Value {
    let v = this.conditional();
    while (this.accept(',')) v = this.conditional();
    return v;
  }

  private conditional(): Value {
    if (++this.depth > MAX_DEPTH) this.fail(`this condition is nested more than ${MAX_DEPTH} deep`, 'split it');
    const test = this.binary(this.unary(), 1);
    let v = test;
    if (this.accept('?')) {
      const yes = this.skipIf(test.value === 0n, () => this.comma());
      if (!this.accept(':')) this.fail("expected ':' of the conditional operator", 'write condition ? a : b');
      const no = this.skipIf(test.value !== 0n, () => this.conditional());
      v = make(test.value !== 0n ? yes.value : no.value, yes.unsigned || no.unsigned);
    }
    this.depth--;
    return v;
  }

  private skipIf(skip: boolean, part: () => Value): Value {
    if (skip) this.unevaluated++;
    const v = part();
    if (skip) this.unevaluated--;
    return v;
  }

  private binary(left: Value, lowest: number): Value {
    for (;;) {
      const t = this.peek();
      const p = t?.kind === 'punctuator' ? PRECEDENCE[t.text] : undefined;
      if (t === undefined || p === undefined || p < lowest) return left;
      this.at++;
      const skip = (t.text === '&&' && left.value === 0n) || (t.text === '||' && left.value !== 0n);
      const right = this.skipIf(skip, () => {
        let r = this.unary();
        for (;;) {
          const n = this.peek();
          const np = n?.kind === 'punctuator' ? PRECEDENCE[n.text] : undefined;
          if (np === undefined || np <= p) return r;
          r = this.binary(r, np);
        }
      });
      left = this.apply(t, left, right);
    }
  }

  private apply(op: PPToken, a: Value, b: Value): Value {
    const unsigned = a.unsigned || b.unsigned;
    const x = unsigned ? BigInt.asUintN(64, a.value) : a.value;
    const y = unsigned ? BigInt.asUintN(64, b.value) : b.value;
    switch (op.text) {
      case '||':
        return truth(a.value !== 0n || b.value !== 0n);
      case '&&':
        return truth(a.value !== 0n && b.value !== 0n);
      case '|':
        return make(x | y, unsigned);
      case '^':
        return make(x ^ y, unsigned);
      case '&':
        return make(x & y, unsigned);
      case '==':
        return truth(x === y);
      case '!=':
        return truth(x !== y);
      case '<':
        return truth(x < y);
      case '>':
        return truth(x > y);
      case '<=':
        return truth(x <= y);
      case '>=':
        return truth(x >= y);
      case '<<':
        return make(a.value << (b.value & 63n), a.unsigned);
      case '>>':
        return make(a.value >> (b.value & 63n), a.unsigned);
      case '+':
        return make(x + y, unsigned);
      case '-':
        return make(x - y, unsigned);
      case '*':
        return make(x * y, unsigned);
      default:
        if (y === 0n) {
          if (this.unevaluated > 0) return make(0n, unsigned);
          throw new Failure(
            problem('error', 'pp-if', 'division by zero in a preprocessor condition', op.range, 'check the macros of the divisor'),
          );
        }
        return make(op.text === '/' ? x / y : x % y, unsigned);
    }
  }

  private unary(): Value {
    if (++this.depth > MAX_DEPTH) this.fail(`this condition is nested more than ${MAX_DEPTH} deep`, 'split it');
    const v = this.unaryInner();
    this.depth--;
    return v;
  }

  private unaryInner(): Value {
    const t = this.peek();
    if (t === undefined) this.fail('this condition ends too early', 'complete the expression');
    this.at++;
    switch (t.kind) {
      case 'identifier':
      case 'keyword':
        if (this.peek()?.text === '(') {
          this.fail(`'${t.text}' is not defined as a macro with arguments here`, `test it first: #ifdef ${t.text}`);
        }
        return ZERO;
      case 'number': {
        const v = integerValue(t.text);
        if (v === undefined) {
          this.at--;
          this.fail(`'${t.text}' is not an integer constant`, 'conditions are computed in integers only');
        }
        return v;
      }
      case 'char': {
        const v = charValue(t.text);
        if (v === undefined) {
          this.at--;
          this.fail(`${t.text} is not a character constant`, 'write one to four characters between apostrophes');
        }
        return { value: v, unsigned: false };
      }
      default:
    }
    switch (t.kind === 'punctuator' ? t.text : '') {
      case '!':
        return truth(this.unary().value === 0n);
      case '~': {
        const v = this.unary();
        return make(~v.value, v.unsigned);
      }
      case '-': {
        const v = this.unary();
        return make(-v.value, v.unsigned);
      }
      case '+':
        return this.unary();
      case '(': {
        const v = this.comma();
        if (!this.accept(')')) this.fail("'(' is not closed in this condition", "add ')'");
        return v;
      }
      default:
        this.at--;
        return this.fail(`${shown(t)} does not belong in a preprocessor condition`, hintFor(t));
    }
  }
}

function shown(t: PPToken): string {
  return t.kind === 'string' ? 'a string' : `'${t.text}'`;
}

function hintFor(t: PPToken): string {
  if (t.text === '=') return "compare with '=='";
  if (t.kind === 'string') return 'the preprocessor cannot compare strings; define a number instead';
  return 'conditions are made of integers, defined(NAME) and operators';
}

function truth(b: boolean): Value {
  return b ? ONE : ZERO;
}

function make(value: bigint, unsigned: boolean): Value {
  return { value: unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value), unsigned };
}

/** Value of an integer constant with C and MSVC suffixes (`1u`, `0x10i64`, `5ui64`), wrapped to 64 bits; undefined when it is not one. */
export function integerValue(text: string): Value | undefined {
  const m = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)([a-zA-Z]\w*)?$/.exec(text);
  if (!m) return undefined;
  const suffix = (m[2] ?? '').toLowerCase();
  if (!/^(u?(l|ll)?|(l|ll)u|u?i(8|16|32|64))$/.test(suffix)) return undefined;
  const octal = /^0[0-9]+$/.test(m[1]);
  if (octal && /[89]/.test(m[1])) return undefined;
  if (m[1].length > 80) return undefined;
  const value = BigInt.asUintN(64, BigInt(octal ? `0o${m[1].slice(1)}` : m[1]));
  const unsigned = suffix.includes('u') || value > 0x7fffffffffffffffn;
  return { value, unsigned };
}

const ESCAPES: Record<string, number> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, '\\': 92, "'": 39, '"': 34, '?': 63, e: 27 };

/** Value of a character constant as MSVC computes it: `char` is signed, several characters go from high to low in an int. */
export function charValue(text: string): bigint | undefined {
  const open = text.indexOf("'");
  if (open < 0 || !text.endsWith("'") || text.length < open + 3) return undefined;
  const wide = open > 0;
  const units: number[] = [];
  const inside = text.slice(open + 1, -1);
  const re = /\\x([0-9a-fA-F]+)|\\([0-7]{1,3})|\\u([0-9a-fA-F]{4})|\\([^x0-7])|([^\\])/gsu;
  let end = 0;
  for (let m = re.exec(inside); m !== null && m.index === end; m = re.exec(inside)) {
    end = m.index + m[0].length;
    if (m[1] !== undefined) units.push(Number.parseInt(m[1].slice(-8), 16));
    else if (m[2] !== undefined) units.push(Number.parseInt(m[2], 8));
    else if (m[3] !== undefined) units.push(Number.parseInt(m[3], 16));
    else if (m[4] !== undefined) units.push(ESCAPES[m[4]] ?? m[4].codePointAt(0)!);
    else units.push(m[5].codePointAt(0)!);
  }
  if (end !== inside.length || units.length === 0 || (units.length > 4 && !wide)) return undefined;
  if (wide) return BigInt(units[0] & 0xffff);
  if (units.length === 1) return BigInt((units[0] << 24) >> 24);
  return BigInt(units.reduce((v, u) => (v << 8) | (u & 0xff), 0) | 0);
}
