// Building of operator nodes: checks operands, makes conversions explicit, folds constants. No token is read here.
import { cover, type Range } from '../base/source.js';
import { constantAddress, foldBinary, foldFloat, foldUnary, isNullConstant } from './constant.js';
import { sizeOf } from './layout.js';
import { assignConvert, castNode, convert, decay, errorExpr, intExpr, markAddressTaken, promoted } from './parser-conversions.js';
import type { Parser } from './parser-state.js';
import type { Token } from './token.js';
import type { AssignExpr, BinaryExpr, Expr, UnaryExpr } from './tree.js';
import { typeToString } from './type-names.js';
import {
  comparePointers,
  INT,
  INT64,
  isArithmetic,
  isComplete,
  isConst,
  isInteger,
  isScalar,
  isVoidPointer,
  pointerTo,
  promote,
  qualified,
  unqualified,
  usualArithmetic,
} from './type-ops.js';
import type { CType } from './types.js';

type BinaryOp = BinaryExpr['op'];

function badOperands(p: Parser, op: string, l: Expr, r: Expr, range: Range): Expr {
  if (l.type.kind !== 'error' && r.type.kind !== 'error') {
    p.error('c-operands', range, `'${op}' cannot take operands of type '${typeToString(l.type)}' and '${typeToString(r.type)}'`);
  }
  return errorExpr(range);
}

function binaryNode(op: BinaryOp, left: Expr, right: Expr, type: CType, range: Range, macro: string | undefined): Expr {
  if (left.kind === 'int' && right.kind === 'int') {
    const v = foldBinary(op, left.value, right.value, left.type);
    if (v !== undefined) return intExpr(v, type, range, macro);
  } else if (left.kind === 'float' && right.kind === 'float' && type.kind === 'float') {
    const v = foldFloat(op, left.value, right.value, type.size);
    if (v !== undefined) return { kind: 'float', value: v, type, range, lvalue: false, macro };
  }
  return { kind: 'binary', op, left, right, type, range, lvalue: false, macro };
}

function arithmetic(op: BinaryOp, l: Expr, r: Expr, range: Range, macro?: string): Expr {
  const type = usualArithmetic(l.type, r.type);
  return binaryNode(op, convert(l, type), convert(r, type), type, range, macro);
}

/** `left op right` for every binary operator but assignment. */
export function buildBinary(p: Parser, op: BinaryOp, left: Expr, right: Expr, at: Token): Expr {
  const range = cover(left.range, right.range);
  const macro = at.macro;
  if (op === ',') {
    const r = decay(p, right);
    return { kind: 'binary', op, left: decay(p, left), right: r, type: unqualified(r.type), range, lvalue: false, macro };
  }
  const l = decay(p, left);
  const r = decay(p, right);
  if (l.type.kind === 'error' || r.type.kind === 'error') return errorExpr(range);
  switch (op) {
    case '*':
    case '/':
      if (!isArithmetic(l.type) || !isArithmetic(r.type)) return badOperands(p, op, l, r, range);
      checkDivisor(p, op, r);
      return arithmetic(op, l, r, range, macro);
    case '%':
    case '&':
    case '|':
    case '^':
      if (!isInteger(l.type) || !isInteger(r.type)) return badOperands(p, op, l, r, range);
      checkDivisor(p, op, r);
      return arithmetic(op, l, r, range, macro);
    case '<<':
    case '>>': {
      if (!isInteger(l.type) || !isInteger(r.type)) return badOperands(p, op, l, r, range);
      const type = promote(l.type);
      if (r.kind === 'int' && (r.value < 0n || r.value >= BigInt(sizeOf(type) * 8)) && p.unevaluated === 0)
        p.warn('c-shift', range, `the shift count ${r.value} is outside of 0 to ${sizeOf(type) * 8 - 1}`);
      return binaryNode(op, convert(l, type), promoted(r), type, range, macro);
    }
    case '+':
      if (l.type.kind === 'pointer' && isInteger(r.type)) return pointerArithmetic(p, op, l, promoted(r), l.type, range, macro);
      if (r.type.kind === 'pointer' && isInteger(l.type)) return pointerArithmetic(p, op, promoted(l), r, r.type, range, macro);
      if (!isArithmetic(l.type) || !isArithmetic(r.type)) return badOperands(p, op, l, r, range);
      return arithmetic(op, l, r, range, macro);
    case '-':
      if (l.type.kind === 'pointer' && isInteger(r.type)) return pointerArithmetic(p, op, l, promoted(r), l.type, range, macro);
      if (l.type.kind === 'pointer' && r.type.kind === 'pointer') {
        if (comparePointers(r.type, l.type) === 'types' || comparePointers(r.type, l.type) === 'levels')
          return badOperands(p, op, l, r, range);
        return pointerArithmetic(p, op, l, r, INT64, range, macro);
      }
      if (!isArithmetic(l.type) || !isArithmetic(r.type)) return badOperands(p, op, l, r, range);
      return arithmetic(op, l, r, range, macro);
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '==':
    case '!=':
      return comparison(p, op, l, r, range, macro);
    case '&&':
    case '||':
      if (!isScalar(l.type) || !isScalar(r.type)) return badOperands(p, op, l, r, range);
      return binaryNode(op, l, r, INT, range, macro);
  }
}

