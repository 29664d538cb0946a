// NtMapViewOfSection, NtUnmapViewOfSection and the Mm forms that drivers call with objects. A view of an image in a process is what load-image callbacks are told of
// (reference: callbacks.md 5), in the thread that maps, attached to the process.
import { type Addr, type Status, USER_BASE } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { KPROCESS, SECTION, SECTION_OBJECT_POINTERS } from '../layouts.gen.js';
import { stopNotSimulated } from '../not-simulated.js';
import { fullName } from '../ob/namespace.js';
import { pidOf } from '../ob/note.js';
import { dropReference } from '../ob/object.js';
import { borrowFor, referenceFor } from '../ob/reference.js';
import { makeServices, probeUser } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateCounted, freeUnicode } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { fillImageInfo, IMAGE_LOCALS } from '../ps/startup.js';
import { fileOf, isImage } from './control-area.js';
import { USER_END } from './probe.js';
import { mapAccessFor, plainProtection } from './section-protection.js';
import { areaOfView, mapView, unmapView, viewAt, viewBase, viewBytes, writableViews } from './view.js';

const VM_OPERATION = 8;
const VIEW_SHARE = 1;
const VIEW_UNMAP = 2;
const MEM_RESERVE = 0x2000;
const MEM_TOP_DOWN = 0x100000;
const MEM_LARGE_PAGES = 0x20000000;
const SEC_NO_CHANGE = 0x400000;
const MOST_ZERO_BITS = 21;
const PAGE_READWRITE = 4;

/** Slots of KAPC_STATE. */
const APC_STATE_SLOTS = 6;
const INFO = 2;
const NAME = INFO + IMAGE_LOCALS;
const APC_STATE = NAME + 2;

/** Arguments from the third on, the same of both forms. */
interface Arguments {
  /** Where base address, offset (or NULL) and size lie. */
  readonly base: Addr;
  readonly offset: Addr;
  readonly size: Addr;
  readonly inherit: number;
  readonly type: number;
  readonly zeroBits: number;
}

const argumentsOf = (f: Frame): Arguments => ({
  base: f.ptr(2),
  offset: f.ptr(5),
  size: f.ptr(6),
  inherit: f.u32(7),
  type: f.u32(8),
  zeroBits: f.ptr(3),
});

/** What is wrong with the arguments of a mapping; in Windows' order. */
function checkArguments(k: Kernel, a: Arguments): number {
  if (a.inherit !== VIEW_SHARE && a.inherit !== VIEW_UNMAP) return NT.INVALID_PARAMETER_8;
  if ((a.type & ~(MEM_TOP_DOWN | MEM_RESERVE | MEM_LARGE_PAGES | SEC_NO_CHANGE)) !== 0) return NT.INVALID_PARAMETER_9;
  const c = k.mem.checked;
  const [base, size] = [c.ptr(a.base), c.ptr(a.size)];
  if (a.zeroBits > MOST_ZERO_BITS) return NT.INVALID_PARAMETER_4;
  if (base < 0 || base >= USER_END) return NT.INVALID_PARAMETER_3;
  return size < 0 || base + size > USER_END ? NT.INVALID_PARAMETER_4 : NT.SUCCESS;
}

/**
 * (Section, Process, *BaseAddress, *SectionOffset or NULL, *ViewSize, Protection): maps and tells the load-image callbacks of an image. Locals: 0 status, 1 attached,
 * then IMAGE_INFO_EX, the name, the APC state.
 */
