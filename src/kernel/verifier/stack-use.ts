// stack-use at run time: high-water mark of the kernel stack of one invocation. The free stack below the caller is painted, one word in each possible
// place of a frame header, and looked at afterwards: frames of compiled code leave their mark without anybody being called for it.
import { type Addr, FRAME } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { VF_INVOCATION } from '../layouts.gen.js';
import { callbackName, report, siteOfFunction } from './finding.js';
import { kindWord } from './invocation.js';

const PAINT = 0x5afe5afe;
/** Painted below the caller: the mark that the finding states stops here. */
const PAINTED = 12 * 1024;
const STRIDE = FRAME.header;

export function paintStack(k: Kernel, invocation: Addr): void {
  const m = k.mem;
  const top = m.ptr(invocation + VF_INVOCATION.StackTop);
  const from = Math.max(m.registers.stackLimit, top - PAINTED);
  const first = (from + STRIDE - 1) & ~(STRIDE - 1);
  const end = top - STRIDE;
  let at = first;
  // Most of it is still painted from the callback before: only what is above the first other word is written.
  while (at <= end && m.words[at >> 2] === PAINT) at += STRIDE;
  if (at <= end) m.touch(at, end + STRIDE - at);
  for (; at <= end; at += STRIDE) m.words[at >> 2] = PAINT;
  m.setPtr(invocation + VF_INVOCATION.PaintedFrom, first);
}

/** Bytes of stack that the invocation used. */
export function stackUsed(k: Kernel, invocation: Addr): number {
  const m = k.mem;
  const top = m.ptr(invocation + VF_INVOCATION.StackTop);
  let at = m.ptr(invocation + VF_INVOCATION.PaintedFrom);
  if (at === 0) return 0;
  while (at + STRIDE <= top && m.words[at >> 2] === PAINT) at += STRIDE;
  return Math.max(0, top - at);
}

export function checkStack(k: Kernel, invocation: Addr): void {
  const used = stackUsed(k, invocation);
  if (used <= k.config.callbackStackBytes) return;
  report(k, {
    rule: 'stack-use',
    severity: 'warning',
    text: `${callbackName(k, invocation)} and what it calls used ${used} bytes of kernel stack in ${kindWord(k, invocation)} callback (limit ${k.config.callbackStackBytes}); the caller has used much of the 24 KB already`,
    site: siteOfFunction(k, k.mem.ptr(invocation + VF_INVOCATION.Routine)),
    invocation,
  });
}
