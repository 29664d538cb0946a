// What a test says when it comes out one way: a pointer is NULL or not, a status is a success or not.
import type { Expr } from '../c/tree.js';
import { strip } from '../c/walk.js';

const isZero = (e: Expr): boolean => {
  const x = strip(e);
  return x.kind === 'int' && x.value === 0n;
};

/** `p`, `p != NULL`, `p == NULL`: the pointer, and whether it is not NULL when the test holds. */
export function nullTest(e: Expr): { readonly pointer: Expr; readonly nonNullWhen: boolean } | undefined {
  const x = strip(e);
  if (x.kind === 'binary' && (x.op === '==' || x.op === '!=')) {
    const nonNullWhen = x.op === '!=';
    if (isZero(x.right)) {
      const inner = nullTest(x.left);
      return inner ? { pointer: inner.pointer, nonNullWhen: inner.nonNullWhen === nonNullWhen } : undefined;
    }
    if (isZero(x.left)) {
      const inner = nullTest(x.right);
      return inner ? { pointer: inner.pointer, nonNullWhen: inner.nonNullWhen === nonNullWhen } : undefined;
    }
    return undefined;
  }
  if (x.kind === 'unary' && x.op === '!') {
    const inner = nullTest(x.operand);
    return inner ? { pointer: inner.pointer, nonNullWhen: !inner.nonNullWhen } : undefined;
  }
  if (x.kind === 'assign' && x.op === '=' && x.type.kind === 'pointer') return { pointer: x.target, nonNullWhen: true };
  return x.type.kind === 'pointer' ? { pointer: x, nonNullWhen: true } : undefined;
}

/** `NT_SUCCESS(s)`, `s >= 0`, `s == STATUS_SUCCESS` and their opposites: the status, and whether it is a success when the test holds. */
export function successTest(e: Expr): { readonly status: Expr; readonly successWhen: boolean } | undefined {
  const x = strip(e);
  if (x.kind === 'unary' && x.op === '!') {
    const inner = successTest(x.operand);
    return inner && { status: inner.status, successWhen: !inner.successWhen };
  }
  if (x.kind !== 'binary' || x.type.kind !== 'int') return undefined;
  if (isZero(x.right) && x.left.type.kind === 'int') {
    if (x.op === '>=' || x.op === '==') return { status: strip(x.left), successWhen: true };
    if (x.op === '<' || x.op === '!=') return { status: strip(x.left), successWhen: false };
  }
  if (isZero(x.left) && x.right.type.kind === 'int' && (x.op === '==' || x.op === '!='))
    return { status: strip(x.right), successWhen: x.op === '==' };
  return undefined;
}