function checkDivisor(p: Parser, op: string, r: Expr): void {
  if ((op === '/' || op === '%') && r.kind === 'int' && r.value === 0n && p.unevaluated === 0)
    p.warn('c-division', r.range, 'division by zero');
}

function pointerArithmetic(p: Parser, op: '+' | '-', l: Expr, r: Expr, type: CType, range: Range, macro?: string): Expr {
  const pointer = l.type.kind === 'pointer' ? l.type : r.type;
  if (pointer.kind === 'pointer' && !isComplete(pointer.target)) {
    p.error(
      'c-incomplete',
      range,
      `pointer arithmetic needs the size of '${typeToString(pointer.target)}', which is ${pointer.target.kind === 'void' ? 'void' : 'not defined'}`,
    );
    return errorExpr(range);
  }
  return { kind: 'binary', op, left: l, right: r, type: unqualified(type), range, lvalue: false, macro };
}

function comparison(p: Parser, op: BinaryOp, l: Expr, r: Expr, range: Range, macro?: string): Expr {
  if (isArithmetic(l.type) && isArithmetic(r.type)) {
    const type = usualArithmetic(l.type, r.type);
    return binaryNode(op, convert(l, type), convert(r, type), INT, range, macro);
  }
  if (l.type.kind === 'pointer' && r.type.kind === 'pointer') {
    const mismatch = comparePointers(l.type, r.type);
    if (mismatch !== 'none' && mismatch !== 'qualifiers' && !isNullConstant(l) && !isNullConstant(r)) {
      p.warn(
        'c-pointer-types',
        range,
        `'${op}' compares pointers of different types: '${typeToString(l.type)}' and '${typeToString(r.type)}'`,
      );
    }
    return binaryNode(op, l, r, INT, range, macro);
  }
  if (l.type.kind === 'pointer' && isInteger(r.type)) return binaryNode(op, l, comparedInteger(p, op, r, l.type), INT, range, macro);
  if (r.type.kind === 'pointer' && isInteger(l.type)) return binaryNode(op, comparedInteger(p, op, l, r.type), r, INT, range, macro);
  return badOperands(p, op, l, r, range);
}

function comparedInteger(p: Parser, op: string, e: Expr, type: CType): Expr {
  if (!isNullConstant(e)) p.warn('c-levels', e.range, `'${op}' compares the pointer '${typeToString(type)}' with an integer`);
  return convert(e, type);
}

