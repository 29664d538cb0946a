// BCrypt in kernel mode: hashes (MD5, SHA-1, SHA-2, with or without HMAC) and random numbers, with Windows' handles, sizes and statuses. Ciphers, signatures
// and key agreement are not simulated: opening a provider of one stops the run and says so. Random numbers come from the seed of the machine.

import type { Addr, Status } from '../../machine/abi.js';
import { randomBytes } from '../ke/random.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { CNG_ALGORITHM, CNG_HASH } from '../layouts.gen.js';
import { stopNotSimulated } from '../not-simulated.js';
import { NT } from '../ob/status.js';
import { DIGESTS } from './digests.js';
import { addBytes, digestOf, finish, HASH_SIGNATURE, initializeHash, restart } from './hash.js';

const ALGORITHM_SIGNATURE = 0x41474e43; // 'CNGA'
export const ALGORITHM_TAG = 'CngA';
export const HASH_TAG = 'CngH';
const RNG = DIGESTS.length;
const HMAC_FLAG = 8;
const REUSABLE_FLAG = 0x20;
const USE_SYSTEM_PREFERRED_RNG = 2;
const DISPATCH_FLAG = 1;
/** Names that Windows has and we do not simulate. */
const OTHERS =
  /^(3DES|3DES_112|AES|AES-CMAC|AES-GMAC|CAPI_KDF|DES|DESX|DH|DSA|ECDH.*|ECDSA.*|MD2|MD4|PBKDF2|RC2|RC4|RSA|RSA_SIGN|SP800.*|TLS.*|XTS-AES|HKDF)$/;
/** Pseudo handles: (index << 4) + 0x21 for MD5 and the SHA family, 0x81 the generator, 0x91... the same digests as HMAC. */
const PSEUDO_FIRST = 0x21;
const PSEUDO_RNG = 0x81;
const PSEUDO_HMAC = 0x91;

interface Algorithm {
  readonly index: number;
  readonly hmac: boolean;
  readonly reusable: boolean;
}

/** What an algorithm handle stands for; undefined: no valid handle. */
function algorithmOf(k: Kernel, handle: Addr): Algorithm | undefined {
  if (handle > 0 && handle < 0x1000) {
    if (handle % 16 !== 1) return undefined;
    if (handle === PSEUDO_RNG) return { index: RNG, hmac: false, reusable: false };
    for (const [first, hmac] of [
      [PSEUDO_FIRST, false],
      [PSEUDO_HMAC, true],
    ] as const) {
      const index = (handle - first) / 16;
      if (index >= 0 && index < DIGESTS.length) return { index, hmac, reusable: false };
    }
    return undefined;
  }
  if (handle === 0 || !k.mem.allowed(handle, CNG_ALGORITHM.sizeof, false)) return undefined;
  if (k.mem.u32(handle + CNG_ALGORITHM.Signature) !== ALGORITHM_SIGNATURE || k.mem.u32(handle + CNG_ALGORITHM.Index) > RNG)
    return undefined;
  const flags = k.mem.u32(handle + CNG_ALGORITHM.Flags);
  return { index: k.mem.u32(handle + CNG_ALGORITHM.Index), hmac: (flags & HMAC_FLAG) !== 0, reusable: (flags & REUSABLE_FLAG) !== 0 };
}

/** The state lies in the driver's own memory: what is no longer one, is no hash. */
const isHash = (k: Kernel, handle: Addr): boolean =>
  handle !== 0 &&
  k.mem.allowed(handle, CNG_HASH.sizeof, true) &&
  k.mem.u32(handle + CNG_HASH.Signature) === HASH_SIGNATURE &&
  k.mem.u32(handle + CNG_HASH.Index) < DIGESTS.length &&
  k.mem.u32(handle + CNG_HASH.Used) <= DIGESTS[k.mem.u32(handle + CNG_HASH.Index)].block;

/** (*Algorithm, AlgId, Implementation, Flags) */
function open(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  if (f.ptr(0) === 0 || f.ptr(1) === 0) return k.return(NT.INVALID_PARAMETER);
  const name = c.readUtf16z(f.ptr(1));
  const flags = f.u32(3);
  if (flags & ~(HMAC_FLAG | REUSABLE_FLAG | DISPATCH_FLAG)) return k.return(NT.INVALID_PARAMETER);
  if (f.ptr(2) !== 0 && !/^Microsoft Primitive Provider$/i.test(c.readUtf16z(f.ptr(2)))) return k.return(NT.NOT_FOUND);
  const index = name.toUpperCase() === 'RNG' ? RNG : DIGESTS.findIndex((d) => d.name === name.toUpperCase());
  if (index < 0) {
    if (OTHERS.test(name.toUpperCase())) return stopNotSimulated(k, f, `BCryptOpenAlgorithmProvider(${name})`);
    return k.return(NT.NOT_FOUND);
  }
  if (index === RNG && flags & HMAC_FLAG) return k.return(NT.INVALID_PARAMETER);
  const algorithm = k.pool.allocate('nonpaged', CNG_ALGORITHM.sizeof, ALGORITHM_TAG);
  if (algorithm === 0) return k.return(NT.NO_MEMORY);
  k.mem.setU32(algorithm + CNG_ALGORITHM.Signature, ALGORITHM_SIGNATURE);
  k.mem.setU32(algorithm + CNG_ALGORITHM.Index, index);
  k.mem.setU32(algorithm + CNG_ALGORITHM.Flags, flags);
  c.setPtr(f.ptr(0), algorithm);
  return k.return(NT.SUCCESS);
}

