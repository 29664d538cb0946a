// Locking and unlocking code and data sections of drivers: MmLockPagableDataSection, MmPageEntireDriver, MmResetDriverPaging. A section's pageability is a
// property of its pages; a lock takes it away while it lasts (page-lock.ts).

import type { Status } from '../../machine/abi.js';
import { type Addr, toAddress } from '../../machine/abi.js';
import type { CompiledImage, Section } from '../../machine/image.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { lockPages, unlockPages } from './page-lock.js';

interface Found {
  readonly image: CompiledImage;
  readonly section: Section;
}

/** Kernel image and section that an address lies in. */
function find(k: Kernel, address: Addr): Found | undefined {
  const o = k.mem.offsetOf(address);
  for (const image of k.machine.images.images) {
    if (image.mode !== 'kernel' || o < image.start || o >= image.end) continue;
    const section = image.sections.find((s) => o >= s.start && o < s.start + s.size);
    if (section) return { image, section };
  }
  return undefined;
}

/** An address that is in no driver: on Windows a bug check of the memory manager. */
const noImage = (k: Kernel, name: string, address: Addr): Status =>
  k.bugCheck(0x1a, 0x1010, address, 0, 0, `${name}: the address is in no section of a loaded driver`);

function setPageable(k: Kernel, found: Found, pageable: (s: Section) => boolean): void {
  for (const s of found.image.sections) {
    if (s.size > 0) k.mem.pages.protect(s.start, s.size, { ...k.mem.pages.query(s.start), pageable: pageable(s) });
  }
}

/** Returns the section's address as handle. */
function lock(k: Kernel, f: Frame): Status {
  const found = find(k, f.ptr(0));
  if (!found) return noImage(k, 'MmLockPagableDataSection', f.ptr(0));
  lockPages(k, found.section.start, found.section.size);
  return k.return(toAddress(found.section.start));
}

export const routines: KernelRoutine[] = [
  { name: 'MmLockPagableDataSection', cost: 30, step: lock },
  {
    name: 'MmLockPagableSectionByHandle',
    cost: 20,
    step(k, f) {
      const found = find(k, f.ptr(0));
      if (!found) return noImage(k, 'MmLockPagableSectionByHandle', f.ptr(0));
      lockPages(k, found.section.start, found.section.size);
      return k.returnVoid();
    },
  },
  {
    name: 'MmUnlockPagableImageSection',
    cost: 20,
    step(k, f) {
      const found = find(k, f.ptr(0));
      if (!found) return noImage(k, 'MmUnlockPagableImageSection', f.ptr(0));
      if (!unlockPages(k, found.section.start, found.section.size))
        return noImage(k, 'MmUnlockPagableImageSection (the section is not locked)', f.ptr(0));
      return k.returnVoid();
    },
  },
  {
    // every section becomes pageable; returns the driver's base address
    name: 'MmPageEntireDriver',
    cost: 50,
    step(k, f) {
      const found = find(k, f.ptr(0));
      if (!found) return k.return(0);
      setPageable(k, found, () => true);
      return k.return(toAddress(found.image.start));
    },
  },
  {
    // back to what the image's sections say
    name: 'MmResetDriverPaging',
    cost: 50,
    step(k, f) {
      const found = find(k, f.ptr(0));
      if (found) setPageable(k, found, (s) => s.pageable);
      return k.returnVoid();
    },
  },
];