/** `& * - + ~ !`. `at` is the operator's token. */
export function buildUnary(p: Parser, op: UnaryExpr['op'], operand: Expr, at: Token): Expr {
  const range = cover(at.range, operand.range);
  const macro = at.macro;
  if (operand.type.kind === 'error') return errorExpr(range);
  if (op === '&') return addressOf(p, operand, range, macro);
  const e = decay(p, operand);
  const t = e.type;
  if (op === '*') {
    if (t.kind !== 'pointer') {
      p.error('c-operands', range, `'*' needs a pointer; '${typeToString(t)}' is none`);
      return errorExpr(range);
    }
    if (t.target.kind === 'void') {
      p.error('c-operands', range, "a 'void *' cannot be dereferenced: cast it to a pointer to a type");
      return errorExpr(range);
    }
    return { kind: 'unary', op, operand: e, type: t.target, range, lvalue: t.target.kind !== 'function', macro };
  }
  const fits = op === '!' ? isScalar(t) : op === '~' ? isInteger(t) : isArithmetic(t);
  if (!fits) {
    p.error('c-operands', range, `'${op}' cannot take an operand of type '${typeToString(t)}'`);
    return errorExpr(range);
  }
  if (op === '!')
    return e.kind === 'int'
      ? intExpr(e.value === 0n ? 1n : 0n, INT, range, macro)
      : { kind: 'unary', op, operand: e, type: INT, range, lvalue: false, macro };
  const v = promoted(e);
  if (v.kind === 'int') {
    const folded = foldUnary(op, v.value, v.type);
    if (folded !== undefined) return intExpr(folded, v.type, range, macro);
  }
  if (v.kind === 'float') return { kind: 'float', value: op === '-' ? -v.value : v.value, type: v.type, range, lvalue: false, macro };
  return { kind: 'unary', op, operand: v, type: unqualified(v.type), range, lvalue: false, macro };
}

function addressOf(p: Parser, operand: Expr, range: Range, macro?: string): Expr {
  if (!operand.lvalue && operand.type.kind !== 'function') {
    p.error('c-lvalue', range, "'&' needs an object or a function: this is only a value");
    return errorExpr(range);
  }
  if (operand.kind === 'member' && operand.field.bitWidth !== undefined) {
    p.error('c-bit-field', range, `the bit-field '${operand.field.name}' has no address`);
    return errorExpr(range);
  }
  const type = pointerTo(operand.type);
  const constant = constantAddress(operand);
  if (constant !== undefined) return intExpr(BigInt.asUintN(64, constant), type, range, macro);
  if (operand.kind === 'unary' && operand.op === '*') return operand.operand;
  markAddressTaken(p, operand);
  if (operand.type.kind === 'function') return castNode(operand, type, 'function-decay', true, range);
  return { kind: 'unary', op: '&', operand, type, range, lvalue: false, macro };
}

/** Reports why an expression cannot be stored into; false then. */
function checkModifiable(p: Parser, e: Expr, what: string): boolean {
  if (e.type.kind === 'error') return false;
  if (!e.lvalue || e.type.kind === 'array') {
    p.error(
      'c-lvalue',
      e.range,
      e.type.kind === 'array'
        ? `${what}: an array as a whole cannot be changed`
        : `${what} needs an object on its left: this is only a value`,
    );
    return false;
  }
  if (isConst(e.type)) {
    p.error('c-const', e.range, `${what}: the object is const ('${typeToString(e.type)}')`);
    return false;
  }
  if (!isComplete(e.type)) {
    p.error('c-incomplete', e.range, `${what}: the type '${typeToString(e.type)}' is not complete`);
    return false;
  }
  return true;
}

/** `++` and `--`, before or behind the operand. */
export function buildIncDec(p: Parser, op: '++' | '--', prefix: boolean, operand: Expr, at: Token): Expr {
  const range = cover(operand.range, at.range);
  if (!checkModifiable(p, operand, `'${op}'`)) return errorExpr(range);
  if (!isScalar(operand.type)) {
    p.error('c-operands', range, `'${op}' cannot take an operand of type '${typeToString(operand.type)}'`);
    return errorExpr(range);
  }
  if (operand.type.kind === 'pointer' && !isComplete(operand.type.target)) {
    p.error('c-incomplete', range, `'${op}' needs the size of '${typeToString(operand.type.target)}'`);
    return errorExpr(range);
  }
  return { kind: 'incdec', op, prefix, operand, type: unqualified(operand.type), range, lvalue: false, macro: at.macro };
}

