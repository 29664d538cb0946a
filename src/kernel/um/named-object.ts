// Creating or opening a named object: Win32 names live below \BaseNamedObjects; without a name the object is anonymous.
import type { Addr } from '../../machine/abi.js';
import type { Frame, KernelRoutine } from '../kernel.js';
import { ntSuccess } from '../ob/status.js';
import { unitsOf, WIDE } from '../rtl/text-unit.js';
import { heapFree, heapText } from './heap.js';
import { ATTRIBUTE_SLOTS, failed, putAttributes, putString, setLastError, statusOf, STRING_SLOTS, win32 } from './win32.js';

const OBJ_OPENIF = 0x80;
const STATUS_OBJECT_NAME_EXISTS = 0x40000000;
const ERROR_ALREADY_EXISTS = 183;

/** `nameArgument`: which argument is the name. `args` gives the service's arguments from the place for the handle and the attributes. */
export function namedObject(name: string, nameArgument: number, service: string, args: (f: Frame, out: Addr, attributes: Addr) => (number | bigint)[]): KernelRoutine {
  return win32({
    name,
    locals: 2 + STRING_SLOTS + ATTRIBUTE_SLOTS,
    step(k, f) {
      if (f.pc === 0) {
        const given = f.ptr(nameArgument);
        let attributes = 0;
        if (given !== 0) {
          const text = heapText(k, `\\BaseNamedObjects\\${String.fromCharCode(...unitsOf(k, WIDE, given, 32000)).replace(/^(Global|Local)\\/, '')}`);
          f.set(1, text);
          attributes = putAttributes(k, f, 2 + STRING_SLOTS, putString(k, f, 2, text), OBJ_OPENIF | 0x40);
        }
        return k.systemCall(f, 1, service, args(f, f.localAddress(0), attributes));
      }
      if (f.get(1) !== 0) heapFree(k, f.get(1));
      const status = statusOf(f);
      if (!ntSuccess(status)) return failed(k, status);
      setLastError(k, status === STATUS_OBJECT_NAME_EXISTS ? ERROR_ALREADY_EXISTS : 0);
      return k.return(f.get(0));
    },
  });
}