/** (Algorithm, Flags) */
function close(k: Kernel, f: Frame): Status {
  const pseudo = f.ptr(0) > 0 && f.ptr(0) < 0x1000;
  if (pseudo || algorithmOf(k, f.ptr(0)) === undefined) return k.return(NT.INVALID_HANDLE);
  if (f.u32(1) !== 0) return k.return(NT.INVALID_PARAMETER);
  k.mem.setU32(f.ptr(0) + CNG_ALGORITHM.Signature, 0);
  k.pool.free(f.ptr(0));
  return k.return(NT.SUCCESS);
}

const dword = (value: number): Uint8Array => new Uint8Array([value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, 0]);

function property(index: number, name: string): Uint8Array | undefined {
  if (name === 'AlgorithmName') {
    const text = `${index === RNG ? 'RNG' : DIGESTS[index].name}\0`;
    return new Uint8Array([...text].flatMap((x) => [x.charCodeAt(0), 0]));
  }
  if (index === RNG) return undefined;
  if (name === 'ObjectLength') return dword(CNG_HASH.sizeof);
  if (name === 'HashDigestLength') return dword(DIGESTS[index].length);
  return name === 'HashBlockLength' ? dword(DIGESTS[index].block) : undefined;
}

/** (Object, Property, Output, OutputSize, *Result, Flags) */
function getProperty(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  if (f.ptr(1) === 0 || f.ptr(4) === 0 || f.u32(5) !== 0) return k.return(NT.INVALID_PARAMETER);
  const index = isHash(k, f.ptr(0)) ? k.mem.u32(f.ptr(0) + CNG_HASH.Index) : algorithmOf(k, f.ptr(0))?.index;
  if (index === undefined) return k.return(NT.INVALID_HANDLE);
  const value = property(index, c.readUtf16z(f.ptr(1)));
  if (!value) return k.return(NT.NOT_SUPPORTED);
  c.setU32(f.ptr(4), value.length);
  if (f.ptr(2) === 0) return k.return(NT.SUCCESS);
  if (f.u32(3) < value.length) return k.return(NT.BUFFER_TOO_SMALL);
  c.setBytes(f.ptr(2), value);
  return k.return(NT.SUCCESS);
}

/** (Algorithm, *Hash, HashObject, ObjectSize, Secret, SecretSize, Flags) */
function createHash(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  const algorithm = algorithmOf(k, f.ptr(0));
  if (!algorithm) return k.return(NT.INVALID_HANDLE);
  if (algorithm.index === RNG) return k.return(NT.NOT_SUPPORTED);
  if (f.ptr(1) === 0 || f.u32(6) & ~REUSABLE_FLAG) return k.return(NT.INVALID_PARAMETER);
  if (!algorithm.hmac && f.ptr(4) !== 0 && f.u32(5) !== 0) return k.return(NT.INVALID_PARAMETER);
  let hash = f.ptr(2);
  const own = hash === 0;
  if (own) {
    hash = k.pool.allocate('nonpaged', CNG_HASH.sizeof, HASH_TAG);
    if (hash === 0) return k.return(NT.NO_MEMORY);
  } else if (f.u32(3) < CNG_HASH.sizeof) return k.return(NT.BUFFER_TOO_SMALL);
  const secret = algorithm.hmac && f.ptr(4) !== 0 ? c.bytes(f.ptr(4), f.u32(5)) : new Uint8Array(0);
  initializeHash(k, hash, algorithm.index, algorithm.hmac, secret);
  c.setU32(hash + CNG_HASH.Reusable, algorithm.reusable || f.u32(6) & REUSABLE_FLAG ? 1 : 0);
  c.setU32(hash + CNG_HASH.OwnMemory, own ? 1 : 0);
  c.setPtr(f.ptr(1), hash);
  return k.return(NT.SUCCESS);
}

/** Steps that hashing takes: about one for 16 bytes. */
const charge = (k: Kernel, bytes: number): void => k.machine.charge(bytes >> 4);

/** (Hash, Input, InputSize, Flags) */
function hashData(k: Kernel, f: Frame): Status {
  if (!isHash(k, f.ptr(0))) return k.return(NT.INVALID_HANDLE);
  if (f.u32(3) !== 0) return k.return(NT.INVALID_PARAMETER);
  if (k.mem.u32(f.ptr(0) + CNG_HASH.Finished) !== 0) return k.return(NT.INVALID_HANDLE);
  addBytes(k, f.ptr(0), k.mem.checked.bytes(f.ptr(1), f.u32(2)));
  charge(k, f.u32(2));
  return k.return(NT.SUCCESS);
}

