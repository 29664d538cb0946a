// The name of a new object: where it goes, or which object has it already. The same for every service that creates by OBJECT_ATTRIBUTES.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { type Attributes, insertName, keepIfPermanent, lookupPath } from './namespace.js';
import { isType } from './object.js';
import { NT, ntSuccess } from './status.js';
import type { ObTypeIndex } from './types.js';

const OBJ_OPENIF = 0x80;

export interface NewName {
  /** OBJECT_NAME_EXISTS: `existing` is opened instead; an error: nothing is created. */
  readonly status: number;
  readonly existing: Addr;
  /** 0: the object gets no name. */
  readonly directory: Addr;
  readonly leaf: string;
}
const refused = (status: number): NewName => ({ status, existing: 0, directory: 0, leaf: '' });

/** `followLast`: of a symbolic link that has the name already, what it leads to. */
export function nameForNew(k: Kernel, a: Pick<Attributes, 'name' | 'flags'>, type: ObTypeIndex, followLast = true): NewName {
  if (a.name === undefined) return refused(NT.SUCCESS);
  const found = lookupPath(k, a.name, followLast);
  if (!ntSuccess(found.status))
    return found.directory === 0
      ? refused(found.status)
      : { status: NT.SUCCESS, existing: 0, directory: found.directory, leaf: found.leaf };
  if ((a.flags & OBJ_OPENIF) === 0) return refused(NT.OBJECT_NAME_COLLISION);
  if (!isType(k, found.body, type)) return refused(NT.OBJECT_TYPE_MISMATCH);
  return { status: NT.OBJECT_NAME_EXISTS, existing: found.body, directory: 0, leaf: '' };
}

/** Gives the object its name; false: out of memory. */
export function giveName(k: Kernel, name: NewName, body: Addr, flags: number): boolean {
  if (name.directory === 0) return true;
  if (!insertName(k, name.directory, name.leaf, body)) return false;
  keepIfPermanent(k, body, flags);
  return true;
}
