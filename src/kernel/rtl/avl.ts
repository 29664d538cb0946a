// Balanced (AVL) trees below a header node: the header is RTL_AVL_TABLE.BalancedRoot, the tree hangs at its RightChild. Balance is -1 when the left
// side is deeper, 1 when the right one is. Only the two operations that change the tree; searching is in avl-table.ts because it calls the driver.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { RTL_BALANCED_LINKS as L, RTL_AVL_TABLE as T } from '../layouts.gen.js';
import { isLeftChild, leftmost, leftOf, parentOf, rightmost, rightOf, rotateUp, setLeft, setParent, setRight } from './binary-links.js';

const balance = (k: Kernel, n: Addr): number => k.mem.checked.i8(n + L.Balance);
const setBalance = (k: Kernel, n: Addr, b: number): void => k.mem.checked.setU8(n + L.Balance, b & 0xff);
const childAt = (k: Kernel, n: Addr, side: number): Addr => (side < 0 ? leftOf(k, n) : rightOf(k, n));
const addDepth = (k: Kernel, table: Addr, by: number): void =>
  k.mem.checked.setU32(table + T.DepthOfTree, k.mem.checked.u32(table + T.DepthOfTree) + by);

/** `n` is two levels deeper on `side`. True when the subtree became one level lower. */
function rebalance(k: Kernel, n: Addr, side: number): boolean {
  const c = childAt(k, n, side);
  const b = balance(k, c);
  if (b === side) {
    rotateUp(k, c);
    setBalance(k, n, 0);
    setBalance(k, c, 0);
    return true;
  }
  if (b === -side) {
    const inner = childAt(k, c, -side);
    rotateUp(k, inner);
    rotateUp(k, inner);
    const ib = balance(k, inner);
    setBalance(k, n, ib === side ? -side : 0);
    setBalance(k, c, ib === -side ? side : 0);
    setBalance(k, inner, 0);
    return true;
  }
  rotateUp(k, c);
  setBalance(k, n, side);
  setBalance(k, c, -side);
  return false;
}

/** Links a new node below `parent` (the header when the tree is empty) and rebalances. */
export function avlInsert(k: Kernel, table: Addr, node: Addr, parent: Addr, left: boolean): void {
  const header = table + T.BalancedRoot;
  k.mem.checked.fill(node, L.sizeof);
  setParent(k, node, parent);
  if (left) setLeft(k, parent, node);
  else setRight(k, parent, node);
  let n = node;
  for (let p = parent; p !== header; n = p, p = parentOf(k, p)) {
    const side = leftOf(k, p) === n ? -1 : 1;
    const b = balance(k, p);
    if (b === -side) {
      setBalance(k, p, 0);
      return;
    }
    if (b === side) {
      rebalance(k, p, side);
      return;
    }
    setBalance(k, p, side);
  }
  addDepth(k, table, 1);
}

/** Unlinks a node and rebalances. */
export function avlRemove(k: Kernel, table: Addr, node: Addr): void {
  const header = table + T.BalancedRoot;
  // a node with two children is replaced by its neighbour on the deeper side, which has one child at most
  let easy = node;
  if (leftOf(k, node) !== 0 && rightOf(k, node) !== 0) {
    easy = balance(k, node) >= 0 ? leftmost(k, rightOf(k, node)) : rightmost(k, leftOf(k, node));
  }
  const child = leftOf(k, easy) || rightOf(k, easy);
  let p = parentOf(k, easy);
  let side = isLeftChild(k, easy) ? -1 : 1;
  if (side < 0) setLeft(k, p, child);
  else setRight(k, p, child);
  if (child !== 0) setParent(k, child, p);
  for (; p !== header; ) {
    const b = balance(k, p);
    if (b === 0) {
      setBalance(k, p, -side);
      break;
    }
    if (b === side) setBalance(k, p, 0);
    else {
      if (!rebalance(k, p, -side)) break;
      p = parentOf(k, p);
    }
    side = isLeftChild(k, p) ? -1 : 1;
    p = parentOf(k, p);
  }
  if (p === header) addDepth(k, table, -1);
  if (easy !== node) replace(k, node, easy);
}

/** `by` takes the place of `node`, links and balance. */
function replace(k: Kernel, node: Addr, by: Addr): void {
  const p = parentOf(k, node);
  const wasLeft = leftOf(k, p) === node;
  k.mem.checked.copy(by, node, L.sizeof);
  if (wasLeft) setLeft(k, p, by);
  else setRight(k, p, by);
  if (leftOf(k, node) !== 0) setParent(k, leftOf(k, node), by);
  if (rightOf(k, node) !== 0) setParent(k, rightOf(k, node), by);
}
