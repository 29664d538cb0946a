// Programs: what the threads of a process execute. A scenario registers its `process` and `program` blocks before boot; a process whose image path matches
// runs those bodies, any other runs the default body (load the usual images, one worker thread, live for a while).
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { PS_GLOBALS, PSP_KNOWN_IMAGE, PSP_PROGRAM, PSP_PROGRAM_THREAD } from '../layouts.gen.js';
import { allocateUnicode, readUnicode, sameName } from '../ob/strings.js';
import { entries, insertTail } from '../rtl/list.js';

export interface ProgramThread {
  readonly name: string;
  /** User address of the body. */
  readonly entry: Addr;
  readonly parameter?: Addr;
  /** Increment over the base priority (Win32 values). */
  readonly priority?: number;
  readonly affinity?: bigint;
  /** 100 ns after process start. */
  readonly delay?: bigint;
  /** So many threads run the body, default 1; each gets its number, from 0. */
  readonly count?: number;
}

export interface Program {
  /** `C:\Windows\explorer.exe` or an NT path. */
  readonly imagePath: string;
  /** Index of the compiled user image in `machine.images.images`, -1 for none. */
  readonly imageIndex: number;
  readonly threads: readonly ProgramThread[];
  readonly subsystem?: 'win32' | 'wsl';
  readonly basePriority?: number;
}

/** Win32 path to NT path: `C:\x` -> `\??\C:\x`. NT paths and WSL paths stay. */
export function toNtPath(path: string): string {
  if (/^[A-Za-z]:/.test(path)) return `\\??\\${path}`;
  if (/^\\\\[.?]\\/.test(path)) return `\\??\\${path.slice(4)}`;
  return path;
}

/** `\Device\HarddiskVolume3\Windows\x.exe`: how FullImageName and file objects show a path on C:. */
export const toDevicePath = (path: string): string => toNtPath(path).replace(/^\\\?\?\\[Cc]:/, '\\Device\\HarddiskVolume3');

/** Registers a program; returns its record. Before the first process of that image starts. */
export function registerProgram(k: Kernel, p: Program): Addr {
  const size = PSP_PROGRAM.Threads + Math.max(1, p.threads.length) * PSP_PROGRAM_THREAD.sizeof;
  const record = k.pool.allocate('nonpaged', size, 'PsPg');
  const m = k.mem;
  m.fill(record, size);
  allocateUnicode(k, record + PSP_PROGRAM.ImagePath, toNtPath(p.imagePath), 'PsPg');
  m.setI32(record + PSP_PROGRAM.ImageIndex, p.imageIndex);
  m.setU32(record + PSP_PROGRAM.ThreadCount, p.threads.length);
  m.setU8(record + PSP_PROGRAM.BasePriority, p.basePriority ?? 8);
  m.setU8(record + PSP_PROGRAM.Subsystem, p.subsystem === 'wsl' ? 1 : 0);
  p.threads.forEach((t, i) => {
    const at = threadRecord(record, i);
    m.setPtr(at + PSP_PROGRAM_THREAD.Entry, t.entry);
    m.setPtr(at + PSP_PROGRAM_THREAD.Parameter, t.parameter ?? 0);
    m.setU32(at + PSP_PROGRAM_THREAD.Count, t.count ?? 1);
    m.setI32(at + PSP_PROGRAM_THREAD.Priority, t.priority ?? 0);
    m.setI64(at + PSP_PROGRAM_THREAD.Affinity, t.affinity ?? 0n);
    m.setI64(at + PSP_PROGRAM_THREAD.Delay, t.delay ?? 0n);
    allocateUnicode(k, at + PSP_PROGRAM_THREAD.Name, t.name, 'PsPg');
  });
  insertTail(m, k.globals.PS + PS_GLOBALS.Programs, record + PSP_PROGRAM.Link);
  return record;
}

/** Threads that the bodies of a program make: those of a block with `count` each for itself. */
export function threadsOf(k: Kernel, program: Addr): number {
  let n = 0;
  for (let i = 0; i < k.mem.u32(program + PSP_PROGRAM.ThreadCount); i++)
    n += k.mem.u32(threadRecord(program, i) + PSP_PROGRAM_THREAD.Count);
  return n;
}

export const threadRecord = (program: Addr, i: number): Addr => program + PSP_PROGRAM.Threads + i * PSP_PROGRAM_THREAD.sizeof;

/** Program for an NT image path: the whole path counts; 0 when there is none. Later registrations win. */
export function findProgram(k: Kernel, ntPath: string): Addr {
  let found = 0;
  for (const e of entries(k.mem, k.globals.PS + PS_GLOBALS.Programs)) {
    const record = e - PSP_PROGRAM.Link;
    if (sameName(readUnicode(k, record + PSP_PROGRAM.ImagePath), ntPath)) found = record;
  }
  return found;
}

/** Images that processes map, with their sizes (U: round figures). */
const KNOWN_IMAGES: readonly [string, number][] = [
  ['\\Device\\HarddiskVolume3\\Windows\\System32\\ntdll.dll', 0x1f8000],
  ['\\Device\\HarddiskVolume3\\Windows\\System32\\kernel32.dll', 0xc4000],
  ['\\Device\\HarddiskVolume3\\Windows\\System32\\KernelBase.dll', 0x39e000],
];

export function registerKnownImages(k: Kernel): void {
  for (const [name, size] of KNOWN_IMAGES) {
    const record = k.pool.allocate('nonpaged', PSP_KNOWN_IMAGE.sizeof, 'PsKi');
    k.mem.fill(record, PSP_KNOWN_IMAGE.sizeof);
    allocateUnicode(k, record + PSP_KNOWN_IMAGE.Name, name, 'PsKi');
    k.mem.setU32(record + PSP_KNOWN_IMAGE.Size, size);
    insertTail(k.mem, k.globals.PS + PS_GLOBALS.KnownImages, record + PSP_KNOWN_IMAGE.Link);
  }
}

/** Size of an image by its device path; unknown ones get a round figure. */
export function imageSizeOf(k: Kernel, devicePath: string): number {
  for (const e of entries(k.mem, k.globals.PS + PS_GLOBALS.KnownImages)) {
    const record = e - PSP_KNOWN_IMAGE.Link;
    if (sameName(readUnicode(k, record + PSP_KNOWN_IMAGE.Name), devicePath)) return k.mem.u32(record + PSP_KNOWN_IMAGE.Size);
  }
  return 0x20000;
}
