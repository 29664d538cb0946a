// NtCreateKeyTransacted, NtOpenKeyTransacted(Ex): keys inside a transaction. The kernel transaction manager is not simulated, no routine makes a transaction; so
// whatever handle a driver passes is not the handle of one, and these routines say so as Windows does.
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { captureAttributes } from '../ob/namespace.js';
import { borrow } from '../ob/reference.js';
import { makeServices, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';

/** REG_OPTION_VOLATILE, CREATE_LINK, BACKUP_RESTORE, OPEN_LINK, DONT_VIRTUALIZE */
const OPTIONS = 0x1f;

/** Where the arguments are: (*KeyHandle, Access, ObjectAttributes, ...). */
interface Args {
  readonly transaction: number;
  readonly options?: number;
}

function check(k: Kernel, f: Frame, a: Args): number {
  probeUser(k, f.ptr(0), 8, true);
  if (f.ptr(2) === 0) return NT.INVALID_PARAMETER;
  const attributes = captureAttributes(k, f.ptr(2));
  if (!ntSuccess(attributes.status)) return attributes.status;
  if (a.options !== undefined && f.u32(a.options) & ~OPTIONS) return NT.INVALID_PARAMETER;
  const r = borrow(k, f.ptr(a.transaction));
  return ntSuccess(r.status) ? NT.OBJECT_TYPE_MISMATCH : r.status;
}

const service = (name: string, args: number, a: Args): ServiceDefinition => ({
  name,
  args,
  cost: 30,
  step: (k, f) => k.return(check(k, f, a)),
});

export const routines: KernelRoutine[] = makeServices([
  // (*KeyHandle, Access, ObjectAttributes, TitleIndex, Class, CreateOptions, TransactionHandle, *Disposition)
  service('CreateKeyTransacted', 8, { options: 5, transaction: 6 }),
  // (*KeyHandle, Access, ObjectAttributes, TransactionHandle)
  service('OpenKeyTransacted', 4, { transaction: 3 }),
  // (*KeyHandle, Access, ObjectAttributes, OpenOptions, TransactionHandle)
  service('OpenKeyTransactedEx', 5, { options: 3, transaction: 4 }),
]);
