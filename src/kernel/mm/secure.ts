// MmSecureVirtualMemory: memory of the current process that can neither be freed nor be made less accessible while a driver uses it. The handle is the range's MM_VAD,
// which counts its handles (any part secured keeps the whole range, a little more than on Windows); memory that is in no such range (images, stacks, heap) is
// never freed here before the process ends, and its handle is its address.
import { type Addr, PAGE_SIZE, USER_BASE } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { MM_VAD } from '../layouts.gen.js';
import { isUserRange } from './probe.js';
import { vadAt } from './vad.js';

const PAGE_READONLY = 2;

export const isSecured = (k: Kernel, vad: Addr): boolean => k.mem.u32(vad + MM_VAD.Secured) !== 0;

/** (Address, Size, ProbeMode): every page must be there with that access now. */
function secure(k: Kernel, f: Frame): Addr {
  const [address, size] = [f.ptr(0), f.ptr(1)];
  if (size <= 0 || !isUserRange(address, size) || k.mem.offsetOf(address, size) < 0) return 0;
  if (!k.mem.allowed(address, size, f.u32(2) !== PAGE_READONLY)) return 0;
  const vad = vadAt(k, k.currentProcess(), Math.floor((address - USER_BASE) / PAGE_SIZE));
  if (vad === 0) return address;
  k.mem.setU32(vad + MM_VAD.Secured, k.mem.u32(vad + MM_VAD.Secured) + 1);
  return vad;
}

export const routines: KernelRoutine[] = [
  ...['MmSecureVirtualMemory', 'MmSecureVirtualMemoryEx'].map(
    (name): KernelRoutine => ({ name, cost: 20, step: (k, f) => k.return(secure(k, f)) }),
  ),
  {
    // (SecureHandle)
    name: 'MmUnsecureVirtualMemory',
    cost: 10,
    step(k, f) {
      const vad = f.ptr(0);
      if (vad < 0 && isSecured(k, vad)) k.mem.setU32(vad + MM_VAD.Secured, k.mem.u32(vad + MM_VAD.Secured) - 1);
      return k.returnVoid();
    },
  },
];