function mapSteps(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  const process = f.ptr(1);
  switch (f.pc) {
    case 0: {
      const offset = f.ptr(3) === 0 ? 0 : c.ptr(f.ptr(3));
      const r = mapView(k, { process, section: f.ptr(0), base: c.ptr(f.ptr(2)), offset, bytes: c.ptr(f.ptr(4)), protection: f.u32(5) });
      if (!ntSuccess(r.status)) return k.return(r.status);
      c.setPtr(f.ptr(2), viewBase(k, r.view));
      c.setPtr(f.ptr(4), viewBytes(k, r.view));
      if (f.ptr(3) !== 0) c.setPtr(f.ptr(3), offset);
      f.set(0, r.status);
      const area = areaOfView(k, r.view);
      if (!isImage(k, area)) return k.return(r.status);
      const file = fileOf(k, area);
      const path = fullName(k, file);
      const size = k.mem.ptr(f.ptr(0) + SECTION.SizeOfSection);
      const base = viewBase(k, r.view);
      fillImageInfo(k, f.localAddress(INFO), { base, size, file, path, partial: viewBytes(k, r.view) < size });
      allocateCounted(k, f.localAddress(NAME), path, 'PsIm');
      k.event('ps.image-load', { process: pidOf(k, process), image: path, base, size });
      f.set(1, process === k.currentProcess() ? 0 : 1);
      if (f.get(1) !== 0) return k.call(f, 1, 'KeStackAttachProcess', [process, f.localAddress(APC_STATE)]);
      return notify(k, f, process);
    }
    case 1:
      return notify(k, f, process);
    case 2:
      freeUnicode(k, f.localAddress(NAME));
      if (f.get(1) !== 0) return k.call(f, 3, 'KeUnstackDetachProcess', [f.localAddress(APC_STATE)]);
      return k.return(f.get(0));
    default:
      return k.return(f.get(0));
  }
}
const notify = (k: Kernel, f: Frame, process: Addr): Status =>
  k.call(f, 2, 'PspCallImageNotifyRoutines', [f.localAddress(NAME), pidOf(k, process), f.localAddress(INFO)]);

/** Takes away the view at an address; a status. */
function unmap(k: Kernel, process: Addr, address: Addr): number {
  const view = viewAt(k, process, address);
  if (view === 0) return NT.NOT_MAPPED_VIEW;
  unmapView(k, view);
  return NT.SUCCESS;
}
/** The program and the DLLs of a process lie in its window (ps/window.ts), not in views. */
const inWindow = (k: Kernel, process: Addr, address: Addr): boolean =>
  address >= USER_BASE && address < USER_BASE + k.mem.u32(process + KPROCESS.UserSize);

/** (Section, PVOID *Base, PSIZE_T Size[, PLARGE_INTEGER Offset, Flags]) */
const mapSystem = (name: string, withOffset: boolean): KernelRoutine => ({
  name,
  cost: 60,
  step(k, f) {
    const c = k.mem.checked;
    const offset = withOffset && f.ptr(3) !== 0 ? c.ptr(f.ptr(3)) : 0;
    const r = mapView(k, { process: 0, section: f.ptr(0), base: 0, offset, bytes: c.ptr(f.ptr(2)), protection: PAGE_READWRITE });
    if (!ntSuccess(r.status)) return k.return(r.status);
    c.setPtr(f.ptr(1), viewBase(k, r.view));
    c.setPtr(f.ptr(2), viewBytes(k, r.view));
    return k.return(NT.SUCCESS);
  },
});
const unmapSystem = (name: string): KernelRoutine => ({ name, cost: 30, step: (k, f) => k.return(unmap(k, 0, f.ptr(0))) });

