// Links of a binary tree node, common to splay and balanced trees: Parent, LeftChild, RightChild. The nodes lie in the driver's memory, so every link
// is followed through checked accessors and every walk is bounded: a damaged tree faults or ends, it never hangs the machine.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { RTL_SPLAY_LINKS as L } from '../layouts.gen.js';
import { LIST_LIMIT } from './list.js';

export const parentOf = (k: Kernel, n: Addr): Addr => k.mem.checked.ptr(n + L.Parent);
export const leftOf = (k: Kernel, n: Addr): Addr => k.mem.checked.ptr(n + L.LeftChild);
export const rightOf = (k: Kernel, n: Addr): Addr => k.mem.checked.ptr(n + L.RightChild);
export const setParent = (k: Kernel, n: Addr, to: Addr): void => k.mem.checked.setPtr(n + L.Parent, to);
export const setLeft = (k: Kernel, n: Addr, to: Addr): void => k.mem.checked.setPtr(n + L.LeftChild, to);
export const setRight = (k: Kernel, n: Addr, to: Addr): void => k.mem.checked.setPtr(n + L.RightChild, to);
export const isLeftChild = (k: Kernel, n: Addr): boolean => leftOf(k, parentOf(k, n)) === n;
export const isRightChild = (k: Kernel, n: Addr): boolean => rightOf(k, parentOf(k, n)) === n;

/** Goes on with `next` until it answers 0; the last node. */
export function follow(k: Kernel, from: Addr, next: (k: Kernel, n: Addr) => Addr): Addr {
  let n = from;
  for (let i = 0; i < LIST_LIMIT; i++) {
    const to = next(k, n);
    if (to === 0) return n;
    n = to;
  }
  return n;
}
export const leftmost = (k: Kernel, n: Addr): Addr => follow(k, n, leftOf);
export const rightmost = (k: Kernel, n: Addr): Addr => follow(k, n, rightOf);

/** Next node in order, 0 at the end. The root's parent is itself (splay) or the table's header, whose parent is itself (balanced). */
export function successor(k: Kernel, n: Addr): Addr {
  const right = rightOf(k, n);
  if (right !== 0) return leftmost(k, right);
  const at = follow(k, n, (_, c) => (parentOf(k, c) !== c && isRightChild(k, c) ? parentOf(k, c) : 0));
  return parentOf(k, at) !== at && isLeftChild(k, at) ? parentOf(k, at) : 0;
}
/** Previous node in order, 0 at the start. In a balanced table the first node's predecessor is the header, which enumeration relies on. */
export function predecessor(k: Kernel, n: Addr): Addr {
  const left = leftOf(k, n);
  if (left !== 0) return rightmost(k, left);
  const at = follow(k, n, (_, c) => (parentOf(k, c) !== c && isLeftChild(k, c) ? parentOf(k, c) : 0));
  return parentOf(k, at) !== at && isRightChild(k, at) ? parentOf(k, at) : 0;
}

/** Puts `n` where its parent is and the parent below it (one rotation); order is kept. Links of the grandparent are left to the caller. */
function rotateAboveParent(k: Kernel, n: Addr): void {
  const p = parentOf(k, n);
  if (leftOf(k, p) === n) {
    const inner = rightOf(k, n);
    setLeft(k, p, inner);
    if (inner !== 0) setParent(k, inner, p);
    setRight(k, n, p);
  } else {
    const inner = leftOf(k, n);
    setRight(k, p, inner);
    if (inner !== 0) setParent(k, inner, p);
    setLeft(k, n, p);
  }
  setParent(k, p, n);
}

/** One rotation of `n` above its parent with the grandparent's link. A root is its own parent. */
export function rotateUp(k: Kernel, n: Addr): void {
  const p = parentOf(k, n);
  const g = parentOf(k, p);
  const wasLeft = g !== p && isLeftChild(k, p);
  rotateAboveParent(k, n);
  if (g === p) setParent(k, n, n);
  else {
    setParent(k, n, g);
    if (wasLeft) setLeft(k, g, n);
    else setRight(k, g, n);
  }
}
