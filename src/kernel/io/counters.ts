// I/O counters of processes: every request that a system service makes counts when it is sent, the bytes it moved when it is done (ProcessIoCounters).
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { EPROCESS, IO_COUNTERS } from '../layouts.gen.js';
import { ownProcess } from '../ps/state.js';
import { Major } from './major.js';

type Which = 'Read' | 'Write' | 'Other';

const counted = (major: number): Which => (major === Major.Read ? 'Read' : major === Major.Write ? 'Write' : 'Other');

function add(k: Kernel, field: number, n: number): void {
  const at: Addr = ownProcess(k) + EPROCESS.IoCounters + field;
  k.mem.setPtr(at, k.mem.ptr(at) + n);
}

/** A request of the current thread's process is sent. Opening and closing are not counted. */
export function countOperation(k: Kernel, major: number): void {
  if (major !== Major.Create && major !== Major.Cleanup && major !== Major.Close) add(k, IO_COUNTERS[`${counted(major)}OperationCount`], 1);
}

/** It is done and moved so many bytes. */
export function countTransfer(k: Kernel, major: number, bytes: number): void {
  if (bytes > 0 && major !== Major.Create && major !== Major.Cleanup && major !== Major.Close)
    add(k, IO_COUNTERS[`${counted(major)}TransferCount`], bytes);
}
