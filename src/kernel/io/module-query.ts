// AuxKlibQueryModuleInformation (a library that drivers link) and RtlQueryModuleInformation, on which it stands: the loaded kernel images as records of two lengths.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { AUX_MODULE_EXTENDED_INFO as E, IO_GLOBALS, LDR_DATA_TABLE_ENTRY } from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { modules } from './module.js';

/** sizeof(AUX_MODULE_BASIC_INFO): only the image base. */
const BASIC = 8;
const PATH = E.sizeof - E.FullPathName;

function write(k: Kernel, module: Addr, at: Addr, size: number): void {
  const c = k.mem.checked;
  const name = readUnicode(k, module + LDR_DATA_TABLE_ENTRY.FullDllName).slice(0, PATH - 1);
  c.fill(at, size);
  c.setPtr(at, k.mem.ptr(module + LDR_DATA_TABLE_ENTRY.DllBase));
  if (size === BASIC) return;
  c.setU32(at + E.ImageSize, k.mem.u32(module + LDR_DATA_TABLE_ENTRY.SizeOfImage));
  c.setU16(at + E.FileNameOffset, name.lastIndexOf('\\') + 1);
  c.setBytes(
    at + E.FullPathName,
    Uint8Array.from(name, (x) => x.charCodeAt(0)),
  );
}

/** (PULONG BufferSize, ElementSize, Buffer or NULL): without a buffer only how many bytes it takes. */
function query(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  const [size, element, buffer] = [f.ptr(0), f.u32(1), f.ptr(2)];
  const all = modules(k);
  const room = c.u32(size);
  if (element !== BASIC && element !== E.sizeof) return k.return(NT.INVALID_PARAMETER);
  c.setU32(size, all.length * element);
  if (buffer === 0) return k.return(NT.SUCCESS);
  if (room < all.length * element) return k.return(NT.BUFFER_TOO_SMALL);
  all.forEach((module, i) => write(k, module, buffer + i * element, element));
  return k.return(NT.SUCCESS);
}

const initialised = (k: Kernel): Addr => k.globals.IO + IO_GLOBALS.AuxKlibInitialized;

export const routines: KernelRoutine[] = [
  {
    name: 'AuxKlibInitialize',
    cost: 20,
    step(k) {
      k.mem.setU32(initialised(k), 1);
      return k.return(NT.SUCCESS);
    },
  },
  {
    name: 'AuxKlibQueryModuleInformation',
    cost: 100,
    step: (k, f) => (k.mem.u32(initialised(k)) === 0 ? k.return(NT.UNSUCCESSFUL) : query(k, f)),
  },
  { name: 'RtlQueryModuleInformation', cost: 100, step: query },
];
