// Map control blocks: which logical sectors a file's virtual sectors lie in. A list of runs that cover the file from 0 on; a run without sectors (a hole) has
// LBN -1 and counts as one. BASE_MCB, LARGE_MCB (with a lock that steps make unnecessary) and the old 32-bit MCB are one thing. The mapping behind
// the public header is private to Windows; here it is an array of pairs (first VBN after the run, LBN of its start).
import type { Addr } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { BASE_MCB as B, LARGE_MCB as L } from '../layouts.gen.js';

const PAIR = 16;
const FIRST_PAIRS = 15;
const TAG = 'FSim';
const HOLE = -1n;

interface Run {
  /** First VBN, first VBN after it, LBN of the first (-1: hole). */
  start: bigint;
  end: bigint;
  lbn: bigint;
}

function load(k: Kernel, mcb: Addr): Run[] {
  const m = k.mem.checked;
  const at = m.ptr(mcb + B.Mapping);
  const out: Run[] = [];
  let start = 0n;
  for (let i = 0, n = m.u32(mcb + B.PairCount); i < n; i++) {
    const end = m.i64(at + PAIR * i);
    out.push({ start, end, lbn: m.i64(at + PAIR * i + 8) });
    start = end;
  }
  k.machine.charge(out.length >> 2);
  return out;
}

/** Joins what belongs together, drops holes at the end, and stores; false without memory (the old runs stay). */
function store(k: Kernel, mcb: Addr, runs: readonly Run[]): boolean {
  const m = k.mem.checked;
  const joined: Run[] = [];
  for (const r of runs) {
    if (r.end <= r.start) continue;
    const last = joined[joined.length - 1];
    const continues = last && (last.lbn === HOLE ? r.lbn === HOLE : r.lbn === last.lbn + (last.end - last.start));
    if (last && continues) last.end = r.end;
    else joined.push({ ...r });
  }
  while (joined.length && joined[joined.length - 1].lbn === HOLE) joined.pop();
  let room = m.u32(mcb + B.MaximumPairCount);
  if (joined.length > room) {
    while (room < joined.length) room *= 2;
    const fresh = k.pool.allocate(m.u16(mcb + B.PoolType), PAIR * room, TAG);
    if (fresh === 0) return false;
    k.pool.free(m.ptr(mcb + B.Mapping));
    m.setPtr(mcb + B.Mapping, fresh);
    m.setU32(mcb + B.MaximumPairCount, room);
  }
  const at = m.ptr(mcb + B.Mapping);
  joined.forEach((r, i) => {
    m.setI64(at + PAIR * i, r.end);
    m.setI64(at + PAIR * i + 8, r.lbn);
  });
  m.setU32(mcb + B.PairCount, joined.length);
  return true;
}

function initialize(k: Kernel, mcb: Addr, poolType: number): number {
  const m = k.mem.checked;
  const mapping = k.pool.allocate(poolType, PAIR * FIRST_PAIRS, TAG);
  m.fill(mcb, B.sizeof);
  if (mapping === 0) return 0;
  m.setU32(mcb + B.MaximumPairCount, FIRST_PAIRS);
  m.setU16(mcb + B.PoolType, poolType);
  m.setPtr(mcb + B.Mapping, mapping);
  return 1;
}
function uninitialize(k: Kernel, mcb: Addr): void {
  const mapping = k.mem.checked.ptr(mcb + B.Mapping);
  if (mapping !== 0) k.pool.free(mapping);
  k.mem.checked.setPtr(mcb + B.Mapping, 0);
  k.mem.checked.setU32(mcb + B.PairCount, 0);
}

/** The runs with [from, to) cut out of them: what was there is left out. */
const without = (runs: readonly Run[], from: bigint, to: bigint): Run[] =>
  runs.flatMap((r) => {
    const left = { start: r.start, end: r.end < from ? r.end : from, lbn: r.lbn };
    const start = r.start > to ? r.start : to;
    const right = { start, end: r.end, lbn: r.lbn === HOLE ? HOLE : r.lbn + (start - r.start) };
    return [left, right].filter((p) => p.end > p.start);
  });
const sorted = (runs: Run[]): Run[] => runs.sort((a, b) => (a.start < b.start ? -1 : 1));

/** Fills gaps between runs with holes, so that they cover everything from 0. */
function covered(runs: readonly Run[]): Run[] {
  const out: Run[] = [];
  let at = 0n;
  for (const r of runs) {
    if (r.start > at) out.push({ start: at, end: r.start, lbn: HOLE });
    out.push(r);
    at = r.end;
  }
  return out;
}