export const routines: KernelRoutine[] = [
  ...makeServices([
    {
      // (Section, Process, *BaseAddress, ZeroBits, CommitSize, *SectionOffset, *ViewSize, Inherit, AllocationType, Protection). Locals: 0 section, 1 process, 2 status.
      name: 'MapViewOfSection',
      args: 10,
      locals: 3,
      cost: 80,
      step(k, f) {
        switch (f.pc) {
          case 0: {
            const a = argumentsOf(f);
            for (const at of [a.base, a.size]) probeUser(k, at, 8, true);
            if (a.offset !== 0) probeUser(k, a.offset, 8, true);
            const wrong = checkArguments(k, a);
            if (wrong !== NT.SUCCESS) return k.return(wrong);
            const protection = plainProtection(f.u32(9));
            if (protection < 0) return k.return(protection);
            if (a.type & MEM_LARGE_PAGES) return stopNotSimulated(k, f, 'ZwMapViewOfSection(MEM_LARGE_PAGES)');
            const process = referenceFor(k, f.ptr(1), VM_OPERATION, ObType.Process);
            if (!ntSuccess(process.status)) return k.return(process.status);
            f.set(1, process.body);
            const section = referenceFor(k, f.ptr(0), mapAccessFor(protection), ObType.Section);
            f.set(2, section.status);
            if (!ntSuccess(section.status)) return k.call(f, 3, 'ObfDereferenceObject', [process.body]);
            f.set(0, section.body);
            return k.call(f, 1, 'MipMapViewOfSection', [section.body, process.body, a.base, a.offset, a.size, protection]);
          }
          case 1:
            f.set(2, f.result32 | 0);
            return k.call(f, 2, 'ObfDereferenceObject', [f.get(0)]);
          case 2:
            return k.call(f, 3, 'ObfDereferenceObject', [f.get(1)]);
          default:
            return k.return(f.get(2));
        }
      },
      unwind(k, f) {
        if (f.pc === 1) for (const body of [f.get(0), f.get(1)]) dropReference(k, body);
      },
    },
    ...(['UnmapViewOfSection', 'UnmapViewOfSectionEx'] as const).map((name) => ({
      // (Process, BaseAddress[, Flags])
      name,
      args: name.endsWith('Ex') ? 3 : 2,
      cost: 60,
      step(k: Kernel, f: Frame): Status {
        const r = borrowFor(k, f.ptr(0), VM_OPERATION, ObType.Process);
        if (!ntSuccess(r.status)) return k.return(r.status);
        if (inWindow(k, r.body, f.ptr(1))) return stopNotSimulated(k, f, `Zw${name} of the program or a DLL of a process`);
        return k.return(unmap(k, r.body, f.ptr(1)));
      },
    })),
  ]),
  { name: 'MipMapViewOfSection', locals: APC_STATE + APC_STATE_SLOTS, cost: 40, step: mapSteps },
  {
    // (Section, Process, *BaseAddress, ZeroBits, CommitSize, *SectionOffset, *ViewSize, Inherit, AllocationType, Protection)
    name: 'MmMapViewOfSection',
    cost: 40,
    step(k, f) {
      if (f.pc === 1) return k.return(f.result32 | 0);
      const protection = plainProtection(f.u32(9));
      if (protection < 0) return k.return(protection);
      const wrong = checkArguments(k, argumentsOf(f));
      if (wrong !== NT.SUCCESS) return k.return(wrong);
      return k.call(f, 1, 'MipMapViewOfSection', [f.ptr(0), f.ptr(1), f.ptr(2), f.ptr(5), f.ptr(6), protection]);
    },
  },
  { name: 'MmUnmapViewOfSection', cost: 30, step: (k, f) => k.return(unmap(k, f.ptr(0), f.ptr(1))) },
  {
    // (PSECTION_OBJECT_POINTERS): how many views of user space can write the file
    name: 'MmDoesFileHaveUserWritableReferences',
    cost: 10,
    step: (k, f) => k.return(writableViews(k, k.mem.checked.ptr(f.ptr(0) + SECTION_OBJECT_POINTERS.DataSectionObject))),
  },
  mapSystem('MmMapViewInSystemSpace', false),
  mapSystem('MmMapViewInSystemSpaceEx', true),
  mapSystem('MmMapViewInSessionSpace', false),
  mapSystem('MmMapViewInSessionSpaceEx', true),
  unmapSystem('MmUnmapViewInSystemSpace'),
  unmapSystem('MmUnmapViewInSessionSpace'),
];