/** Simple and compound assignment. */
export function buildAssign(p: Parser, op: AssignExpr['op'], target: Expr, right: Expr, at: Token): Expr {
  const range = cover(target.range, right.range);
  if (!checkModifiable(p, target, `'${op}'`)) return errorExpr(range);
  const type = unqualified(target.type);
  const node = (value: Expr, computeType: CType): Expr => ({
    kind: 'assign',
    op,
    target,
    right: value,
    computeType,
    type,
    range,
    lvalue: false,
    macro: at.macro,
  });
  if (op === '=') return node(assignConvert(p, right, type, { what: 'assignment' }), type);
  const r = decay(p, right);
  if (r.type.kind === 'error') return errorExpr(range);
  const base = op.slice(0, -1);
  if (type.kind === 'pointer') {
    if ((op === '+=' || op === '-=') && isInteger(r.type)) {
      if (isComplete(type.target)) return node(promoted(r), type);
      p.error('c-incomplete', range, `'${op}' needs the size of '${typeToString(type.target)}'`);
      return errorExpr(range);
    }
    return badOperands(p, op, target, r, range);
  }
  const integersOnly = base !== '+' && base !== '-' && base !== '*' && base !== '/';
  if (integersOnly ? !isInteger(type) || !isInteger(r.type) : !isArithmetic(type) || !isArithmetic(r.type))
    return badOperands(p, op, target, r, range);
  checkDivisor(p, base, r);
  if (base === '<<' || base === '>>') return node(promoted(r), promote(type));
  const computeType = usualArithmetic(type, r.type);
  return node(convert(r, computeType), computeType);
}

/** `test ? then : else`. */
export function buildConditional(p: Parser, test: Expr, thenExpr: Expr, elseExpr: Expr, at: Token): Expr {
  const range = cover(test.range, elseExpr.range);
  const c = condition(p, test, "'?'");
  const a = decay(p, thenExpr);
  const b = decay(p, elseExpr);
  if (c.type.kind === 'error' || a.type.kind === 'error' || b.type.kind === 'error') return errorExpr(range);
  const node = (x: Expr, y: Expr, type: CType): Expr => {
    if (c.kind === 'int' && x.kind === 'int' && y.kind === 'int') return intExpr(c.value !== 0n ? x.value : y.value, type, range, at.macro);
    return { kind: 'cond', test: c, then: x, else: y, type: unqualified(type), range, lvalue: false, macro: at.macro };
  };
  if (isArithmetic(a.type) && isArithmetic(b.type)) {
    const type = usualArithmetic(a.type, b.type);
    return node(convert(a, type), convert(b, type), type);
  }
  if (a.type.kind === 'pointer' && isNullConstant(b)) return node(a, convert(b, a.type), a.type);
  if (b.type.kind === 'pointer' && isNullConstant(a)) return node(convert(a, b.type), b, b.type);
  if (a.type.kind === 'pointer' && b.type.kind === 'pointer') {
    const mismatch = comparePointers(b.type, a.type);
    if (mismatch !== 'none' && mismatch !== 'qualifiers')
      p.warn('c-pointer-types', range, `':' joins pointers of different types: '${typeToString(a.type)}' and '${typeToString(b.type)}'`);
    const wide = isVoidPointer(b.type) ? b.type : a.type;
    const other = wide === a.type ? b.type : a.type;
    const type =
      wide.kind === 'pointer' && other.kind === 'pointer' && other.target.quals
        ? pointerTo(qualified(wide.target, other.target.quals))
        : wide;
    return node(convert(a, type), convert(b, type), type);
  }
  if (a.type.kind === 'pointer' && isInteger(b.type)) return node(a, comparedInteger(p, ':', b, a.type), a.type);
  if (b.type.kind === 'pointer' && isInteger(a.type)) return node(comparedInteger(p, ':', a, b.type), b, b.type);
  if (a.type.kind === 'record' && b.type.kind === 'record' && a.type.decl === b.type.decl) return node(a, b, a.type);
  if (a.type.kind === 'void' || b.type.kind === 'void') return node(a, b, a.type.kind === 'void' ? a.type : b.type);
  return badOperands(p, ':', a, b, range);
}

/** A controlling expression: any scalar. */
export function condition(p: Parser, e: Expr, what: string): Expr {
  const v = decay(p, e);
  if (v.type.kind === 'error' || isScalar(v.type)) return v;
  p.error('c-operands', v.range, `${what} needs a number or a pointer as its condition, not '${typeToString(v.type)}'`);
  return errorExpr(v.range);
}
