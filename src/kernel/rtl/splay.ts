// Splay links (RtlSplay, RtlDelete and the walks): a tree without balance that moves what was touched to the root. A root is its own parent.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import {
  isLeftChild,
  leftmost,
  leftOf,
  parentOf,
  predecessor,
  rightmost,
  rightOf,
  rotateUp,
  setLeft,
  setParent,
  setRight,
  successor,
} from './binary-links.js';
import { LIST_LIMIT } from './list.js';

const isRoot = (k: Kernel, n: Addr): boolean => parentOf(k, n) === n;

/** Moves the node to the root of its tree; returns it. */
export function splay(k: Kernel, n: Addr): Addr {
  for (let i = 0; i < LIST_LIMIT && !isRoot(k, n); i++) {
    const p = parentOf(k, n);
    if (!isRoot(k, p)) rotateUp(k, isLeftChild(k, n) === isLeftChild(k, p) ? p : n);
    rotateUp(k, n);
  }
  return n;
}

/** Takes a node with at most one child out: the child takes its place. Returns the parent it had, or the new root, or 0 for an empty tree. */
function unlinkEasy(k: Kernel, n: Addr): Addr {
  const child = leftOf(k, n) || rightOf(k, n);
  if (isRoot(k, n)) {
    if (child !== 0) setParent(k, child, child);
    return child;
  }
  const p = parentOf(k, n);
  if (isLeftChild(k, n)) setLeft(k, p, child);
  else setRight(k, p, child);
  if (child !== 0) setParent(k, child, p);
  return p;
}

/** A node with two children changes places with its predecessor in the subtree, which has no right child. */
function makeEasy(k: Kernel, n: Addr): void {
  if (leftOf(k, n) === 0 || rightOf(k, n) === 0) return;
  const by = rightmost(k, leftOf(k, n));
  const rest = leftOf(k, by);
  const p = parentOf(k, n);
  const root = p === n;
  const wasLeft = !root && isLeftChild(k, n);
  const right = rightOf(k, n);
  const left = leftOf(k, n);
  const byParent = parentOf(k, by);
  setRight(k, by, right);
  setParent(k, right, by);
  if (byParent === n) {
    setLeft(k, by, n);
    setParent(k, n, by);
  } else {
    setLeft(k, by, left);
    setParent(k, left, by);
    setRight(k, byParent, n);
    setParent(k, n, byParent);
  }
  setLeft(k, n, rest);
  setRight(k, n, 0);
  if (rest !== 0) setParent(k, rest, n);
  setParent(k, by, root ? by : p);
  if (!root) {
    if (wasLeft) setLeft(k, p, by);
    else setRight(k, p, by);
  }
}

/** RtlDelete: unlinks the node and splays what was its parent; the new root, 0 for an empty tree. */
export function splayDelete(k: Kernel, n: Addr): Addr {
  makeEasy(k, n);
  const at = unlinkEasy(k, n);
  return at === 0 ? 0 : splay(k, at);
}

export const routines: KernelRoutine[] = [
  {
    name: 'RtlInitializeSplayLinks',
    step(k, f) {
      setParent(k, f.ptr(0), f.ptr(0));
      setLeft(k, f.ptr(0), 0);
      setRight(k, f.ptr(0), 0);
      return k.returnVoid();
    },
  },
  {
    name: 'RtlInsertAsLeftChild',
    step(k, f) {
      setLeft(k, f.ptr(0), f.ptr(1));
      setParent(k, f.ptr(1), f.ptr(0));
      return k.returnVoid();
    },
  },
  {
    name: 'RtlInsertAsRightChild',
    step(k, f) {
      setRight(k, f.ptr(0), f.ptr(1));
      setParent(k, f.ptr(1), f.ptr(0));
      return k.returnVoid();
    },
  },
  { name: 'RtlSplay', step: (k, f) => k.return(splay(k, f.ptr(0))) },
  { name: 'RtlDelete', step: (k, f) => k.return(splayDelete(k, f.ptr(0))) },
  {
    // (Links, Root): the root only changes when it is the node that goes
    name: 'RtlDeleteNoSplay',
    step(k, f) {
      const n = f.ptr(0);
      const before = k.mem.checked.ptr(f.ptr(1));
      const replaced = before === n && leftOf(k, n) !== 0 && rightOf(k, n) !== 0 ? rightmost(k, leftOf(k, n)) : 0;
      makeEasy(k, n);
      const at = unlinkEasy(k, n);
      if (before === n) k.mem.checked.setPtr(f.ptr(1), replaced || at);
      return k.returnVoid();
    },
  },
  { name: 'RtlRealSuccessor', step: (k, f) => k.return(successor(k, f.ptr(0))) },
  { name: 'RtlRealPredecessor', step: (k, f) => k.return(predecessor(k, f.ptr(0))) },
  {
    name: 'RtlSubtreeSuccessor',
    step(k, f) {
      const right = rightOf(k, f.ptr(0));
      return k.return(right === 0 ? 0 : leftmost(k, right));
    },
  },
  {
    name: 'RtlSubtreePredecessor',
    step(k, f) {
      const left = leftOf(k, f.ptr(0));
      return k.return(left === 0 ? 0 : rightmost(k, left));
    },
  },
];