/** False when part of the range is mapped already to other sectors, or without memory. */
function add(k: Kernel, mcb: Addr, vbn: bigint, lbn: bigint, count: bigint): number {
  if (count <= 0n || vbn < 0n) return 0;
  const runs = load(k, mcb);
  const end = vbn + count;
  for (const r of runs) {
    if (r.lbn === HOLE || r.end <= vbn || r.start >= end) continue;
    if (r.lbn - r.start !== lbn - vbn) return 0;
  }
  return store(k, mcb, covered(sorted([...without(runs, vbn, end), { start: vbn, end, lbn }]))) ? 1 : 0;
}
function remove(k: Kernel, mcb: Addr, vbn: bigint, count: bigint): number {
  return store(k, mcb, covered(without(load(k, mcb), vbn, vbn + count))) ? 1 : 0;
}
/** Makes room: what lies at `vbn` and behind moves by `amount`. */
function split(k: Kernel, mcb: Addr, vbn: bigint, amount: bigint): number {
  const runs = load(k, mcb);
  if (amount <= 0n || runs.length === 0 || vbn >= runs[runs.length - 1].end) return 1;
  const front = without(runs, vbn, runs[runs.length - 1].end);
  const back = without(runs, 0n, vbn).map((r) => ({ ...r, start: r.start + amount, end: r.end + amount }));
  return store(k, mcb, covered([...front, ...back])) ? 1 : 0;
}

/** How numbers come in and go out: 64 bits, or 32 for the old MCB. */
interface Width {
  arg(f: Frame, i: number): bigint;
  set(k: Kernel, at: Addr, v: bigint): void;
}
const WIDE: Width = {
  arg: (f, i) => f.i64(i),
  set: (k, at, v) => {
    if (at !== 0) k.mem.checked.setI64(at, v);
  },
};
const NARROW: Width = {
  arg: (f, i) => BigInt(f.u32(i)),
  set: (k, at, v) => {
    if (at !== 0) k.mem.checked.setU32(at, Number(BigInt.asUintN(32, v)));
  },
};

function family(kind: 'Base' | 'Large' | ''): KernelRoutine[] {
  const w = kind === '' ? NARROW : WIDE;
  const mcbOf = (f: Frame): Addr => f.ptr(0) + (kind === 'Base' ? 0 : L.BaseMcb);
  const one = (prefix: string, suffix: string, step: (k: Kernel, f: Frame, mcb: Addr) => number): KernelRoutine => ({
    name: `FsRtl${prefix}${kind}Mcb${suffix}`,
    step: (k, f) => k.return(step(k, f, mcbOf(f))),
  });
  /** (Mcb, Vbn, Lbn): the last mapped sector. */
  const last = (k: Kernel, f: Frame, mcb: Addr, index: Addr): number => {
    const runs = load(k, mcb);
    if (runs.length === 0) return 0;
    const r = runs[runs.length - 1];
    w.set(k, f.ptr(1), r.end - 1n);
    w.set(k, f.ptr(2), r.lbn + (r.end - r.start) - 1n);
    if (index !== 0) k.mem.checked.setU32(index, runs.length - 1);
    return 1;
  };
  const routines = [
    one('Initialize', '', (k, f, mcb) => initialize(k, mcb, f.u32(1))),
    one('Uninitialize', '', (k, _f, mcb) => {
      uninitialize(k, mcb);
      return 0;
    }),
    one('Add', 'Entry', (k, f, mcb) => add(k, mcb, w.arg(f, 1), w.arg(f, 2), w.arg(f, 3))),
    one('Remove', 'Entry', (k, f, mcb) => remove(k, mcb, w.arg(f, 1), w.arg(f, 2))),
    one('NumberOfRunsIn', '', (k, _f, mcb) => load(k, mcb).length),
    one('LookupLast', 'Entry', (k, f, mcb) => last(k, f, mcb, 0)),
    one('Truncate', '', (k, f, mcb) => {
      const runs = load(k, mcb);
      if (runs.length) store(k, mcb, without(runs, w.arg(f, 1), runs[runs.length - 1].end));
      return 0;
    }),
    one('GetNext', 'Entry', (k, f, mcb) => {
      const r = load(k, mcb)[f.u32(1)];
      if (!r) return 0;
      w.set(k, f.ptr(2), r.start);
      w.set(k, f.ptr(3), r.lbn);
      w.set(k, f.ptr(4), r.end - r.start);
      return 1;
    }),
    one('Lookup', 'Entry', (k, f, mcb) => {
      const vbn = w.arg(f, 1);
      const runs = load(k, mcb);
      const i = runs.findIndex((r) => vbn >= r.start && vbn < r.end);
      if (i < 0) return 0;
      const r = runs[i];
      w.set(k, f.ptr(2), r.lbn === HOLE ? HOLE : r.lbn + (vbn - r.start));
      w.set(k, f.ptr(3), r.end - vbn);
      if (kind !== '') {
        w.set(k, f.ptr(4), r.lbn);
        w.set(k, f.ptr(5), r.end - r.start);
      }
      const index = f.ptr(kind === '' ? 4 : 6);
      if (index !== 0) k.mem.checked.setU32(index, i);
      return 1;
    }),
  ];
  if (kind === '') return routines;
  return [
    ...routines,
    one('LookupLast', 'EntryAndIndex', (k, f, mcb) => last(k, f, mcb, f.ptr(3))),
    one('Split', '', (k, f, mcb) => split(k, mcb, f.i64(1), f.i64(2))),
    one('Reset', '', (k, _f, mcb) => {
      k.mem.checked.setU32(mcb + B.PairCount, 0);
      return 0;
    }),
  ];
}

export const routines: KernelRoutine[] = [...family('Base'), ...family('Large'), ...family('')];
