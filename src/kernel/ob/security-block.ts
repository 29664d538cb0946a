// The block in which an object's security descriptor lies: counted, because drivers hold what ObGetObjectSecurity gave them longer than the object may live.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { OBP_SECURITY as B, OBJECT_HEADER } from '../layouts.gen.js';

const SIGNATURE = 0x6353624f; // 'ObSc'
export const SECURITY_TAG = 'ObSc';
const field = (body: Addr): Addr => body - OBJECT_HEADER.sizeof + OBJECT_HEADER.SecurityDescriptor;

/** The object's descriptor, 0: none yet. */
export const descriptorOf = (k: Kernel, body: Addr): Addr => k.mem.ptr(field(body));
/** A descriptor of some object, not yet freed. */
export const isShared = (k: Kernel, sd: Addr): boolean =>
  k.mem.allowed(sd - B.sizeof, B.sizeof, true) && k.mem.u32(sd - B.sizeof + B.Signature) === SIGNATURE;
/** References beside the object's own. */
export const held = (k: Kernel, sd: Addr): number =>
  k.mem.i32(sd - B.sizeof + B.References) - (k.mem.ptr(sd - B.sizeof + B.Object) === 0 ? 0 : 1);

/** Gives the object a descriptor, which it refers to once; 0: out of memory. */
export function attachDescriptor(k: Kernel, body: Addr, bytes: Uint8Array): Addr {
  const block = k.pool.allocate('paged', B.sizeof + bytes.length, SECURITY_TAG);
  if (block === 0) return 0;
  k.mem.setU32(block + B.Signature, SIGNATURE);
  k.mem.setI32(block + B.References, 1);
  k.mem.setPtr(block + B.Object, body);
  k.mem.setBytes(block + B.sizeof, bytes);
  k.mem.setPtr(field(body), block + B.sizeof);
  return block + B.sizeof;
}

export function countDescriptor(k: Kernel, sd: Addr, delta: number): void {
  const block = sd - B.sizeof;
  const references = k.mem.i32(block + B.References) + delta;
  k.mem.setI32(block + B.References, references);
  if (references > 0) return;
  k.mem.setU32(block + B.Signature, 0);
  k.pool.free(block);
}

/** The object goes; its descriptor stays as long as somebody else refers to it. */
export function detachDescriptor(k: Kernel, body: Addr): void {
  const sd = descriptorOf(k, body);
  if (sd === 0) return;
  k.mem.setPtr(field(body), 0);
  k.mem.setPtr(sd - B.sizeof + B.Object, 0);
  countDescriptor(k, sd, -1);
}
