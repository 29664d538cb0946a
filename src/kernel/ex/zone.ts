// Zones (ZONE_HEADER): blocks of one size out of segments that the driver gives. Allocating and freeing are the macros of ntddk.h over the free list.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { ZONE_SEGMENT_HEADER as S, ZONE_HEADER as Z } from '../layouts.gen.js';
import { STATUS } from '../rtl/status.js';
import { underLock } from './interlocked-list.js';

const FIRST_BLOCK = S.sizeof;

/** Cuts a segment into blocks and puts them on the free list. */
function extend(k: Kernel, zone: Addr, segment: Addr, size: number): number {
  const m = k.mem.checked;
  const block = m.u32(zone + Z.BlockSize);
  if (segment % 8 !== 0 || size % 8 !== 0 || block > size) return STATUS.INVALID_PARAMETER;
  m.setPtr(segment, m.ptr(zone + Z.SegmentList));
  m.setPtr(segment + S.Reserved, 0);
  m.setPtr(zone + Z.SegmentList, segment);
  m.setU32(zone + Z.TotalSegmentSize, m.u32(zone + Z.TotalSegmentSize) + size);
  for (let at = FIRST_BLOCK; at + block <= size; at += block) {
    m.setPtr(segment + at, m.ptr(zone + Z.FreeList));
    m.setPtr(zone + Z.FreeList, segment + at);
  }
  k.machine.charge(size >> 6);
  return STATUS.SUCCESS;
}

/** (Zone, BlockSize, InitialSegment, InitialSegmentSize): everything in multiples of 8. */
function initialize(k: Kernel, f: Frame): Status {
  const block = f.u32(1);
  if (block === 0 || block % 8 !== 0 || f.ptr(2) % 8 !== 0 || block > f.u32(3)) return k.return(STATUS.INVALID_PARAMETER);
  k.mem.checked.fill(f.ptr(0), Z.sizeof);
  k.mem.checked.setU32(f.ptr(0) + Z.BlockSize, block);
  return k.return(extend(k, f.ptr(0), f.ptr(2), f.u32(3) & ~7));
}

export const routines: KernelRoutine[] = [
  { name: 'ExInitializeZone', step: initialize },
  { name: 'ExExtendZone', step: (k, f) => k.return(extend(k, f.ptr(0), f.ptr(1), f.u32(2))) },
  {
    // (Zone, Segment, SegmentSize, Lock)
    name: 'ExInterlockedExtendZone',
    step: (k, f) => underLock(k, f, f.ptr(3), () => k.return(extend(k, f.ptr(0), f.ptr(1), f.u32(2)))),
  },
];
