// OBJECT_ATTRIBUTES that the kernel's own routines and those of user mode put into their frames to call a service.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { OBJECT_ATTRIBUTES } from '../layouts.gen.js';

/** OBJECT_ATTRIBUTES.Attributes. */
export const OBJ_CASE_INSENSITIVE = 0x40;

/** `name`: of a UNICODE_STRING, 0 for none. */
export function writeAttributes(k: Kernel, at: Addr, name: Addr, flags: number, root: Addr = 0): Addr {
  k.mem.fill(at, OBJECT_ATTRIBUTES.sizeof);
  k.mem.setU32(at + OBJECT_ATTRIBUTES.Length, OBJECT_ATTRIBUTES.sizeof);
  k.mem.setPtr(at + OBJECT_ATTRIBUTES.RootDirectory, root);
  k.mem.setPtr(at + OBJECT_ATTRIBUTES.ObjectName, name);
  k.mem.setU32(at + OBJECT_ATTRIBUTES.Attributes, flags);
  return at;
}
