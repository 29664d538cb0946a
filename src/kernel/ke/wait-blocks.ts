// What a wait writes: into the thread's KTHREAD, into its wait blocks, onto the lists of the objects, into the trace. Threads and blocks by place (fields.ts).
import { type Addr, KERNEL_HIGH } from '../../machine/abi.js';
import { KIND_ID, WORD } from '../../trace/kinds.js';
import { addressWord, decode, NONE } from '../../trace/word.js';
import type { Kernel } from '../kernel.js';
import { DISPATCHER_HEADER, KTHREAD, KTIMER, KWAIT_BLOCK } from '../layouts.gen.js';
import { insertTail, insertTailAt } from '../rtl/list.js';
import { ObjectType, STATUS, ThreadState, WAIT_REASON_NAMES, WaitAny } from './constants.js';
import { initHeader, serverStops, WAIT_LIST } from './dispatcher.js';
import { addressAt, pointee, setNumber, setPointer, T, touchThread } from './fields.js';
import { interruptTime100, systemTimeOffset } from './time.js';
import { insertTimer } from './timer-queue.js';

const FOREVER = 2 ** 52;

/** Words of a KWAIT_BLOCK. */
const B = { type: KWAIT_BLOCK.WaitType >> 2, thread: KWAIT_BLOCK.Thread >> 2, object: KWAIT_BLOCK.Object >> 2 } as const;
const KE_WAIT = KIND_ID['ke.wait'];
/** Numbers of the reasons' names in the trace. */
const REASON: readonly (number | undefined)[] = WAIT_REASON_NAMES.map((name) => WORD[name]);

/** Interrupt time (100 ns) at which a timeout is due. */
export function dueFromTimeout(k: Kernel, timeout: bigint): number {
  const due = timeout < 0n ? interruptTime100(k) + Number(-timeout) : Number(timeout - systemTimeOffset(k));
  // exact in a double and in the KTHREAD field; nobody lives to see it
  return Math.min(due, FOREVER);
}

/** What the thread waits for, in its KTHREAD; who calls it queues the blocks and so marks the thread written. */
export function record(
  k: Kernel,
  t: number,
  blocks: number,
  count: number,
  type: number,
  reason: number,
  mode: number,
  alertable: boolean,
  timeout: bigint | undefined,
): void {
  const { words: w, buffer: bytes } = k.mem;
  setPointer(w, t + T.waitBlockList, blocks);
  const o = t << 2;
  bytes[o + KTHREAD.WaitType] = type;
  bytes[o + KTHREAD.WaitReason] = reason;
  bytes[o + KTHREAD.WaitMode] = mode;
  bytes[o + KTHREAD.Alertable] = alertable ? 1 : 0;
  setNumber(w, t + T.waitTime, k.now);
  w[t + T.waitBlockCount] = count;
  w[t + T.waitHasTimeout] = timeout === undefined ? 0 : timeout > 0n ? 2 : 1; // 2: of the system clock
  if (timeout !== undefined) k.mem.setPtr(addressAt(t) + KTHREAD.WaitDueTime, dueFromTimeout(k, timeout));
}

/** `first`: the first object as a word of the trace, or NONE and its `address`. */
export function noteWait(k: Kernel, t: number, first: number, count: number, type: number, address: Addr = 0): void {
  const { trace, mem } = k;
  if (!trace.recording) return;
  const { words: w, buffer: bytes } = mem;
  const o = t << 2;
  const number = bytes[o + KTHREAD.WaitReason];
  const reason = REASON[number] ?? trace.text(String(number));
  const mode = bytes[o + KTHREAD.WaitMode];
  const alertable = bytes[o + KTHREAD.Alertable];
  const timed = w[t + T.waitHasTimeout] !== 0;
  const p = timed || first === NONE ? -1 : trace.reserve(KE_WAIT);
  if (p < 0)
    return trace.note(
      KE_WAIT,
      addressAt(t),
      first === NONE ? address : decode(first),
      count,
      type,
      reason,
      mode,
      alertable,
      timed ? mem.ptr(addressAt(t) + KTHREAD.WaitDueTime) : -1,
    );
  const words = trace.words;
  words[p] = addressWord(o);
  words[p + 1] = first;
  words[p + 2] = count;
  words[p + 3] = type;
  words[p + 4] = reason;
  words[p + 5] = mode;
  words[p + 6] = alertable;
  words[p + 7] = -1;
}

/** Object of a wait block, before `queueBlocks`. */
export function setBlockObject(k: Kernel, block: number, object: Addr): void {
  setNumber(k.mem.words, block + B.object, object);
}

/** Puts the blocks of the thread's recorded wait on their lists, starts the timeout, state = Waiting. */
export function queueBlocks(k: Kernel, t: number): void {
  const m = k.mem;
  const w = m.words;
  const blocks = pointee(m, t + T.waitBlockList);
  const type = m.buffer[(t << 2) + KTHREAD.WaitType];
  const count = w[t + T.waitBlockCount];
  for (let i = 0; i < count; i++) {
    const block = blocks + i * (KWAIT_BLOCK.sizeof >> 2);
    fillBlock(k, block, t, i, type);
    const object = block + B.object;
    const o = w[object + 1] === KERNEL_HIGH ? m.placeOf(w[object]) : -1;
    if (o >= 0) insertTailAt(m, o + (WAIT_LIST >> 2), block);
    else insertTail(m, m.ptr(addressAt(object)) + WAIT_LIST, addressAt(block));
  }
  if (w[t + T.waitHasTimeout] !== 0) {
    const thread = addressAt(t);
    const timer = thread + KTHREAD.Timer;
    initHeader(k, timer, ObjectType.NotificationTimer, KTIMER.sizeof, 0);
    m.setU8(timer + DISPATCHER_HEADER.Absolute, w[t + T.waitHasTimeout] - 1);
    m.setPtr(timer + KTIMER.Dpc, 0);
    m.setU32(timer + KTIMER.Period, 0);
    const block = t + T.waitBlock + 3 * (KWAIT_BLOCK.sizeof >> 2);
    setNumber(w, block + B.object, timer);
    fillBlock(k, block, t, STATUS.TIMEOUT, WaitAny);
    insertTail(m, timer + WAIT_LIST, addressAt(block));
    insertTimer(k, timer, m.ptr(thread + KTHREAD.WaitDueTime));
  }
  w[t + T.state] = ThreadState.Waiting;
  touchThread(m, t);
  if (w[t + T.queue] !== 0) serverStops(k, m.ptr(addressAt(t) + KTHREAD.Queue));
}

/** The object is in the block already. */
function fillBlock(k: Kernel, block: number, t: number, key: number, type: number): void {
  const m = k.mem;
  // one word: WaitType, BlockState (4), WaitKey
  m.words[block + B.type] = type | (4 << 8) | (key << 16);
  setPointer(m.words, block + B.thread, t);
  m.touch(block << 2, KWAIT_BLOCK.sizeof);
}
