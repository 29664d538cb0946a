// Correlation vectors (CORRELATION_VECTOR): a base of base64 characters, a dot and counters, "tul4NUsfs9Cl7mOf.1.3". The base comes from a GUID; without one
// it is made from virtual time, so a run is repeatable.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { CORRELATION_VECTOR as V } from '../layouts.gen.js';
import { STATUS } from './status.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Characters of the base and of the whole vector, by version. */
const BASE = [0, 16, 22];
const LONGEST = [0, 63, 127];
const FORM = /^([A-Za-z0-9+/]+)((?:\.(?:0|[1-9][0-9]*))+)$/;

function base64(bytes: Uint8Array, characters: number): string {
  let out = '';
  for (let i = 0; out.length < characters; i += 3) {
    const n = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let s = 18; s >= 0; s -= 6) out += ALPHABET[(n >> s) & 63];
  }
  return out.slice(0, characters);
}

const versionOf = (k: Kernel, at: Addr): number => k.mem.checked.u8(at + V.Version);
const textOf = (k: Kernel, at: Addr): string => k.mem.checked.readAnsiz(at + V.Vector, V.sizeof - V.Vector);

function validText(k: Kernel, at: Addr): string | undefined {
  const version = versionOf(k, at);
  const text = textOf(k, at);
  const m = FORM.exec(text);
  const ok = (version === 1 || version === 2) && m !== null && m[1].length === BASE[version] && text.length <= LONGEST[version];
  return ok && m![2].split('.').every((n) => Number(n) <= 0x7fffffff) ? text : undefined;
}

/** A change that would make the vector too long leaves it as it is. */
function change(k: Kernel, at: Addr, by: (text: string) => string): number {
  const text = validText(k, at);
  if (text === undefined) return STATUS.INVALID_PARAMETER;
  const next = by(text);
  if (next.length > LONGEST[versionOf(k, at)]) return STATUS.BUFFER_OVERFLOW;
  k.mem.checked.writeAnsi(at + V.Vector, next, true);
  return STATUS.SUCCESS;
}

export const routines: KernelRoutine[] = [
  {
    // (CorrelationVector, Version, Guid)
    name: 'RtlInitializeCorrelationVector',
    step(k, f) {
      const version = f.i32(1);
      if (version !== 1 && version !== 2) return k.return(STATUS.INVALID_PARAMETER);
      let bytes: Uint8Array;
      if (f.ptr(2) !== 0) bytes = k.mem.checked.bytes(f.ptr(2), 16);
      else {
        bytes = new Uint8Array(16);
        const view = new DataView(bytes.buffer);
        view.setBigUint64(0, k.systemTime());
        view.setFloat64(8, k.now);
      }
      k.mem.checked.fill(f.ptr(0), V.sizeof);
      k.mem.checked.setU8(f.ptr(0) + V.Version, version);
      k.mem.checked.writeAnsi(f.ptr(0) + V.Vector, `${base64(bytes, BASE[version])}.0`, true);
      return k.return(STATUS.SUCCESS);
    },
  },
  {
    // the last counter
    name: 'RtlIncrementCorrelationVector',
    step: (k, f) => k.return(change(k, f.ptr(0), (t) => t.replace(/\d+$/, (n) => String(Math.min(Number(n) + 1, 0x7fffffff))))),
  },
  { name: 'RtlExtendCorrelationVector', step: (k, f) => k.return(change(k, f.ptr(0), (t) => `${t}.0`)) },
  {
    name: 'RtlValidateCorrelationVector',
    step: (k, f) => k.return(validText(k, f.ptr(0)) === undefined ? STATUS.INVALID_PARAMETER : STATUS.SUCCESS),
  },
];
