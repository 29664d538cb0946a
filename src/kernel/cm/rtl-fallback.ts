// RtlQueryRegistryValueWithFallback: a value of one key, or of another where the first does not have it. It asks through ZwQueryValueKey, so registry callbacks see it.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { KEY_VALUE_PARTIAL_INFORMATION as P } from '../layouts.gen.js';
import { NT, ntSuccess } from '../ob/status.js';

const KeyValuePartialInformation = 2;

// Locals.
const BUFFER = 0;
const NEEDED = 1;
/** The fallback has been asked. */
const LAST = 2;

const ask = (k: Kernel, f: Frame, key: Addr): Status =>
  k.call(f, 1, 'ZwQueryValueKey', [key, f.ptr(2), KeyValuePartialInformation, f.get(BUFFER), P.Data + f.u32(3), f.localAddress(NEEDED)]);

/** (PrimaryHandle, FallbackHandle, ValueName, ValueLength, *ValueType, ValueData, *ResultLength) */
function step(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  const [primary, fallback] = [f.ptr(0), f.ptr(1)];
  if (f.pc === 0) {
    if (primary === 0 && fallback === 0) return k.return(NT.INVALID_PARAMETER);
    const buffer = k.pool.allocate('nonpaged', P.Data + f.u32(3), 'RtRq');
    if (buffer === 0) return k.return(NT.NO_MEMORY);
    f.set(BUFFER, buffer);
    f.set(NEEDED, 0);
    f.set(LAST, primary === 0 ? 1 : 0);
    return ask(k, f, primary === 0 ? fallback : primary);
  }
  const status = f.result32 | 0;
  if (status === NT.OBJECT_NAME_NOT_FOUND && f.get(LAST) === 0 && fallback !== 0) {
    f.set(LAST, 1);
    return ask(k, f, fallback);
  }
  const buffer = f.get(BUFFER);
  if (ntSuccess(status)) {
    const length = k.mem.u32(buffer + P.DataLength);
    if (f.ptr(4) !== 0) c.setU32(f.ptr(4), k.mem.u32(buffer + P.Type));
    if (length > 0) c.setBytes(f.ptr(5), k.mem.bytes(buffer + P.Data, length));
    c.setU32(f.ptr(6), length);
  } else if (status === NT.BUFFER_OVERFLOW || status === NT.BUFFER_TOO_SMALL) {
    c.setU32(f.ptr(6), f.get(NEEDED) - P.Data);
  }
  k.pool.free(buffer);
  return k.return(status);
}

export const routines: KernelRoutine[] = [
  {
    name: 'RtlQueryRegistryValueWithFallback',
    locals: 3,
    cost: 30,
    step,
    unwind(k, f) {
      if (f.pc !== 0) k.pool.free(f.get(BUFFER));
    },
  },
];
