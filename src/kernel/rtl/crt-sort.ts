// qsort and bsearch. The compare function is the driver's, so each comparison is a call and the place between two calls lies in the frame: an
// in-place heap sort needs no more than four numbers for that, and never more than 2 n log n comparisons whatever the compare function answers.
import type { Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';

const START = 0;
const END = 1;
const ROOT = 2;
const CHILD = 3;
/** f.pc: what the comparison that has just returned was about. */
const COMPARED_CHILDREN = 1;
const COMPARED_ROOT = 2;

const element = (f: Frame, i: number): number => f.ptr(0) + i * f.ptr(2);

function swap(k: Kernel, f: Frame, i: number, j: number): void {
  if (i === j) return;
  const size = f.ptr(2);
  const a = k.mem.checked.bytes(element(f, i), size);
  k.mem.checked.setBytes(element(f, i), k.mem.checked.bytes(element(f, j), size));
  k.mem.checked.setBytes(element(f, j), a);
}

/** Takes the next element to sift down; false when everything is sorted. */
function next(k: Kernel, f: Frame): boolean {
  const start = f.get(START);
  if (start > 0) {
    f.set(START, start - 1);
    f.set(ROOT, start - 1);
    return true;
  }
  const end = f.get(END) - 1;
  if (end <= 0) return false;
  f.set(END, end);
  swap(k, f, 0, end);
  f.set(ROOT, 0);
  return true;
}

function qsort(k: Kernel, f: Frame): Status {
  const compare = (pc: number, i: number, j: number): Status => k.call(f, pc, f.ptr(3), [element(f, i), element(f, j)]);
  if (f.pc === 0) {
    f.set(START, Math.floor(f.ptr(1) / 2));
    f.set(END, f.ptr(1));
    if (f.ptr(1) < 2 || f.ptr(2) <= 0 || !next(k, f)) return k.returnVoid();
  } else {
    const less = (f.result32 | 0) < 0;
    if (f.pc === COMPARED_CHILDREN) {
      if (less) f.set(CHILD, f.get(CHILD) + 1);
      return compare(COMPARED_ROOT, f.get(ROOT), f.get(CHILD));
    }
    if (less) {
      swap(k, f, f.get(ROOT), f.get(CHILD));
      f.set(ROOT, f.get(CHILD));
    } else if (!next(k, f)) return k.returnVoid();
  }
  for (;;) {
    const child = 2 * f.get(ROOT) + 1;
    f.set(CHILD, child);
    if (child + 1 < f.get(END)) return compare(COMPARED_CHILDREN, child, child + 1);
    if (child < f.get(END)) return compare(COMPARED_ROOT, f.get(ROOT), child);
    if (!next(k, f)) return k.returnVoid();
  }
}

const LOW = 0;
const HIGH = 1;

/** (Key, Base, Count, Size, Compare). */
function bsearch(k: Kernel, f: Frame): Status {
  const middle = (): number => Math.floor((f.get(LOW) + f.get(HIGH)) / 2);
  const at = (): number => f.ptr(1) + middle() * f.ptr(3);
  if (f.pc === 0) {
    f.set(LOW, 0);
    f.set(HIGH, f.ptr(2));
  } else {
    const order = f.result32 | 0;
    if (order === 0) return k.return(at());
    if (order < 0) f.set(HIGH, middle());
    else f.set(LOW, middle() + 1);
  }
  return f.get(LOW) < f.get(HIGH) ? k.call(f, 1, f.ptr(4), [f.ptr(0), at()]) : k.return(0);
}

export const routines: KernelRoutine[] = [
  { name: 'qsort', locals: 4, step: qsort },
  { name: 'bsearch', locals: 2, step: bsearch },
];
