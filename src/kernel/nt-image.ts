// The kernel's own image as drivers see it: PE headers at its base and an export directory with every routine and variable that a driver can link to.
// Drivers that look routines up by walking the exports of ntoskrnl (instead of MmGetSystemRoutineAddress) find the same addresses.
import { compareCodePoints } from '../base/files.js';
import { type Addr, KERNEL_BASE, MAP, PAGE_SIZE, toAddress } from '../machine/abi.js';
import { peHeader } from '../machine/pe-header.js';
import type { Kernel } from './kernel.js';
import { NT_LAYOUT } from './nt-layout.js';

export const NT_BASE: Addr = toAddress(MAP.nt.start);

const PREFIXES = /^(Cc|Cm|Dbg|Etw|Ex|FsRtl|Hal|Io|Kd|Ke|Kf|Ldr|Mm|Nt|Ob|Po|Probe|Ps|Rtl|Se|Tm|Vf|Wmi|Zw|vDbg|_|[a-z])/;
/** Internal to the kernel: no driver can link to them. */
const INTERNAL = /^(Ki|Mi|Psp|Obp|Iop|Cmp|Sep|Flt|Exp(?!Interlocked))[A-Z]|[!@]/;
/** Names that only programs have. */
const USER_ONLY = new Set(['printf', 'puts', 'syscall', 'main']);

/** Is a routine of ours one that ntoskrnl exports? */
export const isExportedRoutine = (name: string): boolean => PREFIXES.test(name) && !INTERNAL.test(name) && !USER_ONLY.has(name);

const DIRECTORY_SIZE = 40;
const ntRva = (address: Addr): number => address - KERNEL_BASE - MAP.nt.start;

/** The directory made last for a set of routines: it is the same at each boot as long as the variables lie where they lay. */
const made = new WeakMap<ReadonlyMap<string, number>, { readonly variables: ReadonlyMap<string, Addr>; readonly bytes: Uint8Array }>();

function exportDirectory(k: Kernel): Uint8Array {
  const variables = new Map<string, Addr>();
  for (const name of k.dataExports.keys()) variables.set(name, k.exportedVariable(name)!);
  const last = made.get(k.routineIndex);
  if (last && last.variables.size === variables.size && [...variables].every(([name, at]) => last.variables.get(name) === at))
    return last.bytes;
  const bytes = makeDirectory(k, variables);
  made.set(k.routineIndex, { variables, bytes });
  return bytes;
}

/** IMAGE_EXPORT_DIRECTORY with its arrays and strings, as it lies at NT_LAYOUT.exports. */
function makeDirectory(k: Kernel, variables: ReadonlyMap<string, Addr>): Uint8Array {
  const exported = new Map(variables);
  for (const [name, id] of k.routineIndex) if (isExportedRoutine(name)) exported.set(name, k.routineAddress(id));
  const names = [...exported.keys()].sort(compareCodePoints);
  const here = NT_LAYOUT.exports - MAP.nt.start;
  const functionsAt = DIRECTORY_SIZE;
  const namesAt = functionsAt + 4 * names.length;
  const ordinalsAt = namesAt + 4 * names.length;
  let text = ordinalsAt + 2 * names.length;
  const own = 'ntoskrnl.exe';
  const bytes = new Uint8Array(text + own.length + 1 + names.reduce((n, name) => n + name.length + 1, 0));
  const view = new DataView(bytes.buffer);
  const put = (s: string): number => {
    const at = text;
    for (let i = 0; i < s.length; i++) bytes[text++] = s.charCodeAt(i);
    text++;
    return here + at;
  };
  view.setUint32(12, put(own), true);
  view.setUint32(16, 1, true); // ordinal base
  view.setUint32(20, names.length, true);
  view.setUint32(24, names.length, true);
  view.setUint32(28, here + functionsAt, true);
  view.setUint32(32, here + namesAt, true);
  view.setUint32(36, here + ordinalsAt, true);
  names.forEach((name, i) => {
    view.setUint32(functionsAt + 4 * i, ntRva(exported.get(name)!), true);
    view.setUint32(namesAt + 4 * i, put(name), true);
    view.setUint16(ordinalsAt + 2 * i, i, true);
  });
  return bytes;
}

/** Boot, when all rooms have set their exported variables: header page and export directory of the kernel. */
export function writeNtImage(k: Kernel): void {
  const exports = exportDirectory(k);
  const exportPages = Math.ceil(exports.length / PAGE_SIZE) * PAGE_SIZE;
  if (NT_LAYOUT.exports + exportPages > NT_LAYOUT.KE) throw new Error('too many exports for their region');
  const at = (offset: number): number => offset - MAP.nt.start;
  const section = (name: string, from: number, to: number, code: boolean, writable: boolean) => ({
    name,
    rva: at(from),
    size: to - from,
    code,
    writable,
    pageable: false,
  });
  const header = peHeader({
    base: BigInt(NT_BASE),
    size: MAP.nt.end - MAP.nt.start,
    entry: 0,
    subsystem: 1,
    dll: false,
    sections: [
      section('.text', NT_LAYOUT.routineCode, NT_LAYOUT.exports, true, false),
      section('.rdata', NT_LAYOUT.exports, NT_LAYOUT.exports + exportPages, false, false),
      section('.data', NT_LAYOUT.KE, NT_LAYOUT.poolRecords, false, true),
    ],
    exports: { rva: at(NT_LAYOUT.exports), size: exports.length },
  });
  k.mem.pages.map(NT_LAYOUT.headers, PAGE_SIZE, {});
  k.mem.pages.map(NT_LAYOUT.exports, exportPages, {});
  k.mem.setBytes(NT_BASE, header);
  k.mem.setBytes(toAddress(NT_LAYOUT.exports), exports);
}