/** (Hash, Output, OutputSize, Flags) */
function finishHash(k: Kernel, f: Frame): Status {
  const hash = f.ptr(0);
  if (!isHash(k, hash)) return k.return(NT.INVALID_HANDLE);
  if (f.u32(3) !== 0 || f.u32(2) !== digestOf(k, hash).length) return k.return(NT.INVALID_PARAMETER);
  if (k.mem.u32(hash + CNG_HASH.Finished) !== 0) return k.return(NT.INVALID_HANDLE);
  k.mem.checked.setBytes(f.ptr(1), finish(k, hash));
  if (k.mem.u32(hash + CNG_HASH.Reusable) !== 0) restart(k, hash);
  else k.mem.setU32(hash + CNG_HASH.Finished, 1);
  return k.return(NT.SUCCESS);
}

/** (Hash) */
function destroyHash(k: Kernel, f: Frame): Status {
  const hash = f.ptr(0);
  if (!isHash(k, hash)) return k.return(NT.INVALID_HANDLE);
  k.mem.setU32(hash + CNG_HASH.Signature, 0);
  if (k.mem.u32(hash + CNG_HASH.OwnMemory) !== 0) k.pool.free(hash);
  return k.return(NT.SUCCESS);
}

/** (Hash, *NewHash, HashObject, ObjectSize, Flags) */
function duplicateHash(k: Kernel, f: Frame): Status {
  if (!isHash(k, f.ptr(0))) return k.return(NT.INVALID_HANDLE);
  let hash = f.ptr(2);
  const own = hash === 0;
  if (own) hash = k.pool.allocate('nonpaged', CNG_HASH.sizeof, HASH_TAG);
  else if (f.u32(3) < CNG_HASH.sizeof) return k.return(NT.BUFFER_TOO_SMALL);
  if (hash === 0) return k.return(NT.NO_MEMORY);
  k.mem.checked.setBytes(hash, k.mem.bytes(f.ptr(0), CNG_HASH.sizeof));
  k.mem.setU32(hash + CNG_HASH.OwnMemory, own ? 1 : 0);
  k.mem.checked.setPtr(f.ptr(1), hash);
  return k.return(NT.SUCCESS);
}

/** (Algorithm, Secret, SecretSize, Input, InputSize, Output, OutputSize): everything in one call, with the state on the stack. */
function oneShot(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  const algorithm = algorithmOf(k, f.ptr(0));
  if (!algorithm) return k.return(NT.INVALID_HANDLE);
  if (algorithm.index === RNG || f.u32(6) !== DIGESTS[algorithm.index].length) return k.return(NT.INVALID_PARAMETER);
  if (!algorithm.hmac && f.u32(2) !== 0) return k.return(NT.INVALID_PARAMETER);
  const state = f.localAddress(0);
  initializeHash(k, state, algorithm.index, algorithm.hmac, f.ptr(1) === 0 ? new Uint8Array(0) : c.bytes(f.ptr(1), f.u32(2)));
  addBytes(k, state, c.bytes(f.ptr(3), f.u32(4)));
  charge(k, f.u32(4));
  c.setBytes(f.ptr(5), finish(k, state));
  return k.return(NT.SUCCESS);
}

/** (Algorithm, Buffer, Size, Flags) */
function random(k: Kernel, f: Frame): Status {
  const preferred = (f.u32(3) & USE_SYSTEM_PREFERRED_RNG) !== 0;
  if (f.ptr(0) === 0 ? !preferred : algorithmOf(k, f.ptr(0))?.index !== RNG) return k.return(NT.INVALID_HANDLE);
  if (f.ptr(1) === 0) return k.return(NT.INVALID_PARAMETER);
  k.mem.checked.fill(f.ptr(1), f.u32(2)); // the whole buffer is there
  k.mem.setBytes(f.ptr(1), randomBytes(k, f.u32(2)));
  return k.return(NT.SUCCESS);
}

export const routines: KernelRoutine[] = [
  { name: 'BCryptOpenAlgorithmProvider', cost: 200, step: open },
  { name: 'BCryptCloseAlgorithmProvider', cost: 40, step: close },
  { name: 'BCryptGetProperty', cost: 20, step: getProperty },
  { name: 'BCryptCreateHash', cost: 60, step: createHash },
  { name: 'BCryptDuplicateHash', cost: 60, step: duplicateHash },
  { name: 'BCryptHashData', cost: 20, step: hashData },
  { name: 'BCryptFinishHash', cost: 40, step: finishHash },
  { name: 'BCryptDestroyHash', cost: 20, step: destroyHash },
  { name: 'BCryptHash', cost: 100, locals: Math.ceil(CNG_HASH.sizeof / 8), step: oneShot },
  { name: 'BCryptGenRandom', cost: 40, step: random },
  // No key can be made here (the routines that make one are not simulated), so none is valid.
  { name: 'BCryptDestroyKey', cost: 10, step: (k) => k.return(NT.INVALID_HANDLE) },
];
